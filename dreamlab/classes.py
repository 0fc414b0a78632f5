"""The classes that networks with a head tell apart, by name and number; loads no network."""

import difflib
import functools
from collections.abc import Iterable
from pathlib import Path

from dreamlab.errors import DreamError, listed, shown
from dreamlab.layer_info import LayerInfo
from dreamlab.zoo import ARCHITECTURES, architecture

#: The layer of a head: a channel is the logit of a class.
HEAD = "predictions"

#: Most classes that are offered in place of a misspelt one.
_MOST_NEAR = 3


def class_names(model: str) -> tuple[str, ...]:
    """Return the names of a network's classes in order; none for a network without its head."""
    known = architecture(model)
    return () if known is None or not known.classes_file else _names(known.classes_file)


def is_head(model: str, layer: str) -> bool:
    """Return whether the channels of a layer are the logits of a network's classes."""
    return layer == HEAD and bool(class_names(model))


def with_classes() -> tuple[str, ...]:
    """Return the names of the networks that have classes."""
    return tuple(name for name, known in ARCHITECTURES.items() if known.classes_file)


def check_classes(model: str) -> None:
    """Raise `DreamError` if no classes of a network are known."""
    if not class_names(model):
        raise DreamError(
            f"{model} has no classes that are known here, so it cannot name what a picture shows: "
            f"choose {' or '.join(with_classes())}"
        )


def class_number(model: str, name: str) -> int:
    """Return the number of a class.

    Parameters
    ----------
    model : str
        Name of the network.
    name : str
        Name of the class in any case, a beginning that no other class has, or the number as text.
        A whole name goes before a beginning, and one in the very case before others.

    Raises
    ------
    DreamError
        If the network has no classes or no such class; the message names those that are near. If
        several classes have that name or begin so.
    """
    names = class_names(model)
    if not names:
        raise DreamError(f"{model} has no classes: choose {' or '.join(with_classes())}")
    if name in names:
        return names.index(name)
    text = " ".join(name.casefold().split())
    if text.removeprefix("-").isdecimal():
        number = int(text) if len(text) < 10 else -1
        if not 0 <= number < len(names):
            raise DreamError(f"{model} has no class {name:.12}; choose 0 to {len(names) - 1}")
        return number
    folded = [each.casefold() for each in names]
    found = [number for number, each in enumerate(folded) if each == text]
    found = found or [number for number, each in enumerate(folded) if each.startswith(text)]
    if len(found) > 1:
        raise DreamError(
            f"{shown(name)} is the beginning of {listed(_numbered(names, found))}: write more of "
            "the name of the class, or its number"
        )
    if not found:
        raise DreamError(f"{model} has no class {shown(name)}: {_hint(names, folded, text)}")
    return found[0]


def channel_numbers(model: str, layer: LayerInfo, channels: Iterable[int | str]) -> tuple[int, ...]:
    """Return channels of a layer as numbers, in order and without repetition.

    Parameters
    ----------
    model, layer, channels
        As in `as_numbers`.

    Raises
    ------
    DreamError
        As `as_numbers`.
    """
    return tuple(sorted(as_numbers(model, layer, channels)))


def as_numbers(model: str, layer: LayerInfo, channels: Iterable[int | str]) -> tuple[int, ...]:
    """Return channels of a layer as numbers, as they come and without repetition.

    Parameters
    ----------
    model : str
        Name of the network.
    layer : LayerInfo
        The layer.
    channels : iterable of int or str
        The channels; at the head's layer also classes, as `class_number` takes them.

    Raises
    ------
    DreamError
        If the layer has no such channel or class.
    """
    numbers: dict[int, None] = {}
    for channel in _whole(model, channels):
        if isinstance(channel, str):
            if not is_head(model, layer.name):
                raise DreamError(
                    f"{layer.name} of {model} has no classes, so {shown(channel)} names no "
                    f"channel: give numbers, 0 to {layer.channels - 1}"
                )
            channel = class_number(model, channel)
        numbers[channel] = None
    layer.check_channels(numbers)
    return tuple(numbers)


def layer_label(model: str, layer: str, channels: Iterable[int | str]) -> str:
    """Return the name of a layer, with the classes behind it that are chosen of a head."""
    if not channels or not is_head(model, layer):
        return layer
    numbers = [class_number(model, str(channel)) for channel in _whole(model, channels)]
    return f"{layer}: {listed(_numbered(class_names(model), numbers))}"


def channel_label(model: str, layer: str, channel: int) -> str:
    """Return what a channel is called: ``channel 5``, or a class of the head, ``goldfish (1)``."""
    if not is_head(model, layer):
        return f"channel {channel}"
    return f"{class_names(model)[channel]} ({channel})"


@functools.cache
def _names(file: str) -> tuple[str, ...]:
    path = Path(__file__).parent / "weights" / file
    return tuple(path.read_text("utf-8").splitlines())


def _whole(model: str, channels: Iterable[int | str]) -> list[int | str]:
    """Return channels with the names whole that a list cut at the comma within them."""
    whole = list(channels)
    for name in class_names(model):
        parts = name.casefold().split(", ")
        for place in range(len(whole) if len(parts) > 1 else 0):
            if [str(part).casefold() for part in whole[place : place + len(parts)]] == parts:
                whole[place : place + len(parts)] = [name]
    return whole


def _hint(names: tuple[str, ...], folded: list[str], text: str) -> str:
    """Return the way out for a class that there is not."""
    near = [number for number, each in enumerate(folded) if text in each]
    alike = difflib.get_close_matches(text, folded, _MOST_NEAR)
    near += [number for each in alike if (number := folded.index(each)) not in near]
    if not near:
        return f"give a name such as {names[1]}, or a number, 0 to {len(names) - 1}"
    return f"did you mean {' or '.join(_numbered(names, near[:_MOST_NEAR]))}?"


def _numbered(names: tuple[str, ...], numbers: Iterable[int]) -> list[str]:
    return [f"{names[number]} ({number})" for number in numbers]
