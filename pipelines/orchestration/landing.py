"""The parts of an ingest as steps of Dagster: a job of its own, done under whichever executor is named.

Nothing hangs on it. What is landed the run of the edition finds landed, and what is not it lands itself: closing an
ingest is that run's alone.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import dagster as dg
from pydantic import Field, PrivateAttr

from pipelines.errors import CepingError, DeliveryError
from pipelines.foundation.progress import report
from pipelines.ingest.part import Part, land_part
from pipelines.orchestration.editions import EDITIONS, PARTITION_TAG, settings_of
from pipelines.reference.editions import require_described
from pipelines.settings import Executor, Settings

# How often a part is begun anew, in words.
TRIES = ("", ", begun anew once", ", begun anew twice")
# On a run that whoever may write to the home alone has started: where it has ended without a word, so has that one.
BY_WRITER = {"ceping/by_writer": "true"}
READ_NOW = "files read now"
BETWEEN = "_of_"


class LandingRun(dg.ConfigurableResource["LandingRun"]):
    """The inbox that is landed, and in how many parts; who else writes to the home does not matter."""

    inbox: str | None = Field(default=None, description="Folder of delivered files; by default CEPING_INBOX.")
    parts: int | None = Field(default=None, description="How many parts; by default CEPING_PARTS.")
    _settings: Settings = PrivateAttr()

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Take the edition from the partition of the run."""
        self._settings = settings_of(context.run, self.inbox).for_run(parts=self.parts)

    @property
    def settings(self) -> Settings:
        """The settings of this run."""
        return self._settings


def _executor() -> dg.ExecutorDefinition:
    """Dagster's executor of the name that the settings give."""
    named = Settings().executor
    if named is not Executor.kubernetes:
        return dg.in_process_executor if named is Executor.in_process else dg.multiprocess_executor
    try:
        from dagster_k8s import k8s_job_executor
    except ModuleNotFoundError as missing:
        raise CepingError("CEPING_EXECUTOR=kubernetes needs dagster-k8s; install it: uv sync --extra kubernetes") from (
            missing
        )
    executor: dg.ExecutorDefinition = k8s_job_executor
    return executor


@dg.op(out=dg.DynamicOut(dg.Nothing), description="Cuts the inbox into parts. | 将收件箱分为若干份。")
def plan(landing_run: LandingRun) -> Iterator[dg.DynamicOutput[None]]:
    """Name the parts: what is in each, whoever lists the same files finds out alike."""
    settings = landing_run.settings
    require_described(settings.seeds_dir, settings.edition, ())
    for number in range(1, settings.parts + 1):
        yield dg.DynamicOutput(None, mapping_key=f"{number}{BETWEEN}{settings.parts}")


# A worker that dies is begun anew: what it had landed is landed.
@dg.op(
    ins={"planned": dg.In(dg.Nothing)},
    out=dg.Out(dg.Nothing),
    retry_policy=dg.RetryPolicy(max_retries=len(TRIES) - 1),
    description="Lands one part; what is landed already is passed over. | 载入其中一份，已载入的略过。",
)
def land(context: dg.OpExecutionContext, landing_run: LandingRun) -> None:
    """Land the part that the step is named after."""
    try:
        read_count = land_part(
            landing_run.settings, _part_of(context.get_mapping_key() or ""), lambda message: report("land", message)
        )
    except DeliveryError as fault:
        # A file that cannot be read is no better read again.
        raise dg.Failure(str(fault), allow_retries=False) from fault
    context.add_output_metadata({READ_NOW: read_count})


@dg.job(
    partitions_def=EDITIONS,
    executor_def=_executor(),
    resource_defs={"landing_run": LandingRun()},
    description="Lands an inbox in parts, each a step that may run elsewhere; the edition then finds it landed. "
    "| 分份载入收件箱，每份一步，可在别处运行；随后的运行直接使用。",
)
def landing() -> None:
    """Plan, then land each part."""
    plan().map(land)


def land_in_parts(settings: Settings, instance: dg.DagsterInstance) -> None:
    """Land the inbox by the job, and report what became of each part; to be called by who may write to the home.

    A part that fails is told of and no error: the run of the edition lands what it has not, or says why it cannot.
    Raises ``CepingError`` where the executor cannot begin.
    """
    report("land", f"{settings.parts} parts, by the executor {settings.executor.value}")
    events = _execute(settings, instance)
    by_step = groupby(sorted(events, key=lambda event: event.step_key or ""), key=lambda event: event.step_key or "")
    told = {_part_of(step.partition("[")[2].rstrip("]")): _told(list(of_step)) for step, of_step in by_step}
    for part in sorted(told, key=lambda part: part.number):
        report("land", f"part {part}: {told[part]}")
    if not told:
        report("land", "no part was begun; the log is in the Dagster UI, and the run lands everything")


def _execute(settings: Settings, instance: dg.DagsterInstance) -> Sequence[dg.DagsterEvent]:
    """Execute the job; returns what happened to its parts."""
    try:
        with dg.execute_job(
            dg.reconstructable(landing),
            instance=instance,
            run_config={
                "resources": {"landing_run": {"config": {"inbox": str(settings.inbox_dir), "parts": settings.parts}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            tags={PARTITION_TAG: str(settings.edition), **BY_WRITER},
            raise_on_error=False,
        ) as result:
            return result.events_for_node(land.name)
    except Exception as failure:
        # What a step raises is an event. This is an executor without what it needs, such as the cluster it is to use.
        raise CepingError(f"the executor {settings.executor.value} cannot begin: {failure}") from failure


def _told(events: list[dg.DagsterEvent]) -> str:
    """What became of a part, in one sentence."""
    again = TRIES[sum(event.is_step_up_for_retry for event in events)]
    counts = [event.step_output_data.metadata[READ_NOW].value for event in events if event.is_successful_output]
    return f"{counts[0]:,} files read{again}" if counts else f"not landed whole{again}; the run lands what is missing"


def _part_of(key: str) -> Part:
    return Part.parse(key.replace(BETWEEN, "/"))
