"""Keeps the lines of libtiff off the standard error stream, where nobody can use them."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

#: A line of libtiff: where it was, and what it met.
_LINE = re.compile(rb"[\w.]*: [^\n]*\.\n?")


@contextmanager
def quiet() -> Iterator[None]:
    """Leave out the lines of libtiff; what others write meanwhile is written afterwards."""
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
        stream = os.dup(2)
    except (OSError, ValueError):  # there is no such stream
        yield
        return
    try:
        with tempfile.TemporaryFile(buffering=0) as held:
            os.dup2(held.fileno(), 2)
            try:
                yield
            finally:
                os.dup2(stream, 2)
                held.seek(0)
                others = (line for line in held if not _LINE.fullmatch(line))
                os.write(2, b"".join(others))
    finally:
        os.close(stream)
