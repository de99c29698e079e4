"""The command line: each command parses its arguments, calls one function of the API, and prints."""

from publisher.cli.main import cli, main

__all__ = ["cli", "main"]
