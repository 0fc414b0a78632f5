"""The networks that can be chosen, and how a choice is described."""

from dreamlab.layers import known_layers
from dreamlab.zoo import (
    ARCHITECTURES,
    UNTRAINED,
    architecture,
    is_on_offer,
    is_untrained,
    label,
    networks_on_offer,
    speed,
)

#: What other networks cost is told as a multiple of this one.
_MEASURE = "vgg16"

_FRACTIONS = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth", 6: "a sixth", 7: "a seventh"}


def offered(*chosen: str) -> list[str]:
    """Return the networks on offer: those that are here, their untrained twins, all others.

    Those of the owner's folder are here too, behind those that come with dreamlab.

    Those that are chosen already, as a link may do with any, come last if they are none of these.
    """
    names, _ = networks_on_offer()
    downloaded = [name for name, known in ARCHITECTURES.items() if not known.shipped]
    here = [name for name in names if name not in downloaded]
    return list(dict.fromkeys([*here, *(name + UNTRAINED for name in here), *downloaded, *chosen]))


def described(model: str) -> str:
    """Return a network's name with what one should know before choosing it, in one line."""
    known = architecture(model)
    if is_untrained(model):
        return f"{label(model)} · a control"
    facts = [label(model)]
    if is_on_offer(model):
        here = known is None or known.shipped
        facts += ["" if here else "to download", cost(model)]
    return " · ".join(filter(None, facts))


def cost(model: str) -> str:
    """Return the time of a step as a share of that of VGG16, in words; empty for VGG16.

    Of a user's own network no more is known than the work: its multiplications.
    """
    if model == _MEASURE:
        return ""
    known = architecture(model)
    of = f"{label(_MEASURE)}'s {'work' if known is None else 'time'}"
    times = _multiplications(_MEASURE) / _multiplications(model) * speed(model)
    if times < 1.5:
        return f"{1 / times:.1f} times {of}"
    return f"{_FRACTIONS.get(round(times), _part(round(times)))} of {of}"


def _multiplications(model: str) -> float:
    return max([1.0, *(layer.operations for layer in known_layers(model))])


def _part(number: int) -> str:
    """Return one of so many parts in words, such as ``a 34th`` or ``an 8th``."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number % 100 in (11, 12, 13) else endings.get(number % 10, "th")
    spoken = f"{number:,}".partition(",")[0]  # what is said first: eleven thousand, eighty
    article = "an" if spoken[0] == "8" or spoken in ("11", "18") else "a"
    return f"{article} {number}{ending}"
