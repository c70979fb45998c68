"""The table of the harness: what became of the tries of each fault."""

from dataclasses import dataclass, field

HEAD = "| fault | tries | lost | torn | silent | no way on |\n|---|---|---|---|---|---|"


@dataclass
class Line:
    """One fault: rows or releases that are gone, releases that are half, damage nobody tells of, ways that end."""

    fault: str
    tries: int = 0
    lost: int = 0
    torn: int = 0
    silent: int = 0
    stuck: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def has_failed(self) -> bool:
        return bool(self.lost or self.torn or self.silent or self.stuck)

    def note(self, text: str) -> None:
        self.notes.append(text.strip()[-600:])

    def add(self, other: "Line") -> None:
        """Count what the other has counted, too."""
        self.lost += other.lost
        self.torn += other.torn
        self.silent += other.silent
        self.stuck += other.stuck
        self.notes += other.notes

    def __str__(self) -> str:
        return f"| {self.fault} | {self.tries} | {self.lost} | {self.torn} | {self.silent} | {self.stuck} |"
