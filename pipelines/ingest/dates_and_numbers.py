"""How people and programs write dates, times and numbers, as SQL expressions over their text.

A text is read only where all of it has a known form: a cast by DuckDB alone passes over what stands behind a time
(``1:00:00 PM`` becomes one in the morning), and takes ``infinity`` for a date. The forms here mean the same in every
source; which of them a column allows is in its contract.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from zoneinfo import ZoneInfo

from pipelines.foundation.sql import literal

WIDE = "０１２３４５６７８９－／．：，＋\u3000"
NARROW = "0123456789-/.:,+ "
YEAR = r"[1-9]\d{3}"
DAY = rf"^({YEAR})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})(日\s*|[T\s]+|$)"
CLOCK = r"\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?"
ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)"
ZONE_APART = rf"\s*{ZONE}$"
MOMENT = rf"{YEAR}-\d{{1,2}}-\d{{1,2}}( {CLOCK})?"
MOMENT_IN_ZONE = rf"{YEAR}-\d{{1,2}}-\d{{1,2}} {CLOCK}\s*{ZONE}"
# A month has a separator, or two digits; 2017.1 may be January, or the number that is left of 2017.10.
MONTH = rf"({YEAR})(?:[-/年](\d{{1,2}})月?|\.(\d\d|[2-9])月?|(\d\d))"
COMPACT_DAY = rf"{YEAR}\d{{4}}"
COMPACT_MOMENT = rf"{YEAR}\d{{10}}"
# As the interfaces of Weibo write it: Fri Sep 01 12:00:00 +0800 2017.
ENGLISH_MOMENT = rf"[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} \d{{2}} \d{{2}}:\d{{2}}:\d{{2}} [+-]\d{{4}} {YEAR}"
EXCEL_SERIAL = r"\d{5}(\.\d+)?"
# Excel counts days from the last but one of 1899, for it takes 1900 for a leap year; some workbooks begin in 1904.
EXCEL_FIRST_DAY = dt.date(1899, 12, 30)
SECONDS_A_DAY = 86_400
IN_THOUSANDS = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
ROUNDED = r"(\d+(\.\d+)?)\s*([万亿])"
EXACT_AS_DOUBLE = 1 << 53


def date_in(text: str, timezone: str, whole_months: bool = False, first_day: dt.date = EXCEL_FIRST_DAY) -> str:
    """The day that a text means, of a time with a zone the day in ``timezone``; null where it has no known form.

    No text has two of the forms, so that their order decides nothing.
    """
    month = f"when {_has(_narrow(text), MONTH)} then {_first_of_month(text)}" if whole_months else ""
    return f"""case
        {month}
        when {_has(_narrow(text), EXCEL_SERIAL)}
            then date '{first_day}' + cast(floor(try_cast({_narrow(text)} as double)) as integer)
        else cast({_local(text, timezone)} as date)
    end"""


def timestamp_in(text: str, timezone: str, first_day: dt.date = EXCEL_FIRST_DAY) -> str:
    """The time in UTC that a text means, in ``timezone`` where it names no zone; null where it has no known form."""
    return f"""case
        when {_has(_narrow(text), EXCEL_SERIAL)} then {_in_utc(_from_serial(text, first_day), timezone)}
        else {_in_utc(_local(text, timezone), timezone)}
    end"""


def plain_timestamp_in(text: str, timezone: str, first: dt.date, last: dt.date) -> str:
    """The time in UTC that a text means, written as databases write it; null where it is not, or may be of other days.

    Where the clocks of ``timezone`` are the same hours from UTC on all these days, that is one subtraction: to look the
    zone up for each time costs more than to read it.
    """
    is_plain = f"{text} like '____-__-__ __:__:__' and {text} not like '%Z'"
    local = f"try_cast({text} as timestamp)"
    offset = _steady_offset(timezone, first, last)
    if offset is None:
        # Finite by its form, so its microseconds give the time in UTC; to look the zone up again would cost twice.
        instant = f"make_timestamp(epoch_us({local} at time zone {literal(timezone)}))"
        return f"case when {is_plain} and {text} >= '1' then {instant} end"
    is_steady = f"{text} >= '{first}' and {text} < '{last + dt.timedelta(days=1)}'"
    return f"case when {is_plain} and {is_steady} then {local} - to_seconds({offset.total_seconds():.0f}) end"


@cache
def _steady_offset(timezone: str, first: dt.date, last: dt.date) -> dt.timedelta | None:
    """How far the clocks of a zone are ahead of UTC on all of these days; null where they are changed meanwhile."""
    zone, midnight = ZoneInfo(timezone), dt.datetime.combine(first, dt.time())
    days = range(-1, (last - first).days + 2)
    offsets = {(midnight + dt.timedelta(days=day)).replace(tzinfo=zone).utcoffset() for day in days}
    return offsets.pop() if len(offsets) == 1 else None


def number_in(text: str, is_rounded: bool, capped: Mapping[str, Sequence[str]]) -> str:
    """The text of a number in the form a cast reads: without grouping, in narrow digits, with 万 and 亿 worked out."""
    narrow = _narrow(text)
    caps = " ".join(
        f"when lower({text}) = {literal(spelling.lower())} then {literal(number)}"
        for number, spellings in capped.items()
        for spelling in spellings
    )
    rounded = f"when {_has(narrow, ROUNDED)} then {_unrounded(narrow)}" if is_rounded else ""
    return f"""case
        {caps}
        {rounded}
        when {_has(narrow, IN_THOUSANDS)} then replace({narrow}, ',', '')
        else {narrow}
    end"""


def whole_number(text: str, data_type: str) -> str:
    """The whole number that a text means; null where it means none, or one that the type does not hold."""
    number = f"try_cast({text} as double)"
    if data_type == "integer":
        return f"case when {number} = floor({number}) then try_cast({number} as integer) end"
    # A double holds no whole number beyond 2^53 exactly; a cast of the text alone would make 2 of 1.5.
    is_exact = f"abs({number}) < {EXACT_AS_DOUBLE}"
    return f"""case
        when {number} = floor({number}) and {is_exact} then try_cast({number} as bigint)
        when {number} = floor({number}) then try_cast({text} as bigint)
    end"""


def _narrow(text: str) -> str:
    return f"translate({text}, {literal(WIDE)}, {literal(NARROW)})"


def _has(text: str, form: str) -> str:
    return f"regexp_full_match({text}, {literal(form)})"


def _local(text: str, timezone: str) -> str:
    """The time that a text means on the clocks of ``timezone``."""
    narrow = _narrow(text)
    plain = f"trim(regexp_replace({narrow}, {literal(DAY)}, '\\1-\\2-\\3 '))"
    zone = literal(timezone)
    return f"""case
        when {_has(plain, MOMENT)} then try_cast({plain} as timestamp)
        when {_has(plain, MOMENT_IN_ZONE)}
            then try_cast(regexp_replace({plain}, {literal(ZONE_APART)}, '\\1') as timestamptz) at time zone {zone}
        when {_has(narrow, COMPACT_DAY)} then try_strptime({narrow}, '%Y%m%d')
        when {_has(narrow, COMPACT_MOMENT)} then try_strptime({narrow}, '%Y%m%d%H%M%S')
        when {_has(narrow, ENGLISH_MOMENT)} then try_strptime({narrow}, '%a %b %d %H:%M:%S %z %Y') at time zone {zone}
    end"""


def _first_of_month(text: str) -> str:
    year, *months = (f"regexp_extract({_narrow(text)}, {literal(MONTH)}, {group})" for group in (1, 2, 3, 4))
    month = f"concat({', '.join(months)})"
    return f"cast(try_strptime({year} || '-' || {month} || '-1', '%Y-%m-%d') as date)"


def _from_serial(text: str, first_day: dt.date) -> str:
    """A serial number to the second, as Excel shows no less."""
    seconds = f"cast(round(try_cast({_narrow(text)} as double) * {SECONDS_A_DAY}) as bigint)"
    return f"timestamp '{first_day}' + to_seconds({seconds})"


def _unrounded(text: str) -> str:
    number, unit = (f"regexp_extract({text}, {literal(ROUNDED)}, {group})" for group in (1, 3))
    return f"cast(cast({number} as decimal(18, 6)) * case {unit} when '万' then 10000 else 100000000 end as varchar)"


def _in_utc(local: str, timezone: str) -> str:
    return f"(({local}) at time zone {literal(timezone)}) at time zone 'UTC'"
