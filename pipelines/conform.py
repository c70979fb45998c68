"""Applies a contract to raw text in one pass of SQL: types each cell, and says of each row why it is not fit.

Every row that was read is written; a row that breaks the contract carries its ``rejections`` (column, reason, value)
and is kept out of every model but the quarantine. Belongs here: the shape of single rows. Keys and references, which
need the rest of the warehouse, are judged by the models.
"""

from collections.abc import Iterator

from pipelines.contracts import Column, Contract
from pipelines.readers.raw_table import RawTable

DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d")
SPELLINGS_OF_TRUE = ("true", "t", "yes", "y", "1", "是", "有")
SPELLINGS_OF_FALSE = ("false", "f", "no", "n", "0", "否", "无")
BLANKS = " \t\r\n\u00a0\u3000\ufeff"
BLANK_CODES = ", ".join(str(ord(blank)) for blank in BLANKS)
HAS_ZONE = r"(Z|[+-]\d{2}:?\d{2})$"
EXCEL_SERIAL = r"\d{5}(\.\d+)?"


def conforming_select(table: RawTable, contract: Contract, edition: int, file_id: str) -> str:
    """A SELECT of every row of the raw table: where it came from, its typed columns, and its rejections or null."""
    cleaned = ",\n".join(
        f"{_cleaned(table.cells.get(column.name), column)} as c_{column.name}" for column in contract.columns
    )
    typed = ",\n".join(f"{_typed(column)} as t_{column.name}" for column in contract.columns)
    columns = ",\n".join(f"t_{column.name} as {column.name}" for column in contract.columns)
    rules = list(_rules(contract))
    is_unfit = " or ".join(["broken_reason is not null", *(f"coalesce({condition}, false)" for condition, _ in rules)])
    broken = "case when broken_reason is not null then " + _rejection("null", "broken_reason", "broken_text") + " end"
    reasons = [
        f"case when broken_reason is null and {condition} then {rejection} end" for condition, rejection in rules
    ]
    return f"""
    select
        cast({edition} as integer) as edition,
        '{file_id}' as file_id,
        {_literal(table.sheet)} as sheet,
        cast(row_number as bigint) as row_number,
        {columns},
        case when {is_unfit} then list_filter([{", ".join([broken, *reasons])}], lambda reason: reason is not null) end
            as rejections,
    from (
        select *, {typed}
        from (select row_number, broken_reason, broken_text, {cleaned} from {table.relation})
    )
    """


def _literal(text: str | None) -> str:
    return "cast(null as varchar)" if text is None else "'" + text.replace("'", "''") + "'"


def _list(texts: tuple[str, ...]) -> str:
    return "(" + ", ".join(_literal(text) for text in texts) + ")"


def _cleaned(cell: str | None, column: Column) -> str:
    """The cell without the blanks around it; null, or the default, where nothing is left."""
    if cell is None:
        return "cast(null as varchar)" if column.default is None else _literal(column.default)
    trimmed = f"nullif(trim({cell}, {_literal(BLANKS)}), '')"
    # To look at both ends of a cell costs a fraction of trimming it, and hardly any cell needs trimming.
    ends = f"unicode({cell}) in ({BLANK_CODES}) or unicode({cell}[-1]) in ({BLANK_CODES})"
    text = f"case when {cell} = '' or {ends} then {trimmed} else {cell} end"
    return text if column.default is None else f"coalesce({text}, {_literal(column.default)})"


def _typed(column: Column) -> str:
    text = f"c_{column.name}"
    match column.data_type:
        case "string":
            return text if column.values is None else _listed(text, column.values)
        case "integer" | "bigint":
            number = f"try_cast({text} as double)"
            return f"case when {number} = floor({number}) then try_cast({number} as {column.data_type}) end"
        case "double":
            return f"case when isfinite(try_cast({text} as double)) then try_cast({text} as double) end"
        case "boolean":
            spellings = column.values or {}
            true = (*SPELLINGS_OF_TRUE, *spellings.get("true", ()))
            false = (*SPELLINGS_OF_FALSE, *spellings.get("false", ()))
            lowered = f"lower({text})"
            return f"case when {lowered} in {_list(true)} then true when {lowered} in {_list(false)} then false end"
        case "date":
            return _date(text, column.timezone)
        case "timestamp":
            return _timestamp(text, column.timezone)
        case "string[]":
            return f"""case when json_valid({text}) and json_type({text}) = 'ARRAY'
                then from_json({text}, '["VARCHAR"]') end"""


def _listed(text: str, values: dict[str, tuple[str, ...]]) -> str:
    branches = (
        f"when {text} in {_list((value, *spellings))} then {_literal(value)}" for value, spellings in values.items()
    )
    return f"case {' '.join(branches)} end"


def _date(text: str, timezone: str) -> str:
    formats = "[" + ", ".join(_literal(form) for form in DATE_FORMATS) + "]"
    return f"""case
        when regexp_matches({text}, '{HAS_ZONE}') and length({text}) > 15
            then cast(try_cast({text} as timestamptz) at time zone '{timezone}' as date)
        when regexp_full_match({text}, '{EXCEL_SERIAL}')
            then date '1899-12-30' + cast(try_cast({text} as double) as integer)
        else coalesce(try_cast({text} as date), cast(try_strptime({text}, {formats}) as date))
    end"""


def _timestamp(text: str, timezone: str) -> str:
    return f"""case
        when regexp_matches({text}, '{HAS_ZONE}') and length({text}) > 15
            then try_cast({text} as timestamptz) at time zone 'UTC'
        else (try_cast({text} as timestamp) at time zone '{timezone}') at time zone 'UTC'
    end"""


def _rules(contract: Contract) -> Iterator[tuple[str, str]]:
    """Each rule as the condition that breaks it and the rejection it leads to."""
    for column in contract.columns:
        text, value = f"c_{column.name}", f"t_{column.name}"
        if column.required:
            yield f"{text} is null", _rejection(column.name, "'missing'", "null")
        if column.values is not None or column.data_type != "string":
            reason = "not_in_list" if column.values else f"not_a_{column.data_type.replace('[]', '_list')}"
            yield f"{text} is not null and {value} is null", _rejection(column.name, f"'{reason}'", text)
        if column.pattern is not None:
            yield (
                f"not regexp_full_match({text}, {_literal(column.pattern)})",
                _rejection(column.name, "'pattern'", text),
            )
        for bound, sign in ((column.minimum, "<"), (column.maximum, ">")):
            if bound is not None:
                yield f"{value} {sign} {bound}", _rejection(column.name, "'out_of_range'", text)


def _rejection(column_name: str, reason: str, value: str) -> str:
    name = "null" if column_name == "null" else _literal(column_name)
    return (
        f"{{'column_name': cast({name} as varchar), 'reason_code': cast({reason} as varchar), "
        f"'value': left(cast({value} as varchar), 200)}}"
    )
