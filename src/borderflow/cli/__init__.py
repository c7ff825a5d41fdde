"""The command line: one command per thing a person wants, errors in one line, exit code 2.

Heavy parts are imported inside the commands that need them, so that ``borderflow --help`` answers at once.
"""

from borderflow.cli import evidence, forecasts, questions, runs, scenarios  # they give the program its commands
from borderflow.cli.program import app, main

__all__ = ["app", "evidence", "forecasts", "main", "questions", "runs", "scenarios"]
