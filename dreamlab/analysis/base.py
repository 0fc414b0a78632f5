"""Base types of analyses: an analysis takes settings and yields items, all plain data."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.analysis.settings import Settings
from dreamlab.images import Picture, PictureSet, Shape
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
    cell : str
        Items of the same cell stand together, such as a channel's place in the picture and what it
        looks for; by default the item's own key.
    of_original : bool
        Whether the picture is the analysed one, changed: it may be compared with it.
    arrays : dict of str to numpy.ndarray
        Maps and the like behind the picture, by name, for the ``.npz`` of the analysis.
    """

    key: str
    caption: str
    values: dict[str, Any]
    picture: Picture | None = field(default=None, repr=False)
    cell: str = ""
    of_original: bool = False
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    @property
    def nbytes(self) -> int:
        """Size of the picture and the arrays, in bytes."""
        pictures = 0 if self.picture is None else self.picture.nbytes
        return pictures + sum(array.nbytes for array in self.arrays.values())


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
    resumable : bool
        Whether a run that resumes from the items so far does little again that was done. A picture
        is worth little where several are made at once, or each goes on from the one before.
    """

    fraction: float
    doing: str
    item: Item | None = None
    resumable: bool = True


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
        """Size of all pictures and arrays, in bytes."""
        original = 0 if self.original is None else self.original.nbytes
        return original + sum(item.nbytes for item in self.items)


@dataclass(frozen=True)
class Contrast:
    """What the findings of two networks say of each other.

    Parameters
    ----------
    sentence : str
        The difference in a sentence, worked out from the figures.
    tables : tuple of Table
        The differences.
    """

    sentence: str
    tables: tuple[Table, ...] = ()


#: Pixels of the picture times steps, and multiplications per pixel and step.
Work = tuple[float, float]


@dataclass(frozen=True)
class Analysis:
    """An analysis: a row of the catalogue.

    Parameters
    ----------
    name, title, question, summary : str
        Name in code, title on the page, the question that it answers, and summary in a sentence.
    settings : type
        Its `Settings`.
    run : callable
        ``run(image, network, settings, resume_from, memory)`` returns a generator of
        `AnalysisStep`; closing it cancels the run. Where one run compares networks, ``network`` is
        a tuple of all. ``resume_from`` maps keys to items of an earlier run, which it yields
        unchanged; ``memory`` is that of `dreamlab.dream.dream`.
    plan : callable
        ``plan((height, width), settings, model, layers)`` returns the `Work` of each part of a run,
        for the name of the network and all its layers; raises `DreamError` if it cannot run. A set
        of pictures is as high as all of them, one below the other.
    tables : callable
        ``tables(findings)`` returns the tables.
    sentence : callable
        ``sentence(findings)`` says in a plain sentence or two, worked out from the figures, what
        was found; there is at least 1 item. A full stop ends it.
    essentials : tuple of str
        The settings that matter most, at most 2; the page folds the others.
    needs_picture : bool
        Whether it needs a picture; else ``image`` may be None.
    several : bool
        Whether ``image`` is a list of pictures, or None for crops of the samples.
    of_set : bool
        Whether ``image`` is a `dreamlab.images.PictureSet`, by default the shipped task: its place
        is among the networks, not among the layers of one.
    check : callable
        ``check(pictures)`` raises `DreamError` if a set is not one that it can run on.
    beside : int
        Number of further networks that one run compares at most, which the setting ``beside``
        names; if 0, each network has a run of its own.
    contrast : callable or None
        ``contrast(first, second)`` returns the `Contrast` of the findings of two networks.
    film : bool
        Whether the pictures, in order, are a film too.
    columns : int or callable
        Pictures per row of the contact sheet, or ``columns(findings)`` returns it.
    difference : bool
        Whether the difference of the pictures from the original says something.
    face : str
        Name of the heat map that stands for the analysis among the others, else four pictures do.
    """

    name: str
    title: str
    question: str
    summary: str
    settings: type[Settings]
    run: Callable[
        # Picture, network and settings, each of the kind that the analysis takes.
        [Any, Any, Any, Mapping[str, Item], float | None],
        Generator[AnalysisStep],
    ]
    plan: Callable[[Shape, Any, str, Sequence[LayerInfo]], list[Work]]
    tables: Callable[[AnalysisData], tuple[Table, ...]]
    sentence: Callable[[AnalysisData], str]
    essentials: tuple[str, ...]
    needs_picture: bool = True
    several: bool = False
    of_set: bool = False
    check: Callable[[PictureSet], None] = lambda pictures: None
    beside: int = 0
    contrast: Callable[[AnalysisData, AnalysisData], Contrast] | None = None
    film: bool = False
    columns: int | Callable[[AnalysisData], int] = 6
    difference: bool = True
    face: str = ""

    def fed(self, network: "Network", settings: Settings) -> str:
        """Return what a network is fed, one of `dreamlab.config.input_range.INPUT_RANGES`.

        Raises
        ------
        DreamError
            If that is not known, or the network has no such preprocessing. Where networks are told
            apart by a set of pictures, each is fed as it was trained.
        """
        wanted = settings.preprocessing
        return network.feeding.chosen(network.feeding.available(wanted) if self.of_set else wanted)
