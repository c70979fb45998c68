"""Prints cards, and says what was written of cards, certificates and letters."""

from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from pipelines.cli.explanation import wide_console
from pipelines.errors import CepingError
from pipelines.publication.cards.document import write_card
from pipelines.publication.cards.letters import CERTIFICATE, LETTER
from pipelines.publication.cards.sections import CardText, Table
from pipelines.publication.site.language import CHINESE, ENGLISH, Language
from pipelines.questions.cards import read_card, write_letters, write_region_cards
from pipelines.releases.release import Release


def language_of(code: str) -> Language:
    """The language of a code."""
    return ENGLISH if code == ENGLISH.code else CHINESE


def print_or_write_card(release: Release, subject: str, language: Language, out: Path | None) -> None:
    """Print the card of a subject, or write it as the ending of the file says.

    Raises ``CepingError`` where there is nobody of that name, or several and one file.
    """
    cards = read_card(release, subject, language)
    if out is None:
        console = wide_console()
        for card in cards:
            _print(console, card)
        return
    if len(cards) > 1:
        named = "".join(f"\n  {card.subject_id}" for card in cards)
        raise CepingError(f"{len(cards)} subjects are called {subject}: give the id{named}")
    write_card(cards[0], language, release.edition, out)
    typer.echo(str(out))


def write_cards_and_tell(release: Release, region: str, language: Language, ending: str, out: Path) -> None:
    """Write the cards of a region and say how many."""
    typer.echo(f"{out}: {len(write_region_cards(release, region, language, ending, out))} cards")


def write_letters_and_tell(
    release: Release, language: Language, certificate: Path | None, letter: Path | None, out: Path, *, everyone: bool
) -> None:
    """Write certificates and letters and say how many."""
    given, told = write_letters(release, language, certificate or CERTIFICATE, letter or LETTER, out, everyone=everyone)
    typer.echo(f"{out}: {len(given)} certificates, {len(told)} letters")


def _print(console: Console, card: CardText) -> None:
    console.print(f"[bold]{escape(card.name)}[/bold]  {escape(card.subject_id)}  {escape(card.kicker)}")
    if card.warning:
        console.print(f"[yellow]{escape(card.warning)}[/yellow]")
    for name, value in card.identity:
        console.print(f"{escape(name)}  {escape(value)}")
    for section in card.sections:
        console.print(f"\n[bold]{'　' * (section.level - 1)}{escape(section.title)}[/bold]")
        for text in section.paragraphs:
            console.print(escape(text))
        for table in section.tables:
            console.print(_grid(table))
    console.print()


def _grid(table: Table) -> Grid:
    grid = Grid(box=None, pad_edge=False)
    for place, head in enumerate(table.heads):
        grid.add_column(escape(head), justify="right" if place in table.numbers else "left")
    for place, row in enumerate(table.rows):
        step = "  " * table.depths[place] if table.depths else ""
        grid.add_row(*(escape(step + cell if not column else cell) for column, cell in enumerate(row)))
    return grid
