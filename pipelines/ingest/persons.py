"""What persons' data looks like, as SQL conditions over a cell.

In a row whose cells have changed places it may stand below any header. The gate looks through all that is to be
published once more, by a suite of its own (``gate.text_value``).
"""

from pipelines.foundation.sql import literal

EDGE = r"(^|[^0-9A-Za-z]|$)"
MOBILE = rf"{EDGE}(\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{EDGE}"
IDENTITY = rf"{EDGE}[1-9]\d{{5}}(19|20)\d{{2}}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{{3}}[\dXx]{EDGE}"
MAIL = r"[\w.%+-]+@[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,}"
NETWORK = r"(^|[^0-9A-Za-z./])(\d{1,3}\.){3}\d{1,3}([^0-9A-Za-z.]|$)"
# A name beside a number: all of a cell, or announced; "访问量达12345678次" is neither.
NAMED_NUMBER = (
    r"^\p{Han}{2,4}[\s:：,，、/|-]*(0\d{2,3}[\s-]?)?\d{7,8}$"
    r"|(姓名|联系人|负责人|经办人)[:：\s]*\p{Han}{2,4}\P{Han}{0,4}((手机|电话|联系方式)[:：\s]*)?[\d-]{7,}"
)
IN_TEXT = "|".join((MOBILE, IDENTITY, MAIL, NETWORK, NAMED_NUMBER))
# No count is written with a zero before it, as the numbers of towns are.
AS_NUMBER = r"0\d{9,11}"
NAME = r"\p{Han}{2,4}|\p{Han}{1,8}[·•]\p{Han}{1,8}"
# Short texts that are no names: bodies, and what people write where they have nothing to say.
NO_NAME = r".*[部委办局厅署院会府省市县区州旗网站台]|无|暂无|没有|同上|详?见附件"


def is_in_text(text: str) -> str:
    """Whether a text holds a person's number or address."""
    return f"regexp_matches({text}, {literal(IN_TEXT)})"


def is_in_number(cell: str) -> str:
    """Whether the cell of a number holds that of a telephone; others are beyond the bounds of their column."""
    return f"regexp_full_match({cell}, {literal(AS_NUMBER)})"


def is_name(text: str) -> str:
    """Whether a text is nothing but what may be a person's name."""
    return f"(regexp_full_match({text}, {literal(NAME)}) and not regexp_full_match({text}, {literal(NO_NAME)}))"


def is_persons(text: str) -> str:
    """Whether a text holds a person's number or address, or is a name; false of none."""
    return f"coalesce({is_in_text(text)} or {is_name(text)}, false)"
