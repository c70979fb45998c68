"""Real home-page scans of two departments through aliases alone, with a registry made from their domains."""

import csv
import re
from collections import Counter

import pytest

from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.warehouse import asked, build, figures_of, ingest

SCANS = sorted((PROJECT_ROOT.parent / "shared" / "data" / "scans").glob("department_of_*.csv"))
CONNECTION_ERRORS = ("connection_refused", "connection_reset", "address_unreachable")
TLS_ERRORS = ("invalid_ssl_cert", "ssl_version_cipher_mismatch", "ssl_protocol_error")
# They were made years after the edition, which believes no such day.
LATER_YEARS = re.compile(rb"\b20(?:1[89]|2\d)-")
OTHER_ERRORS = ("unknown_error", "aborted", "execution_context_destroyed")

pytestmark = pytest.mark.skipif(not SCANS, reason="the real scans are not beside the project")


def scanned() -> list[dict[str, str]]:
    return [row for path in SCANS for row in csv.DictReader(path.open(encoding="utf-8", newline=""))]


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    inbox = tmp_path_factory.mktemp("scans") / "inbox"
    (inbox / "site_crawl").mkdir(parents=True)
    (inbox / "site_registry").mkdir()
    registry = [["网站标识码", "网站名称", "首页网址", "层级", "网站类型"]]
    for department, path in enumerate(SCANS, start=1):
        (inbox / "site_crawl" / path.name).write_bytes(LATER_YEARS.sub(b"2016-", path.read_bytes()))
        domains = [row["target_url"] for row in csv.DictReader(path.open(encoding="utf-8", newline=""))]
        registry += [
            [f"bm{department:02}{number:06}", domain, domain, "国务院部门", "部门网站"]
            for number, domain in enumerate(domains, start=1)
        ]
    with (inbox / "site_registry" / "登记.csv").open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(registry)
    settings = Settings(home=inbox.parent / "home", inbox=inbox, edition=2017)
    ingest(settings)
    build(settings)
    return settings


def test_every_scan_is_loaded(scans: Settings) -> None:
    balance = asked(
        scans,
        "select sum(rows_read)::bigint as n, sum(rows_loaded)::bigint as loaded, "
        "sum(rows_quarantined)::bigint as unfit from audit.row_balance where source = 'site_crawl'",
    )
    assert balance == [{"n": len(scanned()), "loaded": len(scanned()), "unfit": 0}]


def test_failures_are_counted_as_what_they_are(scans: Settings) -> None:
    outcomes = Counter(row["primary_scan_status"] for row in scanned())
    [counted] = asked(
        scans,
        "select sum(dns_error_count)::bigint as dns, sum(timeout_count)::bigint as timeouts, "
        "sum(connection_error_count)::bigint as connection, sum(tls_error_count)::bigint as tls, "
        "sum(other_error_count)::bigint as other, sum(answered_count)::bigint as answered, "
        "sum(available_count)::bigint as available from core.fct_site_crawl",
    )
    assert counted == {
        "dns": outcomes["dns_resolution_error"],
        "timeouts": outcomes["timeout"],
        "connection": sum(outcomes[name] for name in CONNECTION_ERRORS),
        "tls": sum(outcomes[name] for name in TLS_ERRORS),
        "other": sum(outcomes[name] for name in OTHER_ERRORS),
        "answered": outcomes["completed"],
        "available": sum(row["final_url_status_code"].startswith(("2", "3")) for row in scanned()),
    }


def test_figures_of_missing_sources_are_not_computable(scans: Settings) -> None:
    verdicts = {
        row["figure_id"]: (row["verdict"], row["missing_input"])
        for row in asked(scans, "select figure_id, verdict, missing_input from trends.figure")
    }
    assert verdicts["trend3.integrated_platforms"] == ("not_computable", "platform_census")
    assert verdicts["trend2.inspected_sites"] == ("not_computable", "site_inspection")
    assert figures_of(scans)["trend2.running_sites"] == len(scanned())
