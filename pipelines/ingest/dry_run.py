"""A dry run over delivered files: what ingest would make of each, with nothing kept. Anyone can do it before a run."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
from pydantic import BaseModel

from pipelines.errors import CepingError, DeliveryError, MissingColumnError
from pipelines.foundation.sql import files_literal
from pipelines.ingest.conform import connect
from pipelines.ingest.contracts import Contract, find_contract, load_contracts
from pipelines.ingest.faults import failed_reading
from pipelines.ingest.inbox import Delivery, delivered_files, require_readable_name, unknown_folders
from pipelines.ingest.landing import write_landing
from pipelines.ingest.mending import without_repairs
from pipelines.ingest.readers import read, values_in_file_name
from pipelines.ingest.readers.raw_table import RawTable
from pipelines.ingest.readers.warc import page_processes

SHOWN_EXAMPLES = 3
ANY_KEY = b"a dry run keeps no pseudonym"


class Example(BaseModel, frozen=True):
    """Where a reason was met first; the value is left out where it is personal."""

    sheet: str | None
    row_number: int
    value: str | None


class Reason(BaseModel, frozen=True):
    """Why rows would be quarantined, how many, and the first of them."""

    column_name: str | None
    reason_code: str
    row_count: int
    examples: tuple[Example, ...]


class FileCheck(BaseModel, frozen=True):
    """What ingest would make of one file."""

    file: str
    source: str
    error: str | None = None
    encoding: str | None = None
    sheets: tuple[str, ...] = ()
    ignored_sheets: tuple[str, ...] = ()
    skipped_records: dict[str, int] = {}
    hidden_rows: int = 0
    rows: int = 0
    rows_quarantined: int = 0
    rows_of_repeated_keys: int = 0
    matched: dict[str, str] = {}
    from_file_name: tuple[str, ...] = ()
    gathered: tuple[str, ...] = ()
    not_delivered: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def is_fit(self) -> bool:
        """Whether there are rows and all would be loaded with every question, as far as the file alone shows."""
        return self.error is None and self.rows > 0 and not self.rows_quarantined and not self.lost


def check_path(path: Path, source: str | None, edition: int, threads: int) -> Iterator[FileCheck]:
    """Check a file, a source's folder, or a whole inbox, file by file.

    The source of a file is its folder's, or the one given, or the one whose contract fits its headers best. Raises
    ``CepingError`` where there is nothing to check.
    """
    contracts = load_contracts()
    if source is not None:
        find_contract(source)
    deliveries = list(_deliveries(path, source, contracts))
    if not deliveries:
        raise CepingError(f"{path} holds no file to check; an inbox has a folder each for {', '.join(contracts)}")
    for delivery in deliveries:
        yield _check(delivery, contracts, edition, threads)


def _deliveries(path: Path, source: str | None, contracts: dict[str, Contract]) -> Iterator[Delivery]:
    if path.is_file():
        folder = path.resolve().parent.name
        yield Delivery(source or (folder if folder in contracts else ""), path)
    elif path.is_dir() and (source or path.resolve().name) in contracts:
        name = source or path.resolve().name
        inbox = path if source and (path / source).is_dir() else path.resolve().parent
        yield from (Delivery(name, file) for file in delivered_files(inbox, name))
    elif path.is_dir():
        unknown = unknown_folders(path, contracts)
        if unknown:
            raise CepingError(f"{', '.join(unknown)} belongs to no source; files go into {', '.join(contracts)}")
        yield from (Delivery(name, file) for name in contracts for file in delivered_files(path, name))
    else:
        raise CepingError(f"there is no file or folder {path}")


def _check(delivery: Delivery, contracts: dict[str, Contract], edition: int, threads: int) -> FileCheck:
    try:
        require_readable_name(delivery.path)
        named = delivery if delivery.source else Delivery(_best_source(delivery, contracts), delivery.path)
    except DeliveryError as failure:
        return FileCheck(file=delivery.name, source=delivery.source, error=str(failure))
    contract = contracts[named.source]
    try:
        with (
            connect(threads, ANY_KEY) as connection,
            page_processes(threads) as processes,
            tempfile.TemporaryDirectory() as folder,
        ):
            tables = read(connection, named, contract, processes)
            landing = Path(folder) / "landing.parquet"
            write_landing(connection, tables, contract, edition, named, landing)
            return _summary(connection, named, contract, tables, landing)
    except Exception as failure:
        hint = _hint(named, contracts) if isinstance(failure, MissingColumnError) else ""
        error = f"{failed_reading(named.label, failure)}{hint}"
        return FileCheck(file=delivery.name, source=named.source, error=error)


def _hint(delivery: Delivery, contracts: dict[str, Contract]) -> str:
    """Where else a file that was refused may belong, by its headers."""
    shares = {name: _matched_share(Delivery(name, delivery.path), contract) for name, contract in contracts.items()}
    best = max(shares, key=lambda name: shares[name])
    return f"; by its headers it is a file of {best}" if shares[best] and best != delivery.source else ""


def _best_source(delivery: Delivery, contracts: dict[str, Contract]) -> str:
    """The source most of whose columns the file has."""
    shares = {name: _matched_share(Delivery(name, delivery.path), contract) for name, contract in contracts.items()}
    best = max(shares, key=lambda name: shares[name])
    if not shares[best]:
        raise DeliveryError(
            f"{delivery.name}: fits no source; name one with --source to learn what is missing: {', '.join(contracts)}"
        )
    return best


def _matched_share(delivery: Delivery, contract: Contract) -> float:
    with duckdb.connect() as connection:
        try:
            tables = read(connection, delivery, contract)
        except Exception:
            return 0.0
    return len(_matched(tables)) / len(contract.columns)


def _matched(tables: Sequence[RawTable]) -> dict[str, str]:
    return {name: header for table in reversed(tables) for name, header in table.matched_headers.items()}


def _summary(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    contract: Contract,
    tables: Sequence[RawTable],
    landing: Path,
) -> FileCheck:
    [(rows, fit)] = connection.execute(
        f"select count(*), count(*) filter (where rejections is null) from {files_literal(landing)}"
    ).fetchall()
    matched = _matched(tables)
    named = tuple(name for name in values_in_file_name(delivery, contract) if name not in matched)
    gathered = tuple(dict.fromkeys(header for table in tables for header in table.gathered_cells))
    unknown = without_repairs(tuple(dict.fromkeys(header for table in tables for header in table.unmatched_headers)))
    return FileCheck(
        file=delivery.name,
        source=delivery.source,
        encoding=tables[0].encoding,
        sheets=tuple(table.sheet for table in tables if table.sheet is not None),
        ignored_sheets=tables[0].ignored_sheets,
        skipped_records=dict(sorted(sum((table.skipped_records for table in tables), Counter[str]()).items())),
        hidden_rows=sum(table.hidden_rows for table in tables),
        rows=rows,
        rows_quarantined=rows - fit,
        rows_of_repeated_keys=_rows_of_repeated_keys(connection, contract, landing),
        matched=matched,
        from_file_name=named,
        gathered=gathered,
        not_delivered=tuple(
            column.name
            for column in contract.columns
            if column.name not in (*matched, *named) and not (column.gathers and gathered)
        ),
        unknown=unknown,
        lost=tuple(filter(contract.looks_lost, unknown)),
        reasons=tuple(_reasons(connection, landing)),
    )


def _rows_of_repeated_keys(connection: duckdb.DuckDBPyConnection, contract: Contract, landing: Path) -> int:
    key = ", ".join(contract.key)
    [(count,)] = connection.execute(
        f"""select cast(coalesce(sum(row_count), 0) as bigint) from (
            select count(*) as row_count from {files_literal(landing)}
            where rejections is null group by {key} having count(*) > 1
        )"""
    ).fetchall()
    return int(count)


def _reasons(connection: duckdb.DuckDBPyConnection, landing: Path) -> Iterator[Reason]:
    """The reasons, the commonest first."""
    found = connection.execute(
        f"""
        select
            rejection.column_name,
            rejection.reason_code,
            count(*),
            arg_min(
                {{'sheet': sheet, 'row_number': row_number, 'value': rejection.value}}, row_number, {SHOWN_EXAMPLES}
            )
        from (select sheet, row_number, unnest(rejections) as rejection from {files_literal(landing)})
        group by all
        order by 3 desc, 1, 2
        """
    ).fetchall()
    for column, reason, count, examples in found:
        yield Reason(column_name=column, reason_code=reason, row_count=count, examples=tuple(examples))
