"""A comparison in words that somebody typed into an address, such as ``?comparison=mixed``."""

import functools
from collections.abc import Callable, Mapping

from dreamlab.classes import as_numbers
from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.presets import offered
from dreamlab.comparison.variant import COMMON, MAX_NAME, SHARED, Variant
from dreamlab.config.base import specs
from dreamlab.config.channels import channels
from dreamlab.config.specs import Spec
from dreamlab.errors import DreamError
from dreamlab.layers import find_layer, known_layers

#: Name of the comparison that the page begins with.
_DEFAULT = "Layers 1–4"

#: Words of the comparison where an analysis is open: the others are of the analysis.
_ALWAYS = ("comparison", "source")

#: Words for settings of the whole comparison.
_WHOLE = ("source", "max_side", "background", "every")

#: All words, in the order in which they are heeded.
NAMES = ("comparison", "model", "layer", "channel", "channels", *_WHOLE, *COMMON)

_CHANNELS: Spec = channels("").metadata["spec"]
_SPECS: Mapping[str, Spec] = specs(Comparison)


def comparison(words: Mapping[str, str]) -> tuple[Comparison, list[str]]:
    """Return the comparison that an address asks for in words, and what was left out of it.

    Parameters
    ----------
    words : mapping of str to str
        The parameters of the address.

    Returns
    -------
    (Comparison, list of str)
        The comparison, as by default where there is no word; a sentence for each wrong one.
    """
    asked, wrong = default(), list[str]()
    for name in NAMES if "analysis" not in words else _ALWAYS:
        if not words.get(name):
            continue
        change = _CHANGES.get(name, functools.partial(_shared, name))
        try:
            asked = change(asked, words[name])
        except DreamError as error:
            wrong.append(f"The {name} in the address was left out: {error}.")
    return asked, wrong


@functools.cache
def default() -> Comparison:
    """Return the comparison that the page begins with."""
    return Comparison.preset(_DEFAULT)


def value_of(name: str, spec: Spec, text: str) -> object:
    """Return the value of a setting that somebody typed; raises `DreamError` if it is wrong."""
    try:
        value = spec.parse(text)
    except ValueError:
        value = text
    return spec.check(name, value)


def _layer(asked: Comparison, text: str) -> Comparison:
    find_layer(asked.model, known_layers(asked.model), text)
    return asked.replace(variants=[Variant(name=text[:MAX_NAME], layers={text: 1.0}).to_dict()])


def _channels(asked: Comparison, text: str) -> Comparison:
    first, *others = asked.variants
    (layer, *more) = first.layers
    if others or more:
        raise DreamError("it is of no layer; name one, as layer=block4_conv3")
    chosen = _CHANNELS.check("channel", _CHANNELS.parse(text))
    as_numbers(asked.model, find_layer(asked.model, known_layers(asked.model), layer), chosen)
    return asked.replace(variants=[first.replace(channels={layer: list(chosen)}).to_dict()])


def _shared(name: str, asked: Comparison, text: str) -> Comparison:
    value = value_of(name, SHARED[name], text)
    return asked.replace(common={**asked.common, name: value})


def _whole(name: str, asked: Comparison, text: str) -> Comparison:
    return asked.replace(**{name: value_of(name, _SPECS[name], text.casefold())})


_CHANGES: Mapping[str, Callable[[Comparison, str], Comparison]] = {
    "comparison": lambda asked, text: Comparison.preset(offered(text)),
    "model": lambda asked, text: asked.moved_to(text)[0],
    "layer": _layer,
    "channel": _channels,
    "channels": _channels,
    **{name: functools.partial(_whole, name) for name in _WHOLE},
}
