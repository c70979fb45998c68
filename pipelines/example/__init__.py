"""Example: the generator of the example edition: an inbox of synthetic files in the formats real people deliver.

Belongs here: making deliveries, calibrated to the public record. Does not belong here: reading them, which is
``ingest``'s work as with anybody's files.
"""

from pipelines.example.options import ExampleOptions, example_options
from pipelines.example.writing import write_example

__all__ = ["ExampleOptions", "example_options", "write_example"]
