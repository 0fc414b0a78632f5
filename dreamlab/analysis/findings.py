"""All that an analysis found, which shows and saves itself."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dreamlab.analysis.base import Item
from dreamlab.analysis.catalogue import named
from dreamlab.analysis.files import files
from dreamlab.analysis.report import report
from dreamlab.report.html import framed
from dreamlab.report.table import Table
from dreamlab.results import folder

#: Height of a report in a notebook, in pixels.
_FRAME_HEIGHT = 600


@dataclass(frozen=True)
class Findings:
    """All that an analysis found, or as far as it came.

    Parameters
    ----------
    analysis : str
        Name of the analysis.
    settings : dict
        Its settings as plain JSON types.
    model, weights : str
        Name of the network and SHA-256 of its weights, or ``"random"``; nothing where it is not
        known, as the worker died.
    items : tuple of Item
        What was found, in order.
    complete : bool
        Whether it came to its end.
    seconds : float
        How long it ran.
    original : bytes
        The picture that was analysed, as PNG; nothing where there is none.
    """

    analysis: str
    settings: dict[str, Any]
    model: str
    weights: str
    items: tuple[Item, ...]
    complete: bool
    seconds: float
    original: bytes = field(default=b"", repr=False)

    @property
    def nbytes(self) -> int:
        """Bytes of all its pictures."""
        return len(self.original) + sum(len(item.picture) for item in self.items)

    def tables(self) -> tuple[Table, ...]:
        """Return its figures as tables."""
        return named(self.analysis).tables(self)

    def save(self, directory: str | Path) -> list[str]:
        """Write the files of the analysis's command into a directory, made if need be.

        Parameters
        ----------
        directory : str or path
            Where to. Files of the same names are replaced.

        Returns
        -------
        list of str
            The names written: all `dreamlab.analysis.files.files`, and ``report.html``.

        Raises
        ------
        DreamError
            If a file cannot be written.
        """
        folder.prepare(Path(directory))
        written = {**files(self), "report.html": report([self])}
        for name, data in written.items():
            folder.write_file(Path(directory) / name, data)
        return list(written)

    def __repr__(self) -> str:
        state = "complete" if self.complete else "ended early"
        return (
            f"<Findings: {self.analysis} of {self.model}, {len(self.items)} items, "
            f"{self.seconds:.1f} s, {state}>"
        )

    def _repr_html_(self) -> str:
        return framed(report([self]), height=_FRAME_HEIGHT)
