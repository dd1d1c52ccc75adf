"""The command line: one file a command, each a thin layer over the public functions."""

from symconv.cli.app import main

__all__ = ["main"]
