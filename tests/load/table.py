"""The table of the load test, as Markdown."""

from collections.abc import Mapping, Sequence

from tests.load.row import Figure, Row

#: By version, in the order of the columns, and by the row's name: its figures.
Results = Mapping[str, Mapping[str, Sequence[Figure]]]

#: What stands before a figure that is not as promised.
BROKEN = "✗ "


def rendered(results: Results, rows: Sequence[Row]) -> str:
    """Return the table: a line for each figure, a column for each version.

    Rows without a result are left out. A figure that one version lacks has a dash there.
    """
    versions = list(results)
    lines = [
        ["what was done", "figure", "promised", *versions],
        ["---"] * (3 + len(versions)),
    ]
    for row in rows:
        done = f"{row.name}: {row.does}"
        figures = {
            version: {figure.what: figure for figure in results[version].get(row.name, ())}
            for version in versions
        }
        for what in dict.fromkeys(what for told in figures.values() for what in told):
            told = [figures[version].get(what) for version in versions]
            bar = next((figure.bar for figure in reversed(told) if figure and figure.bar), "")
            lines.append([done, what, bar, *map(_value, told)])
            done = ""
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _value(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    return f"{BROKEN if figure.good is False else ''}{figure.value}"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
