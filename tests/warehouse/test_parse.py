"""What dbt parsed is that of the project as it is, whatever was parsed in the home before."""

import shutil
import sys
from pathlib import Path
from subprocess import run

from tests.fixtures.recipes import copy_project
from tests.fixtures.whole_runs import own_environment

# In a process of its own: which project is parsed follows from where the code lies.
PARSE_TWICE = """
from pathlib import Path
from pipelines.settings import MODELS_DIR, Settings
from pipelines.warehouse.dbt_project import read_manifest

settings = Settings(home=Path("home"))
before = read_manifest(settings)["nodes"]
macro = MODELS_DIR / "macros" / "staging.sql"
macro.write_text(macro.read_text(encoding="utf-8") + "\\n{# another version #}\\n", encoding="utf-8")
after = read_manifest(settings)["nodes"]
assert before.keys() == after.keys()
print([name for name, node in after.items() if node["description"] != before[name]["description"]])
"""


def test_a_version_is_parsed_as_if_there_had_been_none_before(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    shutil.rmtree(project / ".parsed", ignore_errors=True)
    done = run(
        [sys.executable, "-c", PARSE_TWICE],
        cwd=project,
        env=own_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
