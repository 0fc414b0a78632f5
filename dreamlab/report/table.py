"""Tables of results, for charts, reports and files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of results, for charts, reports and files.

    Parameters
    ----------
    name : str
        Name of the table, also in file names.
    title : str
        Statement of the table, in one sentence.
    columns : tuple of str
        Headings; the first column names the rows.
    rows : tuple of tuple
        Plain numbers and words; None for a missing value.
    drawn : str
        ``"lines"``: a line chart; the first column is the x axis, each further column is a line.
        ``"ratios"``: a heat map of values around 1. ``"cosines"``: a heat map of values from -1 to
        1. Empty: rows.
    silent : tuple
        The rows or columns, by their names, that have no figures as their layer or channel does not
        answer to the picture.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple, ...]
    drawn: str = ""
    silent: tuple = ()

    @property
    def empty(self) -> bool:
        """Whether it has no figures at all."""
        return all(figure is None for _, *figures in self.rows for figure in figures)
