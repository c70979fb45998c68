"""The tables of the warehouse as their dbt models declare them: name, key, columns, descriptions."""

from pydantic import BaseModel, Field

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.sql import qualified


class TableColumn(BaseModel, frozen=True, extra="forbid"):
    """A published column with its description, and the short title that stands above it."""

    name: str
    data_type: str
    description: Bilingual
    title: Bilingual = Bilingual(zh="", en="")
    is_internal: bool = Field(default=False, description="Whether it stays in the internal part of a release.")


class TableSpec(BaseModel, frozen=True, extra="forbid"):
    """A table to be published, as its dbt model declares it."""

    schema_name: str
    name: str
    description: Bilingual
    key: tuple[str, ...]
    columns: tuple[TableColumn, ...]
    is_lasting: bool = False
    is_internal: bool = Field(default=False, description="Whether no column of it is public.")

    @property
    def is_by_edition(self) -> bool:
        """Whether a row belongs to the edition it names alone; lasting rows hold until a later edition has others."""
        return not self.is_lasting and any(column.name == "edition" for column in self.columns)

    @property
    def public_columns(self) -> tuple[TableColumn, ...]:
        """The columns everybody may see; none where the whole table is internal."""
        return () if self.is_internal else tuple(column for column in self.columns if not column.is_internal)

    @property
    def full_name(self) -> str:
        """``schema.table``, as analysts write it."""
        return f"{self.schema_name}.{self.name}"

    @property
    def relation(self) -> str:
        """The table as a query names it."""
        return qualified(self.full_name)
