"""``python -m pipelines.cli``: the command where no script is installed."""

from pipelines.cli.commands import app

app()
