"""Running again: nothing new costs nothing; one changed row changes what follows from it and nothing else."""

import json
import re
import zipfile
from pathlib import Path

from tests.fixtures.deliveries import workbook_rows, write_workbook
from tests.fixtures.whole_runs import Edition, ceping, ceping_outcome, contents, models_built, run


def times(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.lstat().st_mtime_ns for path in folder.rglob("*")}


def test_an_unchanged_inbox_is_neither_read_nor_built(small: Edition, tmp_path: Path) -> None:
    copy = small.copied_to(tmp_path)
    before, written = contents(copy.home), times(copy.home)
    printed = ceping("run", "--home", copy.home, "--inbox", copy.inbox)
    assert "0 files read, 0 models built" in printed
    assert f"\nRelease {small.release_id}\n" in printed
    assert contents(copy.home) == before
    assert times(copy.home) == written


def test_one_changed_row_changes_its_figures_and_leaves_the_old_release(small: Edition, tmp_path: Path) -> None:
    copy, untouched = small.copied_to(tmp_path), contents(small.home)
    (copy.home / "work" / "warehouse.duckdb").unlink()
    old_release, old = copy.release, contents(copy.release)
    figures = copy.figures()
    path = next((copy.inbox / "platform_census").glob("*.xlsx"))
    rows = workbook_rows(path)
    header = next(row for row in rows if row[0] == "行政区划代码")
    integrated, day, three_level = (header.index(name) for name in ("是否建成一体化平台", "截止日期", "覆盖县级"))
    newest = [row for row in rows if str(row[day]).startswith("2017-08-31")]
    changed = next(row for row in newest if row[integrated] == "是" and row[three_level] == "否")
    mended = [
        tuple("否" if (row, place) == (changed, integrated) else cell for place, cell in enumerate(row)) for row in rows
    ]
    write_workbook(path, {"普查": mended})

    previewed = a_preview_says_what_would_change_and_changes_nothing(copy)
    again = run(copy.home, copy.inbox)

    assert again.figures() == figures | {"trend3.integrated_platforms": 28}
    assert "0 files read" not in previewed
    assert "site_registry: nothing new" in previewed
    # The working file was lost: it is made anew from landing, and what was drawn stands beside it.
    assert models_built(previewed) == models_built(small.printed)
    assert "0 indices and titles drawn" in previewed
    # What the preview built and judged is published as it is.
    assert models_built(again.printed) == 0
    assert again.release != old_release
    assert contents(old_release) == old
    assert contents(small.home) == untouched
    the_difference_names_the_row(again, old_release.parent.name, str(changed[0]))
    going_back_outlasts_the_next_run(again, old_release.parent.name)


def a_preview_says_what_would_change_and_changes_nothing(edition: Edition) -> str:
    before = contents(edition.home / "releases")
    printed = ceping("run", "--preview", "--home", edition.home, "--inbox", edition.inbox)
    assert contents(edition.home / "releases") == before
    [named] = re.findall(r"Preview (2017-[0-9a-f]{12}): nothing is published", printed)
    assert "trend3.integrated_platforms" in printed
    preview = edition.home / "previews" / "2017" / named
    for page, mark in (("index.html", "公示稿"), ("en/index.html", "Preview")):
        assert f'data-mark="{mark}"' in (preview / "public" / page).read_text(encoding="utf-8")
        assert "data-mark" not in (edition.release / page).read_text(encoding="utf-8")
    with zipfile.ZipFile(preview / "public" / "notice-2017.docx") as document:
        heads = [document.read(name).decode() for name in document.namelist() if "header" in name]
    assert any("公示稿" in head for head in heads)
    return printed


def the_difference_names_the_row(edition: Edition, before: str, region_code: str) -> None:
    difference = json.loads(ceping("diff", before, "--home", edition.home, "--format", "json"))
    told = {section["name"]: section["rows"] for section in difference["sections"]}
    [row] = told["input_rows"]
    assert (row["source"], row["about"], row["column"]) == ("platform_census", region_code, "has_integrated_platform")
    assert (row["old_value"], row["new_value"]) == ("true", "false")
    [figure] = [row for row in told["figures"] if row["figure_id"] == "trend3.integrated_platforms"]
    assert (figure["change"], figure["from_subject"], figure["from_set"]) == (-1.0, -1.0, 0.0)
    assert not told["scores"]


def going_back_outlasts_the_next_run(edition: Edition, before: str) -> None:
    newer = edition.release_id
    # Computed again from the inputs that were kept of it, although the inbox holds others by now.
    verified = ceping("verify", before, "--home", edition.home)
    assert re.search(r"computed again from its inputs: (\d+) of \1 tables have the same bytes", verified)
    assert newer in ceping("rollback", before, "--reason", "wrong census", "--home", edition.home)
    assert edition.release_id == before
    refused = ceping_outcome("run", "--home", edition.home, "--inbox", edition.inbox)
    assert refused.returncode == 1
    assert f"release {newer} was withdrawn" in refused.stderr
    assert "wrong census" in refused.stderr
    assert edition.release_id == before
