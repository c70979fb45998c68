"""Every setting, typed, with its environment variable, and the folders that follow from it."""

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
MODELS_DIR = PROJECT_ROOT / "models"
SOURCES_DIR = MODELS_DIR / "sql" / "sources"
SEEDS_DIR = PROJECT_ROOT / "seeds"
SEED_SPECS_DIR = MODELS_DIR / "sql" / "seeds"
SEED_LINKS_DIR = PROJECT_ROOT / ".seeds"
PARSED_DIR = PROJECT_ROOT / ".parsed"
EXPECTATIONS_DIR = PROJECT_ROOT / "expectations"


class Engine(StrEnum):
    """Where the models are built; what comes after them is the same whichever it was."""

    duckdb = "duckdb"
    sail = "sail"
    spark = "spark"


class Executor(StrEnum):
    """What does the steps of a landing in parts: each is Dagster's own."""

    in_process = "in_process"
    multiprocess = "multiprocess"
    kubernetes = "kubernetes"


def link_seeds(seeds: Path) -> str:
    """The folder of seeds as a path relative to the models, which is all dbt can safely take.

    A folder elsewhere is linked into the project: given an absolute path, dbt writes compiled SQL over the seeds.
    """
    if seeds == SEEDS_DIR:
        return f"../{SEEDS_DIR.name}"
    link = SEED_LINKS_DIR / hashlib.sha256(str(seeds).encode()).hexdigest()[:16]
    link.parent.mkdir(exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(seeds, target_is_directory=True)
    return f"../{link.relative_to(PROJECT_ROOT).as_posix()}"


class Settings(BaseSettings):
    """Settings of one process, read from the environment (prefix ``CEPING_``) unless given."""

    model_config = SettingsConfigDict(env_prefix="CEPING_", frozen=True)

    home: Path = Field(
        default=PROJECT_ROOT / "home",
        description="Folder that holds everything a run writes; two homes never touch each other.",
    )
    edition: int = Field(default=2017, description="Edition (year) a run evaluates.")
    inbox: Path | None = Field(
        default=None,
        description="Folder with one sub-folder per source; by default inbox/<edition> in the home.",
    )
    store: str | None = Field(
        default=None,
        description="Store that several homes share, for what is landed, frozen and published: a folder, or "
        "s3://bucket/folder; by default each home keeps its own.",
    )
    seeds: Path = Field(
        default=SEEDS_DIR,
        description="Folder of reference data and rules; a centre may keep its own copy elsewhere.",
    )
    threads: int = Field(default=2, ge=1, description="Threads DuckDB and dbt may use; processes for web archives.")
    parts: int = Field(
        default=1,
        ge=1,
        description="Parts an inbox is landed in before a run, each a step of Dagster's; 1: by the run itself.",
    )
    executor: Executor = Field(
        default=Executor.multiprocess,
        description="What does these steps: in_process, multiprocess or kubernetes.",
    )
    engine: Engine = Field(default=Engine.duckdb, description="Where the models are built: duckdb, sail or spark.")
    sail_python: Path = Field(
        default=PROJECT_ROOT / ".venv-sail" / "bin" / "python",
        description="The Python of the environment that has Sail; `make .venv-sail/installed` makes it.",
    )
    spark_dbt: Path = Field(
        default=PROJECT_ROOT / ".venv-spark" / "bin" / "dbt",
        description="The dbt command of the environment that has Spark; `make .venv-spark/installed` makes it.",
    )

    def for_run(self, **changes: object) -> Self:
        """The same settings with the given ones replaced; ``None`` keeps what is there."""
        given = {name: value for name, value in changes.items() if value is not None}
        return type(self).model_validate({**self.model_dump(), **given})

    @property
    def home_dir(self) -> Path:
        """The home as an absolute path."""
        return self.home.expanduser().resolve()

    @property
    def inbox_dir(self) -> Path:
        """The folder the delivered files of the edition are read from."""
        if self.inbox is not None:
            return self.inbox.expanduser().resolve()
        return self.home_dir / "inbox" / str(self.edition)

    @property
    def store_place(self) -> str | None:
        """The address or the absolute path of the shared store, if there is one."""
        if self.store is None or "://" in self.store:
            return self.store
        return str(Path(self.store).expanduser().resolve())

    @property
    def seeds_dir(self) -> Path:
        """The folder of reference data and rules as an absolute path."""
        return self.seeds.expanduser().resolve()

    @property
    def landing_dir(self) -> Path:
        """Parquet copies of the delivered files, one folder per source."""
        return self.home_dir / "landing"

    @property
    def landing_work_dir(self) -> Path:
        """Where delivered files are landed before their rows have a name, one folder per source."""
        return self.home_dir / "work" / "landing"

    @property
    def pseudonym_key_path(self) -> Path:
        """The secret key of pseudonyms; without it the same address gets another pseudonym."""
        return self.home_dir / "secret" / "pseudonym.key"

    @property
    def warehouse_path(self) -> Path:
        """The working DuckDB file, which only a run writes and which can be rebuilt from landing."""
        return self.home_dir / "work" / "warehouse.duckdb"

    @property
    def warehouse_mark_path(self) -> Path:
        """What the working file was built from."""
        return self.warehouse_path.with_suffix(".built")

    @property
    def robustness_dir(self) -> Path:
        """The draws of each index and title, one folder per content hash, so that only what changed is drawn again."""
        return self.home_dir / "work" / "robustness"

    @property
    def spark_dir(self) -> Path:
        """The tables that Spark or Sail builds, and the catalogue of Spark that lists them."""
        return self.home_dir / "work" / "spark"

    @property
    def dbt_target_dir(self) -> Path:
        """What dbt writes besides tables: manifest, logs, compiled SQL."""
        return self.home_dir / "work" / "dbt"

    @property
    def spark_target_dir(self) -> Path:
        """The same of a build on Spark or Sail, whose SQL is another."""
        return self.home_dir / "work" / "dbt-spark"

    @property
    def temporary_dir(self) -> Path:
        """Where a run has its working copies, which may hold persons' data: they never leave the home."""
        return self.home_dir / "work" / "temporary"

    @property
    def checking_dir(self) -> Path:
        """Where checks of deliveries have their working copies, each in a folder of its own."""
        return self.home_dir / "work" / "checking"

    @property
    def computing_dir(self) -> Path:
        """Where releases are computed again, each in a folder of its own."""
        return self.home_dir / "work" / "computing"

    @property
    def run_log_path(self) -> Path:
        """What the tools of the newest run from the command line printed."""
        return self.home_dir / "work" / "run.log"

    @property
    def publication_dir(self) -> Path:
        """What of the next release is made before its verdict, and pictures to be used again."""
        return self.home_dir / "work" / "publication"

    @property
    def candidates_dir(self) -> Path:
        """Frozen tables awaiting or holding their verdict, one folder per content hash."""
        return self.home_dir / "candidates"

    @property
    def newest_candidate_path(self) -> Path:
        """Names the candidate that was frozen last: the one the gate judges and the release publishes."""
        return self.candidates_dir / f"newest-{self.edition}"

    @property
    def releases_dir(self) -> Path:
        """Published releases, and ``current``, which names the newest."""
        return self.home_dir / "releases"

    @property
    def previews_dir(self) -> Path:
        """What would be published, written to be looked at: nothing leads there."""
        return self.home_dir / "previews"

    @property
    def inputs_dir(self) -> Path:
        """The inputs of each release as they were landed, one folder per release."""
        return self.home_dir / "inputs"

    @property
    def dagster_dir(self) -> Path:
        """Dagster's run storage."""
        return self.home_dir / "dagster"

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables, for dbt and Dagster processes."""
        return {
            "CEPING_HOME": str(self.home_dir),
            "CEPING_EDITION": str(self.edition),
            "CEPING_INBOX": str(self.inbox_dir),
            **({"CEPING_STORE": self.store_place} if self.store_place else {}),
            "CEPING_SEEDS": str(self.seeds_dir),
            "CEPING_SEED_PATH": link_seeds(self.seeds_dir),
            "CEPING_THREADS": str(self.threads),
            "CEPING_PARTS": str(self.parts),
            "CEPING_EXECUTOR": self.executor.value,
            "CEPING_ENGINE": self.engine.value,
            "CEPING_SAIL_PYTHON": str(self.sail_python),
            "CEPING_SPARK_DBT": str(self.spark_dbt),
            "CEPING_LANDING": str(self.landing_dir),
            "CEPING_SPARK": str(self.spark_dir),
            "CEPING_DAGSTER": str(self.dagster_dir),
            "DAGSTER_HOME": str(PROJECT_ROOT),
            "DBT_TARGET_PATH": str(self.dbt_target_dir),
            "DBT_LOG_PATH": str(self.dbt_target_dir / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "GX_ANALYTICS_ENABLED": "false",
        }
