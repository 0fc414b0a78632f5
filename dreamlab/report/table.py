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
        ``"lines"``: a line chart; the first column is the x axis, numbers or names in order, and
        each further column is a line. ``"ratios"``: a heat map of values around 1. ``"cosines"``: a
        heat map of values from -1 to 1. ``"shares"``: one of values from 0 to 1. Empty: rows.
    silent : tuple
        The rows or columns, by their names, that have no figures as their layer or channel does not
        answer to the picture.
    spreads : tuple of (str, str, str)
        Of a line chart, a line's column and those of the lower and the upper end of its spread,
        which are no lines of their own.
    log : bool
        Of a line chart of figures of 0 or more, whether its heights are logarithms: of ratios, one
        of 28 would make the others one flat line.
    joined : bool
        Of a line chart, whether a line goes on over missing values.
    hover : tuple of (str, tuple of str)
        Of a line chart, a line's column and what is said of each of its points under the pointer.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple, ...]
    drawn: str = ""
    silent: tuple = ()
    spreads: tuple[tuple[str, str, str], ...] = ()
    log: bool = False
    joined: bool = False
    hover: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def lines(self) -> tuple[tuple[str, tuple], ...]:
        """Name and figures of each line: of all columns but the first and the ends of spreads."""
        ends = {end for _, *pair in self.spreads for end in pair}
        columns = zip(self.columns[1:], self.figures[1:], strict=True)
        return tuple((name, column) for name, column in columns if name not in ends)

    @property
    def figures(self) -> tuple[tuple, ...]:
        """The table by its columns."""
        return tuple(zip(*self.rows, strict=True)) or tuple(() for _ in self.columns)

    def spread(self, line: str) -> tuple[tuple, tuple] | None:
        """Return the lower and the upper end of a line's spread, if it has one."""
        for name, lower, upper in self.spreads:
            if name == line:
                columns = dict(zip(self.columns, self.figures, strict=True))
                return columns[lower], columns[upper]
        return None

    @property
    def empty(self) -> bool:
        """Whether it has no figures at all."""
        return all(figure is None for _, *figures in self.rows for figure in figures)
