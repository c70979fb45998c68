"""The job that lands an inbox in parts, in this process. Processes of which one dies: end_to_end/test_first_edition."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.orchestration.landing import READ_NOW, landing
from pipelines.settings import Settings

HEADER = "网站标识码,网站名称,首页网址,层级,网站类型\n"


def land(settings: Settings, parts: int) -> dg.ExecuteInProcessResult:
    config = {"parts": parts, "inbox": str(settings.inbox_dir)}
    return landing.execute_in_process(
        run_config={"resources": {"landing_run": {"config": config}}}, partition_key="2017", raise_on_error=False
    )


def test_each_part_is_a_step_and_a_file_that_cannot_be_read_keeps_none_of_the_others(
    settings: Settings, deliver: Callable[[str, str, bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CEPING_HOME", str(settings.home_dir))
    for number in range(4):
        row = f"33{number:08},示例{number},s{number}.example,县级,门户网站\n"
        deliver("site_registry", f"{number}.csv", (HEADER + row).encode())
    bad = deliver("site_registry", "bad.csv", b"nothing,known\n1,2\n")

    done = land(settings, 3)

    events = done.events_for_node("land")
    assert {event.step_key for event in events} == {f"land[{number}_of_3]" for number in (1, 2, 3)}
    [failed] = [event.step_failure_data for event in events if event.is_step_failure]
    assert failed.user_failure_data is not None
    assert "site_registry/bad.csv" in (failed.user_failure_data.description or "")
    # Another try would read the same.
    assert not [event for event in events if event.is_step_up_for_retry]
    bad.unlink()
    again = land(settings, 2).events_for_node("land")
    counts = [event.step_output_data.metadata[READ_NOW].value for event in again if event.is_successful_output]
    assert counts == [0, 0]
    assert ingest_source(load_contracts()["site_registry"], settings, lambda message: None).taken_count == 4
