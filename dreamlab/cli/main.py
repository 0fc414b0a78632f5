"""The command line: ``dreamlab COMMAND``, or ``python -m dreamlab COMMAND``."""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from dreamlab.analysis.catalogue import OF_LAYERS
from dreamlab.cli import analyses, classify, dream, layers, page, task
from dreamlab.cli.console import complain, show_warning
from dreamlab.errors import DreamError
from dreamlab.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Arguments after the program's name; by default those of the process.

    Returns
    -------
    int
        The exit status: 0 for success, 1 if some of several pictures were left out, 2 for a mistake
        of the user (both described in lines on standard error), 130 after an interrupt.
    """
    with warnings.catch_warnings():
        warnings.showwarning = show_warning
        try:
            options = _parser().parse_args(
                _joined(sys.argv[1:] if arguments is None else arguments)
            )
            return options.run(options)
        except DreamError as error:
            return complain(str(error), 2)
        except KeyboardInterrupt:
            return complain("interrupted", 130)
        except BrokenPipeError:  # the reader, such as head, has closed the pipe
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0


def _joined(arguments: Sequence[str]) -> list[str]:
    """Join an option with a value that begins with a dash, as in ``--input-range -1,1``.

    argparse would take the value for another option.
    """
    joined: list[str] = []
    for argument in arguments:
        is_value = argument.startswith("-") and not argument.startswith("--") and argument != "-h"
        if is_value and joined and joined[-1].startswith("--") and "=" not in joined[-1]:
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # argparse would print its usage too, on several lines; --help does that.
        raise DreamError(f"{message}; see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    # Under "python -m dreamlab", argv[0] is a file that nobody would type.
    name = "dreamlab" if os.path.basename(sys.argv[0]) == "dreamlab" else "python -m dreamlab"
    parser = _Parser(prog=name, description="DeepDream on Keras networks.")
    parser.add_argument("--version", action="version", version=f"dreamlab {__version__}")
    names = ["dream", "classify", "layers", "presets", *OF_LAYERS, "task", "page"]
    commands = parser.add_subparsers(required=True, metavar="|".join(names))
    for family in (dream, classify, layers, analyses, task, page):
        family.add(commands)
    return parser
