"""The generator of the example edition: an inbox of synthetic files in the formats real people deliver."""

from pipelines.example.options import ExampleOptions
from pipelines.example.writing import write_example

__all__ = ["ExampleOptions", "write_example"]
