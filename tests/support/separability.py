"""Findings of separability, made by hand."""

from dreamlab.analysis import Item
from tests.support.findings import found

#: A layer's figures: what the others have that a case does not give.
USUAL = {
    "kind": "layer",
    "network": "vgg16",
    "layer": "block3_conv3",
    "depth": 7,
    "place": 0.5,
    "multiplications": 6e9,
    "condition": "original",
    "accuracy": 0.9,
    "low": 0.8,
    "high": 0.95,
    "chance": 0.5,
    "permuted": 0.5,
    "permuted_low": 0.3,
    "permuted_high": 0.7,
    "logme": 0.1,
    "recalls": [0.9, 0.9],
    "false_alarms": [0.1, 0.1],
    "predicted": [0] * 20 + [1] * 20,
    "shuffles": [0.3, 0.5, 0.7],
}


def layer(**values):
    """The item of a layer, of the usual figures but for some."""
    values = USUAL | values
    return Item(
        "-".join(str(values[name]) for name in ("network", "layer", "condition")), "", values
    )


def said(*layers, counts=(20, 20), colour=0.5):
    """Findings of cats and dogs with these layers; `colour` is what mean colours tell."""
    labels = ["cat"] * counts[0] + ["dog"] * counts[1]
    values = {
        "kind": "pictures",
        "classes": ["cat", "dog"],
        "counts": list(counts),
        "names": [f"{place}.png" for place in range(len(labels))],
        "labels": labels,
        "notes": [],
        "digest": "0" * 64,
        "mean_colour": {"accuracy": colour, "low": 0.0, "high": 1.0},
    }
    caption = f"{len(labels)} pictures of 2 classes"
    return found("separability", [Item("pictures", caption, values), *layers])
