"""The trend tables of a release: each is a view over the cells that bear its name, as a published list has them."""

from collections.abc import Sequence

import duckdb

from pipelines.foundation.bilingual import Bilingual
from pipelines.gate.candidate import FrozenTable

CELLS, LIST = "trends.trend_cell", "trends.trend_table"
NAME = "trend_table"


def trend_views(connection: duckdb.DuckDBPyConnection, tables: Sequence[FrozenTable]) -> list[FrozenTable]:
    """The trend tables by trend and in their order, with the cells' columns; none where cells or list are missing."""
    published = {table.full_name: table for table in tables}
    if CELLS not in published or LIST not in published:
        return []
    cells = published[CELLS]
    listed = connection.execute(
        f"""
        select {NAME}, description_en, description_zh,
            (select count(*) from {CELLS} as cells where cells.{NAME} = listed.{NAME})
        from {LIST} as listed
        order by trend, table_order, {NAME}
        """
    ).fetchall()
    return [
        cells.model_copy(
            update={
                "name": name,
                "description": Bilingual.of(chinese, english),
                "key": tuple(column for column in cells.key if column != NAME),
                "columns": tuple(column for column in cells.columns if column.name != NAME),
                "row_count": row_count,
            }
        )
        for name, english, chinese, row_count in listed
    ]
