"""What `deploy/` says, held to its own tools, and done as far as it can be without Docker and a cluster.

The commands of the compose file run here with its environment, on a real Postgres and behind a real proxy; what is
renamed is where things lie, and who listens where.
"""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import tomllib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import entry_points, version
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import dagster as dg
import pytest
import yaml

from pipelines.orchestration.event_log import written_ahead
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.whole_runs import ceping, own_environment

DEPLOY = PROJECT_ROOT / "deploy"
IMAGE = "ceping"
PAGE = PROJECT_ROOT / "docs" / "scaling.md"
PREPARATION = re.compile(r"^## Dagster on a cluster$.*?```sh\n(.*?)```", re.DOTALL | re.MULTILINE)
PLACEHOLDER = re.compile(r"\$\{(\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
LONGEST_START_SECONDS = 300
JOBS = """{ repositoriesOrError { ... on RepositoryConnection {
    nodes { location { name } jobs { name } sensors { name } } } } }"""

without_postgres = pytest.mark.skipif(not POSTGRES, reason="there is no Postgres")


def read_yaml(name: str, folder: Path = DEPLOY) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    return content


COMPOSE = read_yaml("compose.yaml")
VALUES = read_yaml("helm-values.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
IMAGE_ENVIRONMENT = dict(re.findall(r"^(?:ENV| {3}) (\w+)=([^\s\\]+)", DOCKERFILE.split("\nFROM ")[-1], re.M))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def interpolated(text: str, variables: dict[str, str]) -> str:
    """A text of the compose file as Compose reads it."""

    def value(found: re.Match[str]) -> str:
        if found["kind"] == "-":
            return variables.get(found[1]) or found["rest"]
        assert variables.get(found[1]), f"{found[1]} is not set: {found['rest']}"
        return variables[found[1]]

    return PLACEHOLDER.sub(value, text)


def replaced(text: str, places: dict[str, object]) -> str:
    """A text in which each of the places, the longest first, is the one here."""
    there = "|".join(re.escape(place) for place in sorted(places, key=len, reverse=True))
    return re.sub(there, lambda found: str(places[found[0]]), text)


def commands() -> Iterator[list[str]]:
    """Every command that a process of the image is started or asked with."""
    for service in SERVICES.values():
        if service["image"] == IMAGE:
            yield service["command"]
            if "healthcheck" in service:
                yield service["healthcheck"]["test"][1:]
    for deployment in VALUES["dagster-user-deployments"]["deployments"]:
        # As the chart puts it together.
        yield [
            "dagster",
            "api",
            "grpc",
            "-h",
            "0.0.0.0",
            "-p",
            str(deployment["port"]),
            *deployment["dagsterApiGrpcArgs"],
        ]


@contextmanager
def started(command: list[str], until: str, environment: dict[str, str], folder: Path) -> Iterator[None]:
    """A process that has said that it is ready, and is gone afterwards."""
    said = []
    with subprocess.Popen(
        command, env=environment, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        limit = Timer(LONGEST_START_SECONDS, process.kill)
        limit.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if until in line:
                    break
            else:
                pytest.fail(f"{command} has ended:\n{''.join(said)}")
            yield
        finally:
            limit.cancel()
            process.terminate()
            process.communicate()


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Host, port and name of an empty database of the user ceping, which is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ceping-postgres-"))
    port = free_port()
    # It refuses to work as root.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def do(program: str, *arguments: str) -> None:
        command = [str(POSTGRES[-1].with_name(program)), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, user=user, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

    do("initdb", "--username=ceping", "--auth=trust", "--no-sync")
    do("pg_ctl", "start", "--wait", "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1")
    try:
        yield f"127.0.0.1:{port}/postgres"
    finally:
        do("pg_ctl", "stop", "--mode=immediate")
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which was done what docs/scaling.md says to do first, and the password that was printed."""
    if not shutil.which("openssl") or "OpenSSL" not in subprocess.check_output(["openssl", "version"], text=True):
        pytest.skip("there is no OpenSSL")
    folder = tmp_path_factory.mktemp("prepared")
    [preparation] = PREPARATION.findall(PAGE.read_text(encoding="utf-8"))
    done = subprocess.run(["bash", "-euc", preparation], cwd=folder, check=True, capture_output=True, text=True)
    return folder / "deploy", done.stderr.split()[0]


@pytest.fixture(scope="module")
def variables(prepared: tuple[Path, str]) -> dict[str, str]:
    """The variables that Compose finds in the file beside the compose file."""
    lines = (prepared[0] / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def environment_of(service: str, variables: dict[str, str], places: dict[str, object]) -> dict[str, str]:
    given = {name: interpolated(str(value), variables) for name, value in SERVICES[service]["environment"].items()}
    at_home = {name: value for name, value in IMAGE_ENVIRONMENT.items() if name != "PATH"} | given
    return own_environment() | {name: replaced(value, places) for name, value in at_home.items()}


def command_of(service: str, places: dict[str, object]) -> list[str]:
    program, *arguments = SERVICES[service]["command"]
    return [str(Path(sys.executable).with_name(program)), *(str(places.get(each, each)) for each in arguments)]


@pytest.fixture(scope="module")
def webserver(database: str, variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a webserver that has loaded the code from its own process, both as the compose file starts them."""
    image, home = tmp_path_factory.mktemp("image"), tmp_path_factory.mktemp("home")
    code, port = free_port(), free_port()
    places: dict[str, object] = {
        "0.0.0.0": "127.0.0.1",
        "4000": code,
        "3000": port,
        "postgres:5432/ceping": database,
        IMAGE_ENVIRONMENT["DAGSTER_HOME"]: image,
        IMAGE_ENVIRONMENT["CEPING_HOME"]: home,
    }
    for name in re.findall(r"deploy/(\w+\.yaml)", DOCKERFILE):
        text = (DEPLOY / name).read_text(encoding="utf-8").replace("host: code", "host: 127.0.0.1")
        (image / name).write_text(text.replace("4000", str(code)), encoding="utf-8")
    laid = contents(image)
    with ExitStack() as running:
        for service, until in {"code": "Started Dagster code server", "webserver": "Uvicorn running"}.items():
            command = command_of(service, places)
            if service == "webserver":
                command += ["--log-level", "info"]
            running.enter_context(started(command, until, environment_of(service, variables, places), image))
        yield port
    # Neither wrote into the image, which is read-only, and the webserver has no home.
    assert contents(image) == laid


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def ask(address: str, password: str | None = None, context: ssl.SSLContext | None = None) -> dict[str, Any]:
    """What is behind a webserver, by its GraphQL: locations with their jobs and sensors."""
    headers = {"Content-Type": "application/json"}
    if password is not None:
        headers["Authorization"] = f"Basic {b64encode(f'ceping:{password}'.encode()).decode()}"
    request = Request(f"{address}/graphql", json.dumps({"query": JOBS}).encode(), headers)
    with urlopen(request, context=context, timeout=60) as answer:
        [repository] = json.load(answer)["data"]["repositoriesOrError"]["nodes"]
    return {
        "location": repository["location"]["name"],
        "jobs": [job["name"] for job in repository["jobs"] if not job["name"].startswith("__")],
        "sensors": [sensor["name"] for sensor in repository["sensors"]],
    }


WHAT_IS_THERE = {"location": "ceping", "jobs": ["edition", "landing"], "sensors": ["inbox_sensor"]}


@without_postgres
def test_the_webserver_of_the_compose_file_shows_the_job_of_its_code_location(webserver: int) -> None:
    assert ask(f"http://127.0.0.1:{webserver}") == WHAT_IS_THERE
    _, *check = SERVICES["webserver"]["healthcheck"]["test"]
    assert check[0] == "python"
    subprocess.run([sys.executable, *(part.replace("3000", str(webserver)) for part in check[1:])], check=True)


@without_postgres
@pytest.mark.skipif(not shutil.which("nginx"), reason="there is no nginx")
def test_the_proxy_lets_nobody_in_without_the_password(
    webserver: int, prepared: tuple[Path, str], tmp_path: Path
) -> None:
    secrets, password = prepared[0] / "secrets", prepared[1]
    port = free_port()
    places: dict[str, object] = {
        "listen 8443": f"listen 127.0.0.1:{port}",
        "webserver:3000": f"127.0.0.1:{webserver}",
        "/tmp/": f"{tmp_path}/",
        **{f"/run/secrets/{name}": secrets / Path(secret["file"]).name for name, secret in COMPOSE["secrets"].items()},
    }
    configured = tmp_path / "nginx.conf"
    configured.write_text(replaced((DEPLOY / "nginx.conf").read_text(encoding="utf-8"), places), encoding="utf-8")
    program, option, _ = SERVICES["proxy"]["entrypoint"]
    as_who = ["-g", "user root;"] if os.geteuid() == 0 else []
    nginx = [program, option, str(configured), *as_who]
    subprocess.run([*nginx, "-t", "-q"], check=True)
    subprocess.run(nginx, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        trusted = ssl.create_default_context(cafile=str(secrets / "certificate.pem"))
        address = f"https://localhost:{port}"
        for wrong in (None, "", "ceping"):
            with pytest.raises(HTTPError) as refused:
                ask(address, wrong, trusted)
            assert refused.value.code == 401
        assert ask(address, password, trusted) == WHAT_IS_THERE
        path = SERVICES["proxy"]["healthcheck"]["test"][-1].rpartition("/")[2]
        with urlopen(f"{address}/{path}", context=trusted) as answer:
            assert answer.status == 204
    finally:
        subprocess.run([*nginx, "-s", "stop"], check=True)


@without_postgres
def test_what_a_run_tells_is_kept_in_postgres(
    database: str, settings: Settings, variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path)
    environment = environment_of("job", variables, {"postgres:5432/ceping": database}) | settings.environment()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    @dg.asset(check_specs=[dg.AssetCheckSpec("is_whole", asset="counted")])
    def counted() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"rows": 7}, check_results=[dg.AssetCheckResult(passed=True)])

    # As `ceping run` opens it.
    with written_ahead(), dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        done = dg.materialize([counted], instance=instance)
        assert done.success
        assert instance.get_run_by_id(done.run_id).is_finished
        event = instance.get_latest_materialization_event(dg.AssetKey("counted"))
        assert event.asset_materialization.metadata["rows"].value == 7
        assert type(instance.event_log_storage).__name__ == "PostgresEventLogStorage"
    assert not list(settings.home_dir.rglob("*.db"))


def test_the_compose_file_is_one() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    subprocess.run([checker, "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml"], check=True)


def test_only_the_proxy_is_reached_and_nothing_is_written_beside_the_volumes() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in SERVICES.items() if service["networks"] != ["inside"]] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"]
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in SERVICES.values())
    lasting = {name for name, service in SERVICES.items() if service["restart"] != "no"}
    assert (
        lasting == set(SERVICES) - {"job"} == {name for name, service in SERVICES.items() if "healthcheck" in service}
    )
    with_home = {
        name
        for name, service in SERVICES.items()
        if f"home:{IMAGE_ENVIRONMENT['CEPING_HOME']}" in service.get("volumes", [])
    }
    assert with_home == {"code", "job"}


def test_what_the_compose_file_needs_is_made_as_the_page_says(
    prepared: tuple[Path, str], variables: dict[str, str]
) -> None:
    folder = prepared[0]
    needed = [secret["file"] for secret in COMPOSE["secrets"].values()]
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    needed += [mount["source"] for mount in mounts if isinstance(mount, dict)]
    assert needed
    assert not [name for name in needed if not (folder / name).exists()]
    interpolated((DEPLOY / "compose.yaml").read_text(encoding="utf-8"), variables)
    assert (folder / "secrets").stat().st_mode & 0o077 == 0
    ignored = (PROJECT_ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {f"/deploy/{path.name}" + "/" * path.is_dir() for path in folder.iterdir()} <= set(ignored)


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_is_a_program_of_the_image_and_understood(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *arguments = command
    if program == "python":
        compile(arguments[-1], "<healthcheck>", "exec")
        return
    if program == "ceping":
        ceping(*arguments, "--help")
        return
    [script] = entry_points(group="console_scripts", name=program)
    monkeypatch.setattr(sys, "argv", [program, *arguments, "--help"])
    with pytest.raises(SystemExit) as end:
        script.load()()
    assert end.value.code == 0, capsys.readouterr().err


def test_every_variable_is_one_that_somebody_reads() -> None:
    read = {f"{Settings.model_config['env_prefix']}{name.upper()}" for name in Settings.model_fields}
    for folder in (PROJECT_ROOT, DEPLOY):
        read |= set(re.findall(r"^ *env: (\w+)$", (folder / "dagster.yaml").read_text(encoding="utf-8"), re.M))
    files = [path for path in DEPLOY.iterdir() if path.is_file()]
    used = {name for path in files for name in re.findall(r"\bCEPING_\w+", path.read_text(encoding="utf-8"))}
    assert used
    assert used <= read


def test_the_instance_is_that_of_the_project_but_for_its_storage() -> None:
    ours, theirs = read_yaml("dagster.yaml", PROJECT_ROOT), read_yaml("dagster.yaml")
    assert theirs.pop("storage")
    for name in ("run_storage", "event_log_storage", "schedule_storage"):
        del ours[name]
    assert theirs == ours


def test_the_image_is_made_of_what_the_project_is_and_tells_nobody() -> None:
    built, _, image = DOCKERFILE.rpartition("\nFROM ")
    copied = [source for line in re.findall(r"^COPY (?!--)(.+)$", built, re.M) for source in line.split()[:-1]]
    assert not [source for source in copied if not (PROJECT_ROOT / source).exists()]
    let_in = re.findall(r"^!(.+)$", (PROJECT_ROOT / ".dockerignore").read_text(encoding="utf-8"), re.M)
    assert sorted(set(copied)) == sorted(let_in)
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(re.findall(r"--extra (\w+)", built)) <= set(project["optional-dependencies"])
    at_home = Settings(home=Path(IMAGE_ENVIRONMENT["CEPING_HOME"])).environment()
    silent = {name: value for name, value in at_home.items() if value == "false"}
    same = {"CEPING_HOME": at_home["CEPING_HOME"], "CEPING_DAGSTER": at_home["CEPING_DAGSTER"], **silent}
    assert same.items() <= IMAGE_ENVIRONMENT.items()
    assert f"WORKDIR {IMAGE_ENVIRONMENT['DAGSTER_HOME']}\n" in image


def test_the_values_of_the_chart_say_what_the_project_says() -> None:
    instance = read_yaml("dagster.yaml")
    concurrency = {name: value for name, value in snake(VALUES["concurrency"]).items() if name != "enabled"}
    assert VALUES["concurrency"]["enabled"]
    assert concurrency == instance["concurrency"]
    assert snake(VALUES["pythonLogs"]) == instance["python_logs"]
    assert VALUES["telemetry"] == instance["telemetry"]
    assert VALUES["dagsterDaemon"]["runMonitoring"] == instance["run_monitoring"]
    address = SERVICES["code"]["environment"]["CEPING_POSTGRES"]
    assert address.startswith(f"{VALUES['postgresql']['postgresqlScheme']}://")


def snake(value: Any) -> Any:
    """Names as Dagster writes them in its instance, from those of its chart."""
    if not isinstance(value, dict):
        return value
    return {re.sub(r"(?=[A-Z])", "_", name).lower(): snake(each) for name, each in value.items()}


def test_the_values_of_the_chart_fit_image_and_home() -> None:
    webserver, daemon = VALUES["dagsterWebserver"], VALUES["dagsterDaemon"]
    [code] = VALUES["dagster-user-deployments"]["deployments"]
    launcher = VALUES["runLauncher"]["config"]["k8sRunLauncher"]
    assert webserver["image"] == daemon["image"] == code["image"]
    assert code["image"]["tag"] == version("ceping")
    assert VALUES["global"]["dagsterHome"] == IMAGE_ENVIRONMENT["DAGSTER_HOME"]
    pods = [
        webserver,
        daemon,
        code,
        {"podSecurityContext": launcher["runK8sConfig"]["podSpecConfig"]["securityContext"]},
    ]
    assert {f"--uid {pod['podSecurityContext']['runAsUser']} " in DOCKERFILE for pod in pods} == {True}
    mounts = {mount["mountPath"]: mount["name"] for mount in code["volumeMounts"]}
    claims = {volume["name"]: volume.get("persistentVolumeClaim") for volume in code["volumes"]}
    name = read_yaml("home.yaml")["metadata"]["name"]
    assert claims[mounts[IMAGE_ENVIRONMENT["CEPING_HOME"]]] == {"claimName": name}
    assert webserver["readinessProbe"]["httpGet"]["port"] == webserver["service"]["port"]
    assert all(text in SERVICES["code"]["command"] for text in code["dagsterApiGrpcArgs"])
    said = [*re.findall(r"dagster/dagster --version (\S+)", PAGE.read_text(encoding="utf-8"))]
    said += re.findall(r"dagster/dagster --version (\S+)", (DEPLOY / "helm-values.yaml").read_text(encoding="utf-8"))
    assert said == [version("dagster")] * 2
    page = PAGE.read_text(encoding="utf-8")
    assert f"secret generic {VALUES['global']['postgresqlSecretName']} " in page
    assert f"secret tls {VALUES['ingress']['dagsterWebserver']['tls']['secretName']} " in page
