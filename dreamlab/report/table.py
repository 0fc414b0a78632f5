"""Tables: figures in rows and columns, ready to be shown, drawn or saved."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Figures in rows and columns, ready to be shown, drawn or saved.

    Parameters
    ----------
    name : str
        What it is called, in a file name too.
    title : str
        What it says, in one sentence.
    columns : tuple of str
        Headings; the first column names the rows.
    rows : tuple of tuple
        Plain numbers and words, None for a figure that there is none of.
    drawn : str
        ``"lines"``: the first column is across, each other one is a line. ``"ratios"``: a heat
        map of figures around 1. ``"cosines"``: a heat map of figures from -1 to 1. Or nothing.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple, ...]
    drawn: str = ""
