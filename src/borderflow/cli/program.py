"""The program: its name, and what becomes of errors."""

from __future__ import annotations

import logging
import sys

from cyclopts import App, CycloptsError

from borderflow import __version__
from borderflow.errors import BorderflowError, ScenarioError

__all__ = ["app", "main"]


app = App(
    name="borderflow",
    version=__version__,
    help="Simulate sudden flight across borders, hour by hour: queues, controls, policies, honest uncertainty.",
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)


def main() -> None:
    """Run the command line; a traceback is a bug, everything else is one line on standard error."""
    try:
        app(sys.argv[1:], result_action="return_value", exit_on_error=False, print_error=False)
    except CycloptsError as error:
        print(f"borderflow: {' '.join(str(error).split())} (see borderflow --help)", file=sys.stderr)
        sys.exit(2)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except BorderflowError as error:
        print(f"borderflow: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"borderflow: {where}{error.strerror or error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        # zarr's loop may be in the middle of a write, which --resume makes good; its report tells a person nothing
        logging.getLogger("asyncio").disabled = True
        print("borderflow: cancelled; an interrupted run goes on with --resume", file=sys.stderr)
        sys.exit(130)
