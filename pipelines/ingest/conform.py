"""Applies a contract to raw text in one pass of SQL: types each cell, and gives the reasons why a row is not fit.

Every row that was read is written; a row that breaks the contract carries its ``rejections`` (column, reason, value)
and is kept out of every model but the quarantine.
"""

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from functools import partial

import duckdb
from stdnum.cn import uscc

from pipelines.foundation.sql import literal
from pipelines.ingest.contracts import Column, Contract
from pipelines.ingest.dates_and_numbers import (
    EXCEL_FIRST_DAY,
    date_in,
    number_in,
    plain_timestamp_in,
    timestamp_in,
    whole_number,
)
from pipelines.ingest.mending import REPAIR_HEADERS, repaired_place
from pipelines.ingest.persons import is_in_number, is_in_text, is_name, is_persons
from pipelines.ingest.readers.raw_table import RawTable

SPELLINGS_OF_TRUE = ("true", "t", "yes", "y", "1", "是", "有")
SPELLINGS_OF_FALSE = ("false", "f", "no", "n", "0", "否", "无")
BLANKS = " \t\r\n\u00a0\u3000\ufeff"
BEGINNING_OF_LIST = "["
NO_BLANK, BLANK_CODES_OF_PATTERNS = r"\S+", tuple(map(ord, " \t\n\f\r"))
MASK = "▇"
PSEUDONYM = "pseudonym"
PSEUDONYM_DIGITS = 32
DIGITS_LOST = "digits_lost"
# As spreadsheets and programs write a long number: an identifier never has a fraction or a sign within.
SCIENTIFIC = r"[+-]?\d(\.\d+)?[eE]\+\d+|[+-]?\d\.\d+[eE]\d+|\d{15,}\.0"

SHOWN_BY_EXCEL = "4.17E+15"

# The condition that breaks a rule, its reason code as SQL, and the expression of the value to show.
Rule = tuple[str, str, str]
CHECKS = {"uscc": "is_uscc"}
# Nothing that is counted here is as large, and the models add to twenty digits before the point.
LARGEST = 10**16


def connect(threads: int, pseudonym_key: bytes | None) -> duckdb.DuckDBPyConnection:
    """A connection that can run ``conforming_select``: it knows the checks of meaning and, with a key, the keyed hash.

    The key stays in this process: no query and no message holds it.
    """
    connection = duckdb.connect(config={"threads": threads})
    connection.create_function(CHECKS["uscc"], uscc.is_valid, ["VARCHAR"], "BOOLEAN")
    if pseudonym_key is not None:
        connection.create_function(PSEUDONYM, partial(_pseudonym, pseudonym_key), ["VARCHAR"], "VARCHAR")
    return connection


def _pseudonym(key: bytes, value: str) -> str:
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_DIGITS]


def conforming_select(table: RawTable, contract: Contract, edition: int, file_id: str) -> str:
    """A SELECT of every row of the raw table: where it came from, its typed columns, and its rejections or null.

    ``file_id`` is the file of every row, unless the table says of each row which file it is of.
    A cell that is written as expected is typed as it stands (``quick_``). Only where that fails is its text cleaned
    (``text_``) and tried again: most cells never need it, and cleaning costs more than typing.
    """
    cells = ",\n".join(f"{_cell(table, column)} as cell_{column.name}" for column in contract.columns)
    quick = ",\n".join(
        f"{_quick(column, table, contract.believed_days(column, edition))} as quick_{column.name}"
        for column in contract.columns
    )
    texts = ",\n".join(f"{_text_where_needed(column, table)} as text_{column.name}" for column in contract.columns)
    values = ",\n".join(f"{_value(column, table.first_day)} as {column.name}" for column in contract.columns)
    marks = "".join(f"{mark} as mark_{name},\n" for name, mark in table.marks.items())
    columns = ",\n".join(_landed(column, contract, table) for column in contract.columns if column.personal != "drop")
    rules = list(_rules(contract, edition, table))
    is_unfit = " or ".join(["broken_reason is not null", *(f"coalesce({condition}, false)" for condition, _ in rules)])
    broken_text = "null" if _is_about_persons(table, contract) else "broken_text"
    broken = "case when broken_reason is not null then " + _rejection("null", "broken_reason", broken_text) + " end"
    reasons = [
        f"case when broken_reason is null and {condition} then {rejection} end" for condition, rejection in rules
    ]
    return f"""
    select
        cast({edition} as integer) as edition,
        file_id,
        {_literal(table.sheet)} as sheet,
        cast(row_number as bigint) as row_number,
        {columns},
        unknown_cells,
        repairs,
        case when is_unfit then list_filter([{", ".join([broken, *reasons])}], lambda reason: reason is not null) end
            as rejections,
    from (
        select *, {is_unfit} as is_unfit
        from (
            select *, {values}
            from (
                select *, {texts}
                from (
                    select *, {quick}
                    from (
                        select
                            {table.file_id or literal(file_id)} as file_id,
                            row_number,
                            broken_reason,
                            broken_text,
                            {_unknown(table, contract)} as unknown_cells,
                            {repaired_place(table)} as repairs,
                            {marks}
                            {cells}
                        from {table.relation}
                    )
                )
            )
        )
    )
    """


def _is_about_persons(table: RawTable, contract: Contract) -> bool:
    """Whether persons' data stands in the rows, below headers that are read or not."""
    return contract.has_personal or any(map(contract.is_personal, table.unmatched_headers))


def _landed(column: Column, contract: Contract, table: RawTable) -> str:
    """The column as it lands: where there are persons' data, cells of an unfit row may have changed places."""
    landed = f"{PSEUDONYM}({column.name})" if column.personal is not None else column.name
    if contract.refused == "hidden" or contract.has_personal:
        return f"case when not is_unfit then {landed} end as {column.name}"
    if _is_about_persons(table, contract) and _is_text(column):
        return f"case when not is_unfit or not {is_persons(landed)} then {landed} end as {column.name}"
    return landed


def _shown(value: str, contract: Contract, table: RawTable) -> str:
    """The refused value as it may be shown: personal data is never repeated, wherever in a row it stands."""
    if contract.refused == "hidden" or contract.has_personal:
        return "null"
    return f"case when not {is_persons(value)} then {value} end" if _is_about_persons(table, contract) else value


def _unknown(table: RawTable, contract: Contract) -> str:
    """The cells no column claims as a JSON object, null where there are none; personal data may be among them."""
    unknown = {
        name: cell
        for name, cell in table.unknown_cells.items()
        if name not in REPAIR_HEADERS and not contract.is_personal(name)
    }
    if contract.has_personal or not unknown:
        return "cast(null as varchar)"
    cells = ", ".join(f"{{'name': {literal(name)}, 'cell': {cell}}}" for name, cell in unknown.items())
    is_kept = f" and not {is_persons('entry.cell')}" if _is_about_persons(table, contract) else ""
    filled = f"list_filter([{cells}], lambda entry: trim(entry.cell) <> ''{is_kept})"
    return f"nullif(cast(to_json(map_from_entries({filled})) as varchar), '{{}}')"


def _literal(text: str | None) -> str:
    return "cast(null as varchar)" if text is None else literal(text)


def _list(texts: tuple[str, ...]) -> str:
    return "(" + ", ".join(_literal(text) for text in texts) + ")"


def _cell(table: RawTable, column: Column) -> str:
    """The text of a cell, or of the part of it that is the value, or all cells a column gathers."""
    if column.gathers is not None:
        return _gathered(table, column)
    cell = table.cells.get(column.name, "cast(null as varchar)")
    if column.extract is None:
        return cell
    pattern = literal(column.extract)
    return f"case when regexp_matches({cell}, {pattern}) then regexp_extract({cell}, {pattern}, 1) else {cell} end"


def _gathered(table: RawTable, column: Column) -> str:
    """Header and text of each cell that is not blank, with what must not be kept masked."""
    blanks = literal(BLANKS)
    entries = ", ".join(
        f"{{'header': {literal(header)}, 'cell': trim({cell}, {blanks})}}"
        for header, cell in table.gathered_cells.items()
    )
    filled = f"list_filter([{entries}], lambda entry: entry.cell <> '')"
    kept = f"list_transform({filled}, lambda entry: {{'header': entry.header, 'cell': {_masked(column)}}})"
    return f"cast({kept} as struct(header varchar, cell varchar)[])"


def _masked(column: Column) -> str:
    """The text of ``entry.cell`` with every part masked that is neither listed nor harmless."""
    separator, aside = literal(column.separator), literal(column.aside)
    parts = f"string_split(entry.cell, {separator})"
    texts = f"list_transform({parts}, lambda part: trim(regexp_replace(part, {aside}, ''), {literal(BLANKS)}))"
    is_listed = f"list_contains([{', '.join(map(literal, column.listed_texts))}], text)"
    is_kept = f"{is_listed} or regexp_full_match(text, {literal(column.harmless)})"
    kept = f"list_transform({texts}, lambda text: case when {is_kept} then text else {literal(MASK)} end)"
    return f"array_to_string({kept}, {separator})"


def _quick(column: Column, table: RawTable, believed: tuple[dt.date, dt.date] | None) -> str:
    """The value of a cell that needs no cleaning; null where that cannot be seen without it.

    ``believed`` are the first and the last day that a time may be of.
    """
    cell = f"cell_{column.name}"
    if column.gathers is not None:
        return cell
    if _is_text(column):
        # To look at both ends of a cell costs a fraction of trimming it; of a list of codes DuckDB would make a join.
        beginnings = f"{BLANKS}{BEGINNING_OF_LIST}" if table.may_hold_lists else BLANKS
        is_blank_at_end = f"contains({literal(beginnings)}, {cell}[1]) or contains({literal(BLANKS)}, {cell}[-1])"
        return f"case when {is_blank_at_end} then null else {cell} end"
    if column.data_type == "date":
        return f"case when {cell} like '____-__-__' and {cell} >= '1' then try_cast({cell} as date) end"
    if believed is not None and column.data_type == "timestamp":
        return plain_timestamp_in(cell, column.timezone, *believed)
    if column.data_type == "string[]":
        return f"case when {cell} like '[%' and json_valid({cell}) then {_list_of(cell)} end"
    return _typed(column, cell)


def _text_where_needed(column: Column, table: RawTable) -> str:
    """The cell without the blanks around it, or the default, where there is no quick value; null where there is."""
    cell, quick = f"cell_{column.name}", f"quick_{column.name}"
    if column.gathers is not None:
        return "cast(null as varchar)"
    text = f"nullif(trim({cell}, {_literal(BLANKS)}), '')"
    if table.may_hold_lists and not column.data_type.endswith("[]"):
        text = f"case when {_length_of_list(cell)} <= 1 then {cell} ->> '$[0]' else {text} end"
    if column.default is not None:
        return f"case when {quick} is null then coalesce({text}, {_literal(column.default)}) end"
    return f"case when {quick} is null and {cell} is not null then {text} end"


def _length_of_list(cell: str) -> str:
    """How many values a JSON array holds; null of any other text. Nested, as DuckDB may swap what ``and`` joins."""
    return f"case when {cell} like '[%]' then case when json_valid({cell}) then json_array_length({cell}) end end"


def _value(column: Column, first_day: dt.date) -> str:
    if column.gathers is not None:
        return f"quick_{column.name}"
    text = f"text_{column.name}"
    if _is_text(column):
        return f"coalesce(quick_{column.name}, {text})"
    slow = f"case when {text} is not null then {_typed(column, _written(column, text), first_day)} end"
    return f"coalesce(quick_{column.name}, {slow})"


def _is_text(column: Column) -> bool:
    return column.data_type == "string" and column.values is None


def _typed(column: Column, text: str, first_day: dt.date = EXCEL_FIRST_DAY) -> str:
    match column.data_type:
        case "string":
            return text if column.values is None else _listed(text, column.values)
        case "integer" | "bigint":
            return whole_number(text, column.data_type)
        case "double":
            return f"case when isfinite(try_cast({text} as double)) then try_cast({text} as double) end"
        case "boolean":
            spellings = column.values or {}
            true = (*SPELLINGS_OF_TRUE, *spellings.get("true", ()))
            false = (*SPELLINGS_OF_FALSE, *spellings.get("false", ()))
            return _chosen(f"lower({text})", {"true": true, "false": false})
        case "date":
            return date_in(text, column.timezone, column.whole_months, first_day)
        case "timestamp":
            return timestamp_in(text, column.timezone, first_day)
        case "string[]" | "cell[]":
            return f"case when json_valid({text}) and json_type({text}) = 'ARRAY' then {_list_of(text)} end"


def _written(column: Column, text: str) -> str:
    """The text as it is to be typed: a number without what people and platforms put into it."""
    is_number = column.data_type in ("integer", "bigint", "double")
    return number_in(text, column.is_rounded, column.capped) if is_number else text


def _list_of(text: str) -> str:
    return f"""from_json({text}, '["VARCHAR"]')"""


def _listed(text: str, values: dict[str, tuple[str, ...]]) -> str:
    return _chosen(text, {literal(value): (value, *spellings) for value, spellings in values.items()})


def _chosen(text: str, spellings: dict[str, tuple[str, ...]]) -> str:
    """The expression whose spelling the text is. Compared one by one: DuckDB makes a join of each longer list."""
    branches = (f"when {literal(spelling)} then {value}" for value, known in spellings.items() for spelling in known)
    return f"case {text} {' '.join(branches)} end"


def _rules(contract: Contract, edition: int, table: RawTable) -> Iterator[tuple[str, str]]:
    """Each rule as the condition that breaks it and the rejection it leads to."""
    for column in contract.columns:
        rules = [*_rules_of(column, contract, edition), *_rules_of_lists(column, table)]
        # A cell that is refused already is not refused once more for whose it may be: neither shows what it holds.
        refused = " or ".join(condition for condition, _, _ in rules)
        unless = f"not coalesce({refused}, false) and " if refused else ""
        persons = _rules_of_persons(column, contract, table)
        rules += [(unless + condition, reason, shown) for condition, reason, shown in persons]
        for condition, reason, shown in _with_marks(column, rules) if column.name in table.marks else rules:
            yield condition, _rejection(column.name, reason, _shown(shown, contract, table))


def _with_marks(column: Column, rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules of a column some of whose cells a reader marked: a marked cell breaks no other rule."""
    mark = f"mark_{column.name}"
    # A measured number of more digits than a spreadsheet keeps is as good as measured.
    is_believed = f" and {mark} <> '{DIGITS_LOST}'" if column.data_type == "double" else ""
    is_marked = f"({mark} is not null{is_believed})"
    yield is_marked, mark, f"cell_{column.name}"
    yield from ((f"not {is_marked} and {condition}", reason, shown) for condition, reason, shown in rules)


def _rules_of(column: Column, contract: Contract, edition: int) -> Iterator[Rule]:
    """Condition that breaks the rule, reason code as SQL, and the value to show."""
    value, text = column.name, f"text_{column.name}"
    if column.gathers is not None:
        return
    if column.required:
        yield f"({value} is null and {text} is null)", "'missing'", "null"
    if not _is_text(column):
        reason = "not_in_list" if column.values else f"not_a_{column.data_type.replace('[]', '_list')}"
        yield f"({value} is null and {text} is not null)", f"'{reason}'", text
    if contract.is_identifier(column) and (column.pattern is None or re.fullmatch(column.pattern, SHOWN_BY_EXCEL)):
        is_number_like = f"unicode({value}) between {ord('+')} and {ord('9')}"
        yield f"({is_number_like} and regexp_full_match({value}, {_literal(SCIENTIFIC)}))", f"'{DIGITS_LOST}'", value
    if column.pattern is not None:
        yield _breaks_pattern(value, column.pattern), "'pattern'", value
    if column.check is not None:
        yield f"not {CHECKS[column.check]}({value})", "'check_digit'", value
    for bound, sign in zip(_bounds(column), "<>", strict=True):
        if bound is not None:
            yield f"{value} {sign} {bound}", "'out_of_range'", f"coalesce({text}, cell_{value})"
    if (days := contract.believed_days(column, edition)) is not None:
        first, last = days
        bounds = f"{value} >= date '{first}' and {value} < date '{last + dt.timedelta(days=1)}'"
        yield f"not ({bounds})", "'out_of_range'", f"coalesce({text}, cell_{value})"
    if column.own_units:
        own = " ".join(
            f"when {literal(code)} then {value} not in {_list(units)}" for code, units in column.own_units.items()
        )
        yield f"(case {column.unit_of} {own} end)", "'other_unit'", value
    if column.begins is not None:
        is_begun = (
            f"{column.begins} = 'month' and day({value}) <> 1 or {column.begins} = 'year' and dayofyear({value}) <> 1"
        )
        yield f"({is_begun})", "'no_first_day'", f"coalesce({text}, cell_{value})"


def _bounds(column: Column) -> tuple[float | None, float | None]:
    """The least and the greatest value a cell may have."""
    largest = LARGEST if column.data_type == "double" else None
    least = None if largest is None else -largest
    return (
        least if column.minimum is None else column.minimum,
        largest if column.maximum is None else column.maximum,
    )


def _breaks_pattern(value: str, pattern: str) -> str:
    """The condition that a text is not what a pattern says; to look for blanks costs a tenth of the pattern of none."""
    if pattern == NO_BLANK:
        return f"({' or '.join(f'contains({value}, chr({code}))' for code in BLANK_CODES_OF_PATTERNS)} or {value} = '')"
    return f"not regexp_full_match({value}, {_literal(pattern)})"


def _rules_of_lists(column: Column, table: RawTable) -> Iterator[Rule]:
    """Crawlers put every value into a list; one with several is no text."""
    text = f"text_{column.name}"
    if table.may_hold_lists and _is_text(column):
        yield f"({_length_of_list(text)} > 1)", "'not_one_value'", text


def _rules_of_persons(column: Column, contract: Contract, table: RawTable) -> Iterator[Rule]:
    """Nothing that is a person's stands in another column, as where a row is shifted by a cell."""
    # Programs name each value, so that only what people type below headers changes places.
    is_typed = not table.may_hold_lists and _is_about_persons(table, contract)
    if column.personal is not None or column.gathers is not None or not (contract.has_personal or is_typed):
        return
    if column.data_type in ("integer", "bigint", "double"):
        yield is_in_number(f"cell_{column.name}"), "'personal_data'", "null"
    if _is_text(column) and column.check is None:
        yield is_in_text(column.name), "'personal_data'", "null"
        # A name alone is one where the column of names has none.
        names = [name.name for name in contract.columns if name.is_name and name.name in table.matched_headers]
        for name in names:
            own = f"coalesce({is_name(name)}, false)"
            yield f"({is_name(column.name)} and not {own})", "'personal_data'", "null"


def _rejection(column_name: str, reason: str, value: str) -> str:
    name = "null" if column_name == "null" else _literal(column_name)
    return (
        f"{{'column_name': cast({name} as varchar), 'reason_code': cast({reason} as varchar), "
        f"'value': left(cast({value} as varchar), 200)}}"
    )
