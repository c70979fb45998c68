"""The baseline: FastWARC walks the archive and Resiliparse parses each page; nothing is asked of it, nothing kept."""

import argparse
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.parse.html import HTMLTree


def main() -> None:
    """Count the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    arguments = parser.parse_args()
    with arguments.archive.open("rb") as stream:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True)
        print(sum(HTMLTree.parse(record.reader.read().decode()).title is not None for record in records))


if __name__ == "__main__":
    main()
