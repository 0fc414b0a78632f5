"""The report of a session: dreams and findings in one HTML file."""

from collections.abc import Sequence

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.catalogue import heading, named, networks, sentence
from dreamlab.analysis.cells import cells
from dreamlab.analysis.silent import silent
from dreamlab.report.html import Figure, Section, page
from dreamlab.results import section
from dreamlab.results.section import NamedDream

#: Most rows of a table that is not folded away.
_MOST_ROWS = 40


def report(
    findings: Sequence[AnalysisData],
    *,
    title: str = "dreamlab report",
    dreams: Sequence[tuple[str, Sequence[NamedDream]]] = (),
    before: Sequence[Section] = (),
) -> bytes:
    """Return a session as one HTML file.

    Parameters
    ----------
    findings : sequence of Findings
        Findings; each gets a section.
    title : str
        Heading of the report.
    dreams : sequence of (str, sequence of NamedDream)
        Heading and dreams of each comparison: at least 1 dream, all on the same picture. Each
        comparison gets a section before the findings.
    before : sequence of Section
        Sections before the findings.
    """
    comparisons = [section.section(heading, members) for heading, members in dreams]
    return page([*comparisons, *before, *map(_section, findings)], title=title)


def _section(findings: AnalysisData) -> Section:
    analysis = named(findings.analysis)
    state = "" if findings.complete else " It was ended early: not all is here."
    if unheard := silent(findings):
        state += f" No answer to this picture: {unheard}."
    names = networks(findings)
    of = f"Network{'s' * (len(names) > 1)}: {', '.join(names)}"
    whole = "The pictures" if analysis.of_set else "Original"
    pictures = [] if findings.original is None else [[(findings.original.png, whole)]]
    pictures += [
        [(item.picture.png, item.caption) for item in members if item.picture is not None]
        for members in cells(findings)
    ]
    tables = analysis.tables(findings)
    lines = [table for table in tables if table.drawn == "lines"]
    long = [table for table in tables if not table.drawn and len(table.rows) > _MOST_ROWS]
    rest = [table for table in tables if table not in lines + long]
    return Section(
        heading(findings),
        sentence(findings),
        f"{analysis.summary}{state} {of}; {findings.seconds:.1f} s.",
        pictures,
        figures=[
            *(Figure(table, table.title) for table in lines + rest),
            *(Figure(table, f"Figures: {table.title}", folded=True) for table in lines + long),
        ],
        settings=findings.settings,
    )
