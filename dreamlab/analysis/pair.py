"""The findings of one analysis of two networks, beside each other."""

from dataclasses import dataclass
from pathlib import Path

from dreamlab.analysis.base import AnalysisData, Contrast
from dreamlab.analysis.catalogue import named, sentence
from dreamlab.analysis.files import as_csv, plain
from dreamlab.analysis.findings import Findings
from dreamlab.analysis.report import report
from dreamlab.analysis.two_networks import labels
from dreamlab.errors import DreamError
from dreamlab.report.html import Figure, Section, framed
from dreamlab.results import folder


def contrast(first: AnalysisData, second: AnalysisData) -> Contrast:
    """Return what the findings of two networks say of each other.

    Without a comparison of its own an analysis has both sentences, each with its network.

    Raises
    ------
    DreamError
        If they are findings of two analyses.
    """
    if first.analysis != second.analysis:
        raise DreamError(
            f"{first.analysis} and {second.analysis} cannot be compared; give findings of the "
            "same analysis of two networks"
        )
    own = named(first.analysis).contrast
    if own is not None and first.items and second.items:
        return own(first, second)
    said = (
        f"{name}: {sentence(found)}"
        for name, found in zip(labels(first, second), (first, second), strict=True)
        if found.items
    )
    return Contrast(" ".join(said))


@dataclass(frozen=True)
class Pair:
    """The findings of one analysis of two networks.

    Parameters
    ----------
    first, second : Findings
        The findings, of the same analysis.
    """

    first: Findings
    second: Findings

    @property
    def contrast(self) -> Contrast:
        """What they say of each other."""
        return contrast(self.first, self.second)

    @property
    def section(self) -> Section:
        """What they say of each other, as a section of a report."""
        found = self.contrast
        names = " and ".join(labels(self.first, self.second))
        heading = f"{named(self.first.analysis).title}: {names}"
        figures = [Figure(table, table.title) for table in found.tables]
        return Section(heading, found.sentence, figures=figures)

    @property
    def report(self) -> bytes:
        """Both findings and their difference as HTML, one file."""
        return report([self.first, self.second], before=[self.section])

    def save(self, directory: str | Path) -> list[str]:
        """Write the files of both into a folder each, and their difference beside them.

        Parameters
        ----------
        directory : str or path
            The directory; it is created if missing. Files of the same names are replaced.

        Returns
        -------
        list of str
            Names of the files, from the directory on.

        Raises
        ------
        DreamError
            If a file cannot be written.
        """
        whole, written = Path(directory), []
        for place, findings in enumerate((self.first, self.second), 1):
            part = plain(f"{place}_{Path(findings.model).name}")
            written += [f"{part}/{name}" for name in findings.save(whole / part)]
        contents = {f"{table.name}.csv": as_csv(table) for table in self.contrast.tables}
        for name, data in {**contents, "report.html": self.report}.items():
            folder.write_file(whole / name, data)
            written.append(name)
        return written

    def __repr__(self) -> str:
        return f"<Pair: {self.first.analysis} of {self.first.model} and {self.second.model}>"

    def _repr_html_(self) -> str:
        return framed(self.report)
