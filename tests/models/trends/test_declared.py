"""Nothing of the trends is counted and not shown, or shown without a name: what would be is found by a data test."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import Settings
from tests.fixtures.two_editions import TwoEditions
from tests.fixtures.warehouse import dbt_build

BREAKING = """
delete from trends.trend_measure where measure = 'robots';
insert into trends.trend_measure (trend_table, measure, statistic) values ('trend_5_nowhere', 'posts', 'count');
delete from core.dim_label where label_kind = 'measure' and label_code = 'documents';
insert into reference.trend_breakdowns values ('trend_2_site_stock', 'nothing', 'total', 'all');
delete from core.dim_label where label_kind = 'breakdown' and label_code = 'level_role';
update reference.trend_breakdowns set parts = 'unit_class|colour' where breakdown = 'snapshot_unit_class';
"""
FAULTS = {
    ("measure of units that is not declared", "trend_5_robot", "robots"),
    ("measure without a breakdown", "trend_5_nowhere", "posts"),
    ("measure without a name", "trend_1_policy_record", "documents"),
    ("breakdown of a measure that is not declared", "trend_2_site_stock", "nothing"),
    ("breakdown without a name", "trend_2_site_stock", "level_role"),
    ("breakdown by what units do not have", "trend_3_platform_snapshot", "unit_class|colour"),
}


def test_what_is_not_declared_fails_the_build(editions: TwoEditions, tmp_path: Path) -> None:
    broken = Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", edition=2017)
    broken.warehouse_path.parent.mkdir(parents=True)
    shutil.copyfile(editions.settings.warehouse_path, broken.warehouse_path)
    shutil.copytree(editions.settings.landing_dir, broken.landing_dir)
    with duckdb.connect(str(broken.warehouse_path)) as connection:
        for statement in connection.extract_statements(BREAKING):
            connection.execute(statement)
    with pytest.raises(AssertionError, match="every_trend_is_declared"):
        dbt_build(broken, "--select", "test_name:declares_every_trend")
    [result] = json.loads((broken.dbt_target_dir / "run_results.json").read_text(encoding="utf-8"))["results"][-1:]
    with duckdb.connect(str(broken.warehouse_path), read_only=True) as connection:
        assert set(connection.execute(result["compiled_code"]).fetchall()) == FAULTS
