"""YAML files, read by the parser in C where PyYAML was built with it: ten times as fast as the one in Python."""

from collections import Counter
from pathlib import Path
from typing import Any

import yaml


def read_yaml(path: Path) -> Any:
    """What a YAML file holds.

    Raises ``yaml.YAMLError`` where it is none or gives a key twice, and ``UnicodeDecodeError`` where it is no UTF-8.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that refuses a key given twice, which YAML would settle by forgetting the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping, where every key is given once."""
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            given = Counter(str(key.value) for key, _ in node.value)
            twice = sorted(key for key, count in given.items() if count > 1)
            raise yaml.constructor.ConstructorError(None, None, f"{twice} is given twice", node.start_mark)
        return mapping
