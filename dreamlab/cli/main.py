"""The command line: ``dreamlab COMMAND``, or ``python -m dreamlab COMMAND``."""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from dreamlab.analysis import ANALYSES
from dreamlab.cli import analyses, dream, layers, page
from dreamlab.cli.console import complain, show_warning
from dreamlab.errors import DreamError
from dreamlab.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; by default what the program was started with.

    Returns
    -------
    int
        The exit status: 0 if all went well, 2 for what the user got wrong (one line on standard
        error says what), 130 if interrupted.
    """
    with warnings.catch_warnings():
        warnings.showwarning = show_warning
        try:
            options = _parser().parse_args(arguments)
            return options.run(options)
        except DreamError as error:
            return complain(str(error), 2)
        except KeyboardInterrupt:
            return complain("interrupted", 130)
        except BrokenPipeError:  # the reader, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # argparse prints its usage too, on several lines; --help is there for that.
        raise DreamError(f"{message}; see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    # "python -m dreamlab" starts a file of that name, which nobody would type.
    name = "dreamlab" if os.path.basename(sys.argv[0]) == "dreamlab" else "python -m dreamlab"
    parser = _Parser(prog=name, description="DeepDream on Keras networks.")
    parser.add_argument("--version", action="version", version=f"dreamlab {__version__}")
    commands = parser.add_subparsers(
        required=True, metavar="|".join(["dream", "layers", "presets", *ANALYSES, "page"])
    )
    for family in (dream, layers, analyses, page):
        family.add(commands)
    return parser
