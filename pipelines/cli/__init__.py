"""The ``ceping`` command: its commands, and one module for each that prints more than a line.

Belongs here: options, exit codes and everything printed; typer and rich are imported here alone. Does not belong here:
any work: a command calls one function of the other packages.
"""
