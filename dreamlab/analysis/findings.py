"""Findings: the results of an analysis, with methods to show and save them."""

from pathlib import Path

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.catalogue import named, sentence
from dreamlab.analysis.files import files
from dreamlab.analysis.report import report
from dreamlab.report.html import framed
from dreamlab.report.table import Table
from dreamlab.results import folder


class Findings(AnalysisData):
    """All results of an analysis, or the results so far; see `AnalysisData` for the fields."""

    def tables(self) -> tuple[Table, ...]:
        """Return the figures as tables."""
        return named(self.analysis).tables(self)

    @property
    def sentence(self) -> str:
        """What was found, in a sentence or two."""
        return sentence(self)

    def save(self, directory: str | Path) -> list[str]:
        """Write the files of the analysis's command into a directory.

        Parameters
        ----------
        directory : str or path
            The directory; it is created if missing. Files of the same names are replaced.

        Returns
        -------
        list of str
            Names of the files: all `dreamlab.analysis.files.files`, and ``report.html``.

        Raises
        ------
        DreamError
            If a file cannot be written.
        """
        folder.prepare(Path(directory))
        contents = {**files(self), "report.html": report([self])}
        for name, data in contents.items():
            folder.write_file(Path(directory) / name, data)
        return list(contents)

    def __repr__(self) -> str:
        state = "complete" if self.complete else "ended early"
        return (
            f"<Findings: {self.analysis} of {self.model}, {len(self.items)} items, "
            f"{self.seconds:.1f} s, {state}>"
        )

    def _repr_html_(self) -> str:
        return framed(report([self]))
