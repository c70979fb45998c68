"""The generator of the example edition: an inbox of synthetic files in the formats real people deliver."""

from pipelines.example.options import ExampleOptions, example_options
from pipelines.example.writing import write_example

__all__ = ["ExampleOptions", "example_options", "write_example"]
