"""A preview shows what publishing would change, and leads nobody anywhere."""

import re
import zipfile
from pathlib import Path

from tests.fixtures.deliveries import workbook_rows, write_workbook
from tests.fixtures.whole_runs import Edition, ceping, contents


def test_a_preview_says_what_would_change_and_changes_nothing(small: Edition, tmp_path: Path) -> None:
    copy = small.copied_to(tmp_path)
    before = contents(copy.home / "releases")
    path = next((copy.inbox / "platform_census").glob("*.xlsx"))
    rows = workbook_rows(path)
    header = next(row for row in rows if row[0] == "行政区划代码")
    integrated, day = header.index("是否建成一体化平台"), header.index("截止日期")
    first = next(row for row in rows if row[integrated] == "是" and str(row[day]).startswith("2017-08-31"))
    changed = tuple("否" if place == integrated else cell for place, cell in enumerate(first))
    write_workbook(path, {"普查": [changed if row == first else row for row in rows]})

    printed = ceping("run", "--preview", "--home", copy.home, "--inbox", copy.inbox)

    assert contents(copy.home / "releases") == before
    [named] = re.findall(r"Preview (2017-[0-9a-f]{12}): nothing is published", printed)
    assert "trend3.integrated_platforms" in printed
    preview = copy.home / "previews" / "2017" / named
    for page, mark in (("index.html", "公示稿"), ("en/index.html", "Preview")):
        assert f'data-mark="{mark}"' in (preview / "public" / page).read_text(encoding="utf-8")
        assert "data-mark" not in (copy.release / page).read_text(encoding="utf-8")
    with zipfile.ZipFile(preview / "public" / "notice-2017.docx") as document:
        heads = [document.read(name).decode() for name in document.namelist() if "header" in name]
    assert any("公示稿" in head for head in heads)
