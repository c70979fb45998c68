"""The page on performance says what was measured; `make bench` installs what this needs."""

import pytest


def test_the_page_is_in_step_with_what_is_kept() -> None:
    pytest.importorskip("psutil", reason="make bench installs it")
    report = pytest.importorskip("benchmarks.report", reason="make bench installs what it draws with")
    from benchmarks.results import kept_example, kept_fixed, kept_formats, kept_sizes

    sizes, fixed = kept_sizes(), kept_fixed()
    assert len(sizes) >= 2
    measured = report.measured_part(sizes, fixed, kept_example(), kept_formats())
    assert measured in report.DOCUMENT.read_text(encoding="utf-8")
