"""What an analysis is: settings in, one finding after another out, all of it plain data."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dreamlab.analysis.settings import Settings
from dreamlab.images import Picture, Shape
from dreamlab.report.table import Table
from dreamlab.zoo import LayerInfo

# The engine imports TensorFlow; the table of analyses is read where there is none.
if TYPE_CHECKING:
    from dreamlab.models import Network


@dataclass(frozen=True)
class Item:
    """One thing that was found.

    Parameters
    ----------
    key : str
        Its name within the analysis: letters, digits and ``_-.`` alone.
    caption : str
        A line that says what it is.
    values : dict
        Its figures, as plain JSON types.
    picture : Picture or None
        Its picture, if any.
    """

    key: str
    caption: str
    values: dict[str, Any]
    picture: Picture | None = field(default=None, repr=False)


@dataclass(frozen=True)
class AnalysisStep:
    """One step of an analysis.

    Parameters
    ----------
    fraction : float
        Share of the work that is done, 0 to 1.
    doing : str
        What it is at, in a few words.
    item : Item or None
        What was found in this step.
    """

    fraction: float
    doing: str
    item: Item | None = None


@dataclass(frozen=True)
class AnalysisData:
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
    original : Picture or None
        The picture that was analysed, if any.
    """

    analysis: str
    settings: dict[str, Any]
    model: str
    weights: str
    items: tuple[Item, ...]
    complete: bool
    seconds: float
    original: Picture | None = field(default=None, repr=False)

    @property
    def nbytes(self) -> int:
        """Bytes of all its pictures."""
        pictures = [self.original, *(item.picture for item in self.items)]
        return sum(picture.nbytes for picture in pictures if picture is not None)


#: Pixels of the picture times steps, and multiplications for each of them.
Work = tuple[float, float]


@dataclass(frozen=True)
class Analysis:
    """One kind of analysis: a row of the table of them all.

    Parameters
    ----------
    name, title, summary : str
        What it is called in code and on the page, and what it tells.
    settings : type
        Its `Settings`.
    run : callable
        ``run(image, network, settings, resume_from, memory)`` returns a generator of
        `AnalysisStep`; closing it cancels the run. ``resume_from`` has the items of an earlier
        run by key, which are passed on as they are; ``memory`` is that of `dreamlab.dream.dream`.
    plan : callable
        ``plan((height, width), settings, model, layers)`` gives the `Work` of a run, part by part,
        from the name of the network and all its layers; raises `DreamError` if it cannot run.
    tables : callable
        ``tables(findings)`` gives its tables.
    needs_picture : bool
        Whether it cannot go without a picture; else ``image`` may be None.
    columns : int
        Pictures in a row of its contact sheet.
    """

    name: str
    title: str
    summary: str
    settings: type[Settings]
    run: Callable[
        # The picture is None where it goes without.
        [Any, "Network", Any, Mapping[str, Item], float | None],
        Generator[AnalysisStep],
    ]
    plan: Callable[[Shape, Any, str, Sequence[LayerInfo]], list[Work]]
    tables: Callable[[AnalysisData], tuple[Table, ...]]
    needs_picture: bool = True
    columns: int = 6
