"""What an analysis is: settings in, one finding after another out, all of it plain data."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from dreamlab.config import PRECISIONS, PREPROCESSINGS, DreamConfig
from dreamlab.errors import DreamError
from dreamlab.fields import check_choice, checked_number, choice, is_number, number, shown
from dreamlab.zoo import LayerInfo

# The engine imports TensorFlow; the table of analyses is read where there is none.
if TYPE_CHECKING:
    from dreamlab.models import Network


def names(default: tuple[str, ...], text: str) -> Any:
    """Return a field for a list of names."""
    return field(default=default, metadata={"names": True, "help": text})


def numbers(default: tuple[float, ...], low: float, high: float, text: str) -> Any:
    """Return a field for a list of numbers from `low` to `high`, whole if `low` is."""
    return field(default=default, metadata={"many": True, "low": low, "high": high, "help": text})


def weights(default: Mapping[str, float], text: str) -> Any:
    """Return a field for layer names with their weights."""
    metadata = {"weights": True, "help": text}
    return field(default_factory=lambda: dict(default), metadata=metadata)


def as_in_dreams(name: str, default: Any) -> Any:
    """Return a field that takes what the field of `DreamConfig` takes, with its own default."""
    metadata = next(spec for spec in dataclasses.fields(DreamConfig) if spec.name == name).metadata
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings that every analysis has; each analysis adds its own.

    Raises
    ------
    DreamError
        If a value has the wrong type or is out of range; the message gives both.
    """

    max_side: int = number(300, 32, 1024, "Scale a larger picture down to this side, in pixels.")
    precision: str = choice("auto", PRECISIONS, "Number format of the network.")
    preprocessing: str = choice(
        "notebook", PREPROCESSINGS, "How the picture is fed to VGG: as the notebook, or as trained."
    )

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            object.__setattr__(self, spec.name, _checked(spec, getattr(self, spec.name)))

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain JSON types, in the order of the fields."""
        values = {spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make settings from plain values; what is not named keeps its default.

        Raises
        ------
        DreamError
            If a name is unknown or a value does not pass its check.
        """
        known = [spec.name for spec in dataclasses.fields(cls)]
        for name in values:
            if name not in known:
                raise DreamError(f"unknown setting {shown(name)}; choose from {', '.join(known)}")
        return cls(**values)


def _checked(spec: dataclasses.Field, value: Any) -> Any:
    rules = spec.metadata
    if "choices" in rules:
        check_choice(spec.name, value, rules["choices"])
    elif "weights" in rules:
        value = dict(DreamConfig(layers=value).layers)
    elif "names" in rules:
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise DreamError(f"{spec.name} is {shown(value)}; give a list of names")
        value = tuple(dict.fromkeys(value))
    elif "many" in rules:
        if not isinstance(value, list | tuple):
            raise DreamError(f"{spec.name} is {shown(value)}; give a list of numbers")
        value = tuple(dict.fromkeys(checked_number(spec, one) for one in value))
    elif is_number(spec.default):
        value = checked_number(spec, value)
    elif not isinstance(value, str) or not value:
        raise DreamError(f"{spec.name} is {shown(value)}; give a name")
    return value


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
    picture : bytes
        A PNG, or nothing.
    """

    key: str
    caption: str
    values: dict[str, Any]
    picture: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Advance:
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
        ``run(image, network, settings, found)`` gives an iterator of `Advance`; to close it is to
        cancel. ``found`` has the items of an earlier run by key, which are passed on as they are.
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
        [np.ndarray | None, "Network", Any, Mapping[str, Item]],
        Iterator[Advance],
    ]
    plan: Callable[[tuple[int, int], Any, str, Sequence[LayerInfo]], list[Work]]
    tables: Callable[[Findings], tuple[Table, ...]]
    needs_picture: bool = True
    columns: int = 6
