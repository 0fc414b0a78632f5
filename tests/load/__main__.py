"""Put the page under load: python -m tests.load [--against TREE] [--only NAME …] [--out FILE.md].

Prints a table, and ends with 1 if anything is not as promised. Nothing but this machine's own
address is spoken to.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.load import machine
from tests.load.row import Figure, Row, measured
from tests.load.rows import ROWS
from tests.load.table import BROKEN, rendered
from tests.load.tree import Tree

#: How many rows that only wait run side by side; each has a page and a worker, a gigabyte or so.
_ABREAST = 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rows, print the table, and return the exit status."""
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument(
        "--against", type=Path, metavar="TREE", help="a checkout of a version to measure beside"
    )
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the table goes as well")
    asked = parser.parse_args(arguments)
    trees = {"after" if asked.against else "this version": Tree()}
    if asked.against:
        trees = {"before": Tree(asked.against.resolve()), **trees}
    columns = {
        name: f"{name} ({tree.commit})" if tree.commit else name for name, tree in trees.items()
    }
    before = machine.described()
    rows = [row for row in ROWS if row.name in asked.only]
    results: dict[str, dict[str, list[Figure]]] = {column: {} for column in columns.values()}
    began = time.monotonic()

    def take(row: Row, name: str) -> None:
        started = time.monotonic()
        figures = results[columns[name]][row.name] = measured(row, trees[name])
        seconds = time.monotonic() - started
        lines = [f"{row.name}, {columns[name]}, {seconds:.0f} s"]
        for figure in figures:
            broken = BROKEN if figure.good is False else ""
            lines.append(f"  {figure.what}: {broken}{figure.value}")
        print("\n".join(lines), file=sys.stderr, flush=True)

    # What only waits is done first and side by side, all versions at once.
    quiet = [(row, name) for row in rows if row.quiet for name in trees]
    with ThreadPoolExecutor(_ABREAST) as beside:
        list(beside.map(lambda pair: take(*pair), quiet))
    for row in rows:
        for name in trees:
            if not row.quiet:
                take(row, name)
    minutes = (time.monotonic() - began) / 60
    text = f"{before}; {minutes:.0f} minutes in all.\n\n{rendered(results, rows)}\n"
    print(text)
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    last = list(results.values())[-1]
    return int(any(figure.good is False for told in last.values() for figure in told))


if __name__ == "__main__":
    sys.exit(main())
