"""The commands of ``ceping``: each is one call into the rest, which is imported only when it is used."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import CepingError, fault_of_machine, told

if TYPE_CHECKING:
    from pipelines.settings import Settings

app = typer.Typer(
    name="ceping",
    help="Ceping (测评): from the files an evaluation centre collects to a published, defensible result.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

inbox_app = typer.Typer(name="inbox", no_args_is_help=True, help="Look at deliveries before a run, and make forms.")
app.add_typer(inbox_app)
edition_app = typer.Typer(name="edition", no_args_is_help=True, help="Describe the editions to be evaluated.")
app.add_typer(edition_app)
framework_app = typer.Typer(name="framework", no_args_is_help=True, help="Frameworks as the tables organisers write.")
app.add_typer(framework_app)

NAMES_A_PATH = re.compile(r"(^|[\s'\"(])/\w")

Home = Annotated[
    Path | None, typer.Option("--home", envvar="CEPING_HOME", help="Folder that holds everything a run writes.")
]
Edition = Annotated[int, typer.Option("--edition", envvar="CEPING_EDITION", help="Edition (year) to evaluate.")]
Inbox = Annotated[
    Path | None,
    typer.Option(
        "--inbox",
        envvar="CEPING_INBOX",
        help="Folder with one sub-folder per source. Without it: inbox/<edition> in the home.",
    ),
]


class OutputFormat(StrEnum):
    """The form of an answer to ``ceping sql``; xlsx and parquet are for files only."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"


class Shown(StrEnum):
    """How ``ceping inbox check`` and ``ceping whatif`` print what they found."""

    table = "table"
    json = "json"


class Allocated(StrEnum):
    """How ``ceping sample`` divides a sample among strata."""

    neyman = "neyman"
    proportional = "proportional"


class Explained(StrEnum):
    """How ``ceping explain`` prints its result."""

    tree = "tree"
    json = "json"


class Spoken(StrEnum):
    """The language a card, certificate or letter is written in."""

    zh = "zh"
    en = "en"


class CardFile(StrEnum):
    """The form ``ceping cards`` writes cards in."""

    docx = "docx"
    html = "html"


In = Annotated[Spoken, typer.Option("--language", help="Language to write in.")]


@contextmanager
def settings_for(
    home: Path | None,
    edition: int | None = None,
    inbox: Path | None = None,
    engine: str | None = None,
    parts: int | None = None,
) -> Iterator["Settings"]:
    """The settings of a command, also put into the environment for the processes it starts; prints its errors."""
    from pydantic import ValidationError

    from pipelines.settings import Settings

    with printed_errors():
        try:
            settings = Settings().for_run(home=home, edition=edition, inbox=inbox, engine=engine, parts=parts)
        except ValidationError as wrong:
            reasons = [
                f"CEPING_{str(each['loc'][0]).upper()}: {each['msg']}, not {each['input']}" for each in wrong.errors()
            ]
            raise CepingError("\n".join(reasons)) from wrong
        os.environ.update(settings.environment())
        with printed_errors(settings.home_dir):
            yield settings


@contextmanager
def printed_errors(place: Path | None = None) -> Iterator[None]:
    """Print an error that a user can mend as one message, and end the command with exit code 1.

    ``place`` is named where a failure of the machine names none.
    """
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:
        message = told(error)
        if message is None:
            raise
        is_nowhere = fault_of_machine(message) is not None and not NAMES_A_PATH.search(message)
        where = f"{place}: " if place is not None and is_nowhere else ""
        typer.secho(f"error: {where}{message}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None


@app.command()
def run(
    edition: Edition = 2017,
    inbox: Inbox = None,
    home: Home = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build and publish even where nothing changed.")] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Build and judge, show what publishing would change, and publish nothing.")
    ] = False,
    engine: Annotated[
        str | None,
        typer.Option(
            envvar="CEPING_ENGINE",
            help="Where models are built: duckdb, or sail after make .venv-sail/installed, or spark after "
            "make .venv-spark/installed.  [default: duckdb]",
        ),
    ] = None,
    parts: Annotated[
        int | None,
        typer.Option(
            envvar="CEPING_PARTS",
            help="Land the inbox in so many parts first, each a step under CEPING_EXECUTOR: multiprocess, or "
            "in_process or kubernetes.  [default: 1, by the run itself]",
        ),
    ] = None,
) -> None:
    """Bring an edition from its inbox to a published release."""
    with settings_for(home, edition, inbox, engine, parts) as settings:
        if preview:
            from pipelines.cli.preview import preview_and_print

            preview_and_print(settings, rebuild=rebuild)
        else:
            from pipelines.cli.run import run_and_print

            run_and_print(settings, rebuild=rebuild)


@app.command()
def land(
    part: Annotated[str, typer.Option("--part", help="Which part of how many: 3/16 is the third of sixteen.")] = "1/1",
    edition: Edition = 2017,
    inbox: Inbox = None,
    home: Home = None,
) -> None:
    """Land one part of an inbox, as one of several workers; ceping run then finds it landed."""
    from pipelines.cli.land import land_and_print

    with settings_for(home, edition, inbox) as settings:
        land_and_print(settings, part)


@app.command()
def gate(
    edition: Edition = 2017,
    home: Home = None,
    candidate: Annotated[
        str | None, typer.Option(help="Beginning of a candidate's hash.  [default: the newest of the edition]")
    ] = None,
) -> None:
    """Judge a candidate by the expectations alone; exit code 1 where it may not be published."""
    from pipelines.cli.gate import judge_and_print

    with settings_for(home, edition) as settings:
        raise typer.Exit(judge_and_print(settings, candidate))


@app.command()
def releases(
    home: Home = None,
    output: Annotated[Shown, typer.Option("--format", help="How to print them.")] = Shown.table,
) -> None:
    """List the releases: when each was published, from how many inputs, and which one is current."""
    from pipelines.cli.releases import print_releases
    from pipelines.releases.listing import list_releases

    with settings_for(home) as settings:
        print_releases(list_releases(settings), output.value)


@app.command()
def verify(
    release: Annotated[str, typer.Argument(help="A release: its id, the beginning of it, or current.")] = "current",
    home: Home = None,
    recompute: Annotated[
        bool, typer.Option(help="Compute its tables again from its inputs and compare the bytes.")
    ] = True,
    engine: Annotated[
        str | None,
        typer.Option(help="Where its models are built again: duckdb, sail or spark.  [default: where they were built]"),
    ] = None,
) -> None:
    """Check every file of a release, and compute its tables again; exit code 1 where they differ."""
    from pipelines.cli.verification import print_verification
    from pipelines.questions.verification import verify_release
    from pipelines.releases.releases import Releases

    with settings_for(home, engine=engine) as settings:
        chosen = settings.engine if engine else None
        found = verify_release(settings, Releases.of(settings).find(release), recompute=recompute, engine=chosen)
        raise typer.Exit(print_verification(found))


@app.command()
def fetch(
    name: Annotated[
        str | None,
        typer.Argument(help="A release or a candidate of the store: its name, or the beginning.  [default: list them]"),
    ] = None,
    home: Home = None,
) -> None:
    """Bring a release or a candidate of the store that homes share (CEPING_STORE) into this home."""
    from pipelines.cli.fetch import fetch_and_print, print_shared

    with settings_for(home) as settings:
        if name is None:
            print_shared(settings)
        else:
            fetch_and_print(settings, name)


@app.command()
def rollback(
    release: Annotated[str, typer.Argument(help="The earlier release to point current at.")],
    reason: Annotated[str | None, typer.Option(help="Why; kept in the history and shown by ceping releases.")] = None,
    home: Home = None,
) -> None:
    """Make an earlier release current; what was published after it is withdrawn and not published by a run again."""
    from pipelines.foundation.lock import locked_home
    from pipelines.releases.embargo import embargo_of, present_day
    from pipelines.releases.releases import Releases

    with settings_for(home) as settings, locked_home(settings):
        earlier = Releases.of(settings).find(release)
        embargo = embargo_of(settings.seeds_dir, earlier.edition, present_day())
        withdrawn = Releases.of(settings).roll_back(earlier, reason, embargo)
        typer.echo(f"current is {earlier.release_id}; withdrawn: {', '.join(withdrawn) or 'nothing'}")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="The earlier release: its id, or the beginning of it.")] = "previous",
    after: Annotated[str, typer.Argument(help="The later release.")] = "current",
    home: Home = None,
    output: Annotated[Shown, typer.Option("--format", help="How to print the difference.")] = Shown.table,
    out: Annotated[
        Path | None, typer.Option("--out", help="Workbook (.xlsx) to write the whole difference to.")
    ] = None,
    rows: Annotated[int, typer.Option(help="Most rows to print of each kind.", min=1)] = 20,
) -> None:
    """Print what differs between two releases, how much each cause explains, and which input rows are behind it."""
    from pipelines.cli.difference import print_difference
    from pipelines.questions.difference.compare import compare
    from pipelines.questions.difference.workbook import write_workbook
    from pipelines.releases.releases import Releases

    with settings_for(home) as settings:
        difference = compare(settings, Releases.of(settings).find(before), Releases.of(settings).find(after))
        print_difference(difference, output.value, rows)
        if out is not None:
            write_workbook(difference, out)


@app.command()
def provenance(
    table: Annotated[str, typer.Argument(help="A published table, such as trends.figure or indices.idx_rank.")],
    key: Annotated[list[str], typer.Argument(help="The row's key, without the edition: trend3.integrated_platforms")],
    release: Annotated[str, typer.Option(help="A release: its id, the beginning of it, or current.")] = "current",
    home: Home = None,
    output: Annotated[Shown, typer.Option("--format", help="How to print it.")] = Shown.table,
    rows: Annotated[int, typer.Option(help="Most units and input rows to show.", min=1)] = 10,
) -> None:
    """Trace a published row: the models it is made by, the checks, the input files and the rows under it."""
    from pipelines.cli.provenance import print_provenance
    from pipelines.questions.provenance import trace
    from pipelines.releases.releases import Releases

    with settings_for(home) as settings:
        print_provenance(trace(settings, Releases.of(settings).find(release), table, key, rows), output.value)


@app.command()
def status(edition: Edition = 2017, inbox: Inbox = None, home: Home = None) -> None:
    """Show what was delivered, what became of it, and what is published."""
    from pipelines.cli.status import print_status

    with settings_for(home, edition, inbox) as settings:
        print_status(settings)


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(help="Id or name of a subject, such as website:1100000001.")],
    index: Annotated[str | None, typer.Option(help="Only this index, such as influence.")] = None,
    edition: Edition = 2017,
    home: Home = None,
    output: Annotated[Explained, typer.Option("--format", help="How to print the result.")] = Explained.tree,
) -> None:
    """Explain the scores of a subject, from each rank down to the rows of the files, and what the next rank takes."""
    from pipelines.cli.explanation import print_explanations
    from pipelines.questions.explanation import explain
    from pipelines.releases.releases import Releases

    with settings_for(home, edition) as settings:
        print_explanations(explain(Releases.of(settings).of_edition(edition), subject, index), output.value)


@app.command()
def card(
    subject: Annotated[str, typer.Argument(help="Id, name or site code of a subject, such as website:1100000001.")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write (.docx or .html). Without it: here.")] = None,
    language: In = Spoken.zh,
    edition: Edition = 2017,
    home: Home = None,
) -> None:
    """Show or write the report card of a subject: ranks, scores, gaps, titles, spot checks, files and rows."""
    from pipelines.cli.cards import language_of, print_or_write_card
    from pipelines.releases.releases import Releases

    with settings_for(home, edition) as settings:
        print_or_write_card(Releases.of(settings).of_edition(edition), subject, language_of(language.value), out)


@app.command()
def cards(
    region: Annotated[str, typer.Option("--region", help="Code or name of a province, city or county, such as 浙江.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write the cards to.")],
    output: Annotated[CardFile, typer.Option("--format", help="Form of the cards.")] = CardFile.docx,
    language: In = Spoken.zh,
    edition: Edition = 2017,
    home: Home = None,
) -> None:
    """Write the report cards of everyone in a region, one file each."""
    from pipelines.cli.cards import language_of, write_cards_and_tell
    from pipelines.releases.releases import Releases

    with settings_for(home, edition) as settings:
        release = Releases.of(settings).of_edition(edition)
        write_cards_and_tell(release, region, language_of(language.value), output.value, out)


@app.command()
def letters(
    out: Annotated[Path, typer.Option("--out", help="Folder to write certificates/ and letters/ to.")],
    certificate: Annotated[Path | None, typer.Option(help="Your own template of a certificate (.docx).")] = None,
    letter: Annotated[Path | None, typer.Option(help="Your own template of a letter (.docx).")] = None,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="Letters to all candidates, not to winners alone.")
    ] = False,
    language: Annotated[Spoken, typer.Option(help="Language of the fields; ours are Chinese templates.")] = Spoken.zh,
    edition: Edition = 2017,
    home: Home = None,
) -> None:
    """Write a certificate for every title given, and letters of result, from Word templates."""
    from pipelines.cli.cards import language_of, write_letters_and_tell
    from pipelines.releases.releases import Releases

    with settings_for(home, edition) as settings:
        release = Releases.of(settings).of_edition(edition)
        spoken = language_of(language.value)
        write_letters_and_tell(release, spoken, certificate, letter, out, everyone=everyone)


@app.command()
def whatif(
    weights: Annotated[Path, typer.Argument(help="CSV with index_code, node_code and weight.")],
    limit: Annotated[int, typer.Option(help="Show at most so many subjects of a class.", min=1)] = 20,
    edition: Edition = 2017,
    home: Home = None,
    output: Annotated[Shown, typer.Option("--format", help="How to print the result.")] = Shown.table,
) -> None:
    """Rank a release once more under other weights, without a run, and show who moves."""
    from pipelines.cli.whatif import print_reranking
    from pipelines.questions.whatif import rank_under
    from pipelines.releases.releases import Releases

    with settings_for(home, edition) as settings:
        print_reranking(rank_under(Releases.of(settings).of_edition(edition), weights), output.value, limit)


@app.command()
def citations(
    release: Annotated[str, typer.Option(help="A release: its id, the beginning of it, or current.")] = "current",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Workbook (.xlsx) or document (.docx) to write them to, to be filled in."),
    ] = None,
    take: Annotated[
        Path | None, typer.Option("--take", help="Filled-in queue to put into the inbox, where the next run finds it.")
    ] = None,
    edition: Edition = 2017,
    inbox: Inbox = None,
    home: Home = None,
) -> None:
    """List winners whose citation no editor has written and wins to be looked at again; take what editors wrote."""
    from pipelines.cli.citations import print_queue, take_and_print
    from pipelines.releases.releases import Releases

    with settings_for(home, edition, inbox) as settings:
        if take is not None:
            take_and_print(settings, take)
        else:
            print_queue(Releases.of(settings).find(release), out)


@app.command()
def quarantine(
    out: Annotated[Path, typer.Option("--out", help="Folder to write the workbooks to, laid out like an inbox.")],
    source: Annotated[str | None, typer.Option(help="Only rows of this source.")] = None,
    file: Annotated[str | None, typer.Option("--file", help="Only rows of this delivered file.")] = None,
    edition: Edition = 2017,
    inbox: Inbox = None,
    home: Home = None,
) -> None:
    """Write the rows that were kept out as workbooks, with the reason beside each, to mend and deliver again."""
    from pipelines.gate.candidate import open_newest
    from pipelines.ingest.quarantine_workbook import export_quarantine

    with settings_for(home, edition, inbox) as settings:
        rows = open_newest(settings.candidates_dir, settings.newest_candidate_path).path_of("audit.quarantine")
        for exported in export_quarantine(settings, rows, out, source, file):
            label = f"{exported.file.source}/{exported.file.file_name}"
            typer.echo(f"{exported.path or label}: {exported.message}", err=exported.path is None)


@app.command()
def sql(
    query: Annotated[
        str | None,
        typer.Argument(help='A query, such as: "select * from trends.figure"; without one, a shell with completion.'),
    ] = None,
    home: Home = None,
    output: Annotated[
        OutputFormat | None, typer.Option("--format", help="Form of the answer. Without it: the ending of FILE.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="File to write the answer to.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", exists=True, dir_okay=False, help="File that holds the query.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Ask only what is public; by default, all of it.")] = False,
) -> None:
    """Ask the current release, read-only; "from catalog" lists what there is."""
    from pipelines.cli.query import answer_or_open_shell

    with settings_for(home) as settings:
        asked = file.read_text(encoding="utf-8") if file is not None else query
        answer_or_open_shell(settings, asked, output, out, is_public=public)


@app.command()
def example(
    out: Annotated[Path, typer.Option("--out", help="Folder to write the inbox to.")],
    sites: Annotated[
        int | None, typer.Option(help="Running sites in the registry.  [default: those of the edition]", min=50)
    ] = None,
    crawled: Annotated[int, typer.Option(help="Sites that were crawled, portals first.", min=1)] = 2_000,
    pages: Annotated[int, typer.Option(help="Crawl rows per crawled site.", min=4)] = 30,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 2017,
    edition: Annotated[int, typer.Option(help="Year of the example: 2017, or 2016 without applications.")] = 2017,
    flaws: Annotated[bool, typer.Option(help="Mix in a few bad rows, as real deliveries have.")] = True,
) -> None:
    """Write the example inbox: synthetic files in the formats real people deliver."""
    from pipelines.example import example_options, write_example

    with printed_errors():
        options = example_options(edition, sites, crawled, pages=pages, seed=seed, flaws=flaws)
        write_example(out, options, typer.echo)


@app.command()
def sample(
    source: Annotated[str, typer.Argument(help="What they are drawn for: site_inspection or site_crawl.")],
    margin: Annotated[float, typer.Option(help="Half the width of the interval of the share, such as 0.02.")],
    by: Annotated[str, typer.Option(help="Strata, with commas: level, province, kind, role, system.")] = "level",
    allocation: Annotated[Allocated, typer.Option(help="How it is divided among strata.")] = Allocated.neyman,
    confidence: Annotated[float, typer.Option(help="Confidence of the interval.")] = 0.95,
    prior: Annotated[
        float | None, typer.Option(help="Share expected.  [default: as inspected in the last release, or 0.5]")
    ] = None,
    seed: Annotated[str, typer.Option(help="The same seed draws the same.  [default: the edition]")] = "",
    kinds: Annotated[str, typer.Option(help="Only these kinds of subjects, with commas.")] = "",
    roles: Annotated[str, typer.Option(help="Only sites of these roles, with commas.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Workbook to list them in, in the source's form.")] = None,
    edition: Edition = 2017,
    home: Home = None,
) -> None:
    """Plan a sample of the running subjects by strata and margin, draw it, and list who is to be looked at."""
    from pipelines.cli.sample import draw_and_print
    from pipelines.questions.sample_list import Wish

    def listed(text: str) -> tuple[str, ...]:
        return tuple(name.strip() for name in text.split(",") if name.strip())

    with settings_for(home, edition) as settings:
        wish = Wish(source, listed(by), margin, confidence, allocation.value, prior, seed, listed(kinds), listed(roles))
        draw_and_print(settings, wish, out)


@app.command()
def ui(
    home: Home = None,
    edition: Edition = 2017,
    inbox: Inbox = None,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000,
) -> None:
    """Open the Dagster UI on this machine's own address; it has no login."""
    from pipelines.orchestration.running import serve_ui

    with settings_for(home, edition, inbox) as settings:
        typer.echo(f"Dagster UI: http://127.0.0.1:{port}  (home {settings.home_dir}; stop with Ctrl-C)")
        sys.exit(serve_ui(settings, port))


@inbox_app.command("check")
def inbox_check(
    path: Annotated[
        Path | None,
        typer.Argument(help="A file, a source's folder or an inbox. Without it: inbox/<edition> in the home."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Source of the file; else its folder's, or the one its headers fit best.")
    ] = None,
    output: Annotated[Shown, typer.Option("--format", help="How to print what was found.")] = Shown.table,
    edition: Edition = 2017,
    home: Home = None,
) -> None:
    """Print what a run would make of each file; exit code 1: some rows would not load, 2: it would be refused."""
    from pipelines.cli.dry_run import print_checks
    from pipelines.foundation.files import temporary_files_in
    from pipelines.foundation.lock import own_folder
    from pipelines.ingest.dry_run import check_path

    with (
        settings_for(home, edition) as settings,
        own_folder(settings.checking_dir) as folder,
        temporary_files_in(folder),
    ):
        checks = check_path(path or settings.inbox_dir, source, edition, settings.threads)
        raise typer.Exit(print_checks(checks, output.value, settings.seeds_dir))


@inbox_app.command("template")
def inbox_template(
    source: Annotated[str, typer.Argument(help="Source to make the form of, such as site_registry.")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write. Without it: <source>.xlsx here.")] = None,
    index: Annotated[
        str | None, typer.Option("--index", help="Of expert_review: the index whose subjects and criteria it lists.")
    ] = None,
    series: Annotated[int | None, typer.Option(help="Of expert_review: the series that is reviewed.")] = None,
    edition: Edition = 2017,
    home: Home = None,
) -> None:
    """Write the form of a source, for whoever fills it in; with an index, the scoring sheet of its experts."""
    from pipelines.ingest.contracts import find_contract
    from pipelines.ingest.form import write_template

    with settings_for(home, edition) as settings:
        begun = None
        if index is not None:
            from pipelines.questions.scoring_sheet import begin_reviews

            begun = begin_reviews(settings, source, index, series)
        path = out or Path(f"{source}.xlsx")
        write_template(find_contract(source), path, begun)
        typer.echo(f"{path}: fill in the sheet 填报 from row 4 on, then put it into the inbox folder {source}")


@edition_app.command("new")
def edition_new(
    edition: Annotated[int, typer.Argument(help="Year of the new edition.")],
    model: Annotated[int, typer.Option("--from", help="Edition whose rows are copied.")],
    missing: Annotated[
        bool, typer.Option("--missing", help="Write only what seeds lack of an edition that is there.")
    ] = False,
) -> None:
    """Write the rows of a new edition into every seed that needs them, and say which want thought."""
    from pipelines.cli.edition import print_new_edition
    from pipelines.reference.editions import new_edition
    from pipelines.settings import Settings

    with printed_errors():
        seeds = Settings().seeds_dir
        print_new_edition(seeds, edition, model, new_edition(seeds, edition, model, missing=missing))


Index = Annotated[str, typer.Option("--index", help="Code of the index, such as party_site.")]


@framework_app.command("import")
def framework_import(
    file: Annotated[Path, typer.Argument(help="Workbook with the table: 一级指标, 权重, 二级指标, 权重 …, 指标说明.")],
    index: Index,
    edition: Edition = 2017,
    source: Annotated[str, typer.Option(help="Where it is public; without one its points are called ours.")] = "",
    fill_up: Annotated[
        bool, typer.Option("--fill-up", help="Give points that the table does not show to a node of their own.")
    ] = False,
    shares: Annotated[
        bool, typer.Option("--shares", help="Weights are shares of the node above and need not sum to its points.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="Of a new index: its name in Chinese.")] = None,
    name_en: Annotated[str, typer.Option(help="Of a new index: its name in English.")] = "",
    kinds: Annotated[str, typer.Option(help="Of a new index: kinds of subjects, parted by bars.")] = "website",
) -> None:
    """Write the rows of a framework after its table, all or none, and say what is left to do."""
    from pipelines.cli.framework import import_and_print
    from pipelines.reference.framework_import import NewIndex
    from pipelines.settings import Settings

    with printed_errors():
        new_index = NewIndex(name, name_en or name, kinds) if name else None
        import_and_print(
            Settings().seeds_dir, file, index, edition, source, new_index, fill_up=fill_up, is_in_shares=shares
        )


@framework_app.command("export")
def framework_export(
    index: Index,
    out: Annotated[Path, typer.Option("--out", help="Workbook (.xlsx) to write.")],
    edition: Edition = 2017,
) -> None:
    """Write a framework as the table in which organisers write it."""
    from pipelines.reference.framework_import import framework_title, read_framework
    from pipelines.reference.framework_table import write_table
    from pipelines.settings import Settings

    with printed_errors():
        seeds = Settings().seeds_dir
        write_table(read_framework(seeds, index, edition), framework_title(seeds, index, edition), out)
        typer.echo(f"{out}: {index} of {edition}")
