"""Great Expectations is imported beside the building of models, and by nobody at the same time."""

import subprocess
import sys

BESIDE = """
import sys
from pipelines.gate.judgement import loading_ahead
late = "pipelines.gate.expectations"
assert late not in sys.modules and "great_expectations" not in sys.modules
with loading_ahead():
    # What every statement of Dagster's store looks at while the other thread imports.
    assert sys.modules["sqlalchemy.orm.exc"].UnmappedClassError
assert sys.modules[late].Judge
"""


def test_what_is_imported_ahead_is_whole_when_the_models_are_built() -> None:
    subprocess.run([sys.executable, "-c", BESIDE], check=True)
