"""YAML files as the house reads them."""

from pathlib import Path

import pytest
import yaml

from pipelines.foundation.yaml_file import read_yaml


def test_a_key_given_twice_is_refused_and_not_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "twice.yml"
    path.write_text("rows:\n  first: 1\n  first: 2\n", encoding="utf-8")
    with pytest.raises(yaml.YAMLError, match=r"'first'.* is given twice"):
        read_yaml(path)


def test_text_in_both_languages_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "both.yml"
    path.write_text("name: 'Reply in time | 按时回复'\nshare: 0.5\nempty:\n", encoding="utf-8")
    assert read_yaml(path) == {"name": "Reply in time | 按时回复", "share": 0.5, "empty": None}
