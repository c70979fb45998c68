# Two commands do everything: make run (from nothing to a published release) and make test.
# Nothing is needed beforehand but Python 3.11+ and make: the rest is installed, locked, into .tools and .venv.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
CEPING_HOME ?= $(CURDIR)/home
EDITION ?= 2017
SIZES ?= 1 3 6.2 15
WORKERS ?= 3
FAULTS ?=
export CEPING_HOME

.PHONY: run test tests test-faults test-spark bench check check-python check-sql ui format clean help

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/installed ## From nothing to a published release of the example edition
	@test -e $(CEPING_HOME)/inbox/$(EDITION) || $(BIN)/ceping example --out $(CEPING_HOME)/inbox/$(EDITION)
	@$(BIN)/ceping run --edition $(EDITION)

test: check tests ## Every check and every test, by three workers: WORKERS=4

tests: .venv/installed .venv/oldest-client .venv-sail/installed ## Every test without the checks
	$(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

test-faults: .venv/installed ## Everything under faults, as a table; a night, or three minutes: FAULTS=--short
	$(BIN)/python -m tests.faults.harness $(FAULTS)

# Two processors are busy with more than this: one worker beside the driver shows as much as two, each of which would learn
# the same by itself, and nothing runs long enough to be worth Java's second compiler or collecting in threads.
test-spark: export CEPING_SPARK_MASTER ?= local-cluster[1,1,2048]
test-spark: export JAVA_TOOL_OPTIONS := -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
test-spark: .venv-spark/installed ## The same results on Spark as on DuckDB; needs Java 17
	@command -v java >/dev/null || { echo "Spark needs Java 17: apt-get install openjdk-17-jre-headless, or brew install openjdk@17"; exit 1; }
	.venv-spark/bin/pytest -m spark tests/engines

bench: .venv/bench-installed ## What a run costs, by size: SIZES="1 3 6.2 15" (millions of crawl rows) into docs/performance.md
	$(BIN)/python -m benchmarks.formats
	$(BIN)/python -m benchmarks --sizes $(SIZES)

check: .venv/installed ## Lint, types, which stage imports which, SQL style
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-sql check-python

check-python: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-sql: .venv/installed
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models/sql

# The oldest client that is claimed to open a release; where there is none for this Python, its test is skipped.
.venv/oldest-client: .venv/installed
	-$(UV) pip install --quiet --python $(BIN)/python --only-binary :all: --no-deps --target $@ duckdb==1.0.0

ui: .venv/installed ## Open the Dagster UI on this machine
	$(BIN)/ceping ui

format: .venv/installed ## Put Python in the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove what was installed and cached; a home is never touched
	rm -rf .venv .venv-sail .venv-spark .tools .import_linter_cache .mypy_cache .ruff_cache .pytest_cache .seeds .parsed

$(UV):
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/installed: pyproject.toml uv.lock | $(UV)
	$(UV) sync --quiet --frozen --compile-bytecode --python $(PYTHON)
	@touch $@

# An environment of its own: where Spark is installed, Great Expectations imports it, and the gate waits for it.
.venv-spark/installed: pyproject.toml uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv-spark $(UV) sync --quiet --frozen --extra spark --python $(PYTHON)
	@touch $@

# Another such, of dbt, Sail and its client alone: each of Spark and Sail takes a pyspark of its own.
.venv-sail/installed: pyproject.toml uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv-sail $(UV) sync --quiet --frozen --only-group sail --python $(PYTHON)
	@touch $@

.venv/bench-installed: .venv/installed
	$(UV) sync --quiet --frozen --inexact --compile-bytecode --group bench --python $(PYTHON)
	@touch $@
