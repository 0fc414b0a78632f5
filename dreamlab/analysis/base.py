"""Base types of analyses: an analysis takes settings and yields items, all plain data."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dreamlab.analysis.settings import Settings
from dreamlab.images import Picture, Shape
from dreamlab.layer_info import LayerInfo
from dreamlab.report.table import Table

# The engine imports TensorFlow; the catalogue of analyses must load without it.
if TYPE_CHECKING:
    from dreamlab.models import Network


@dataclass(frozen=True)
class Item:
    """A result of an analysis.

    Parameters
    ----------
    key : str
        Name of the item, unique in the analysis; only letters, digits and ``_-.``.
    caption : str
        Description in one line.
    values : dict
        Figures of the item, as plain JSON types.
    picture : Picture or None
        Picture of the item, if any.
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
        Finished share of the work, 0 to 1.
    doing : str
        Present activity, in a few words.
    item : Item or None
        Result of this step, if any.
    """

    fraction: float
    doing: str
    item: Item | None = None


@dataclass(frozen=True)
class AnalysisData:
    """All results of an analysis, or the results so far.

    Parameters
    ----------
    analysis : str
        Name of the analysis.
    settings : dict
        Settings of the analysis, as plain JSON types.
    model, weights : str
        Name of the network, and SHA-256 of its weights or ``"random"``. ``weights`` is empty if
        the worker died before it was known.
    items : tuple of Item
        The items, in order.
    complete : bool
        Whether the analysis reached its end.
    seconds : float
        Duration of the run, in seconds.
    original : Picture or None
        The analysed picture, if any.
    input_range : str
        What the network was fed, one of `dreamlab.config.input_range.INPUT_RANGES`; empty as
        ``weights``.
    """

    analysis: str
    settings: dict[str, Any]
    model: str
    weights: str
    items: tuple[Item, ...]
    complete: bool
    seconds: float
    original: Picture | None = field(default=None, repr=False)
    input_range: str = ""

    @property
    def nbytes(self) -> int:
        """Size of all pictures, in bytes."""
        pictures = [self.original, *(item.picture for item in self.items)]
        return sum(picture.nbytes for picture in pictures if picture is not None)


#: Pixels of the picture times steps, and multiplications per pixel and step.
Work = tuple[float, float]


@dataclass(frozen=True)
class Analysis:
    """An analysis: a row of the catalogue.

    Parameters
    ----------
    name, title, summary : str
        Name in code, title on the page, and summary in a sentence.
    settings : type
        Its `Settings`.
    run : callable
        ``run(image, network, settings, resume_from, memory)`` returns a generator of
        `AnalysisStep`; closing it cancels the run. ``resume_from`` maps keys to items of an earlier
        run, which it yields unchanged; ``memory`` is that of `dreamlab.dream.dream`.
    plan : callable
        ``plan((height, width), settings, model, layers)`` returns the `Work` of each part of a run,
        for the name of the network and all its layers; raises `DreamError` if it cannot run.
    tables : callable
        ``tables(findings)`` returns the tables.
    needs_picture : bool
        Whether it needs a picture; else ``image`` may be None.
    columns : int
        Pictures per row of the contact sheet.
    """

    name: str
    title: str
    summary: str
    settings: type[Settings]
    run: Callable[
        # The picture may be None if the analysis needs none.
        [Any, "Network", Any, Mapping[str, Item], float | None],
        Generator[AnalysisStep],
    ]
    plan: Callable[[Shape, Any, str, Sequence[LayerInfo]], list[Work]]
    tables: Callable[[AnalysisData], tuple[Table, ...]]
    needs_picture: bool = True
    columns: int = 6
