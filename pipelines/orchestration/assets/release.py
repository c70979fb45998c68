"""The release asset: publishes the candidate the verdict passed, and nothing else."""

import dagster as dg

from pipelines.foundation.hashing import code_version
from pipelines.foundation.progress import report
from pipelines.gate.candidate import open_newest
from pipelines.gate.judgement import require_pass
from pipelines.gate.verdict import Verdict
from pipelines.orchestration.assets.verdict import verdict
from pipelines.orchestration.editions import EDITIONS
from pipelines.orchestration.resources import EditionRun
from pipelines.publication.site.pages.changes import PAGE
from pipelines.releases.built import record_release
from pipelines.releases.embargo import embargo_lifted_by, embargo_of, present_day
from pipelines.releases.kept_inputs import keep_inputs
from pipelines.releases.publish import preview, publish
from pipelines.releases.release import Release
from pipelines.releases.releases import Releases
from pipelines.releases.shared import share_release


@dg.asset(
    group_name="publication",
    deps=[verdict],
    partitions_def=EDITIONS,
    kinds={"duckdb", "html"},
    description="发布版本\n\nAn immutable folder: DuckDB file, Parquet, bulletin, quality report, manifest. "
    "| 不可变的发布目录：DuckDB 文件、Parquet、通报、质量报告、清单。",
)
def release(edition_run: EditionRun) -> dg.MaterializeResult[None]:
    """Publish the newest candidate, or write its preview, if its bytes have a passing verdict by the present suites."""
    settings = edition_run.settings
    newest = open_newest(settings.candidates_dir, settings.newest_candidate_path)
    verdict_given = require_pass(newest)
    if edition_run.preview:
        previewed = preview(
            newest, verdict_given, Releases(settings.previews_dir), Releases.of(settings), code_version()
        )
        report("preview", f"{previewed.release_id} is written to be looked at; nothing is published")
        return _shown(previewed, verdict_given)
    edition_run.wait_for_draft()
    embargo = embargo_of(settings.seeds_dir, settings.edition, present_day())
    published = publish(
        newest,
        verdict_given,
        Releases.of(settings),
        code_version(),
        edition_run.drafts,
        is_kept_back=embargo is not None,
    )
    edition_run.drafts.remove()
    keep_inputs(settings, published)
    record_release(settings, published.release_id)
    if embargo is None:
        share_release(settings, published)
        report("release", f"{published.release_id} is published")
    else:
        told = embargo_lifted_by(settings.edition, embargo)
        report("release", f"{published.release_id} is written and kept back by the embargo; {told}")
    return _shown(published, verdict_given)


def _shown(written: Release, judged: Verdict) -> dg.MaterializeResult[None]:
    """What the UI tells of a release or preview that was written: how it was judged, and what it changes."""
    return dg.MaterializeResult(
        metadata={
            "release": written.release_id,
            "folder": dg.MetadataValue.path(str(written.folder)),
            "verdict": f"passed: {len(judged.suites)} tables judged, {len(judged.warnings)} warnings",
            "what it changes": dg.MetadataValue.path(str(written.public / PAGE)),
            "bulletin": dg.MetadataValue.path(str(written.bulletin_path)),
            "quality report": dg.MetadataValue.path(str(written.quality_path)),
            "database": dg.MetadataValue.path(str(written.database_path)),
        },
        data_version=dg.DataVersion(written.release_id),
    )
