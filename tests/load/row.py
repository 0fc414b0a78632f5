"""A row of the load test: what is done, and the figures that came of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.load.tree import Tree


@dataclass(frozen=True)
class Figure:
    """A figure that was measured.

    Parameters
    ----------
    what : str
        What was measured.
    value : str
        The figure, with its unit and, where it varies, its spread.
    good : bool or None
        Whether it is as promised; None if nothing is promised.
    bar : str
        What is promised; empty if nothing is.
    """

    what: str
    value: str
    good: bool | None = None
    bar: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the load test.

    Parameters
    ----------
    name : str
        What ``--only`` calls it.
    does : str
        What is done: how many visitors, which dreams, pictures and settings, which engine.
    measure : callable
        Does it to a version, and gives the figures one after another. An error is a figure too.
    quiet : bool
        Whether it waits rather than works, so that it may run beside others of its kind.
    """

    name: str
    does: str
    measure: Callable[[Tree], Iterator[Figure]]
    quiet: bool = False


def measured(row: Row, tree: Tree) -> list[Figure]:
    """Run a row; if it breaks off, the last figure says why."""
    figures = []
    try:
        for figure in row.measure(tree):
            figures.append(figure)
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        figures.append(Figure("the rest", f"could not be measured: {reason[:200]}", False))
    return figures
