"""What the examples say: their tables and their sentences."""

from typing import Any

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.examples_figures import BY_LUCK, LAYER
from dreamlab.classes import channel_label
from dreamlab.errors import listed
from dreamlab.report.table import Table

#: What is told of a picture beside its channel.
_OF_EXAMPLE = ("kind", "rank", "name", "class", "response", "share")


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return how selective the channels are, how many of the layer's are, and all pictures."""
    values = _layer(findings)
    return (*_selectivity(values), _channels_of_layer(values), *_examples(findings))


def _selectivity(values: dict[str, Any]) -> tuple[Table, ...]:
    looked_at = values["looked_at"]
    if not looked_at:
        return ()
    columns: tuple[str, ...] = ("channel", "silent share", "mean response")
    rows: list[tuple] = [(own["channel"], own["silence"], own["mean"]) for own in looked_at]
    title = f"Channels of {values['layer']}: the share of pictures that they do not answer to"
    if "luck" in values:
        columns = ("channel", "responds to", "selectivity", "chance", *columns[1:])
        rows = [
            (row[0], own["class"], own["selectivity"], own["chance"], *row[1:])
            for row, own in zip(rows, looked_at, strict=True)
        ]
        title = (
            f"Selectivity of channels of {values['layer']}: 0 for all classes alike, 1 for one "
            "alone; chance is what shuffled labels reach in 5 % of cases"
        )
    return (Table("selectivity", title, columns, tuple(rows)),)


def _channels_of_layer(values: dict[str, Any]) -> Table:
    columns: tuple[str, ...] = ("layer", "channels", "silent in all pictures")
    row: tuple = (values["layer"], values["channels"], values["silent"])
    if "luck" in values:
        columns += ("selective beyond chance", "so by luck")
        row += (values["selective"], round(BY_LUCK * (values["channels"] - values["silent"])))
    return Table("channels_of_layer", "All channels of the layer", columns, (row,))


def _examples(findings: AnalysisData) -> tuple[Table, ...]:
    rows = []
    for item in findings.items:
        values = item.values
        if values["kind"] in ("strongest", "middle", "weakest"):
            place = values["place"] or (None, None)
            of = "all" if values["channel"] is None else str(values["channel"])
            rows.append((of, *(values[name] for name in _OF_EXAMPLE), *place, *values["box"]))
    columns = ("channel", *_OF_EXAMPLE, "row", "column", "left", "top", "right", "bottom")
    title = "The pictures, where each is answered to most, and what is seen there, in pixels"
    return (Table("examples", title, columns, tuple(rows)),) if rows else ()


def sentence(findings: AnalysisData) -> str:
    """Return what the channel answers to that is worth a look most, and how many are silent."""
    values = _layer(findings)
    count = values["pictures"]
    pictures = f"all {count} pictures" if count > 1 else "the picture"
    if values["silent"] == values["channels"]:
        return f"{values['layer']} is silent in {pictures}: no channel answers anywhere."
    dead = [own["channel"] for own in values["looked_at"] if own["silence"] == 1]
    said = []
    if "luck" in values:
        said.append(_selective(findings, values))
    elif not values["named"]:
        rule = (
            "whose response varies most for its mean"
            if count > 1
            else "that answer to the picture most"
        )
        channels = listed(own["channel"] for own in values["looked_at"])
        said.append(f"The channels of {values['layer']} {rule}: {channels}.")
    if values["named"] and dead:
        are = "is" if len(dead) == 1 else "are"
        said.append(f"Of the channels named, {listed(dead)} {are} silent.")
    return " ".join(filter(None, [*said, _silence(values, pictures)]))


def _silence(values: dict[str, Any], pictures: str) -> str:
    silent, channels = values["silent"], values["channels"]
    if not silent:
        return f"None of the {channels} channels of {values['layer']} is silent in {pictures}."
    are = "is" if silent == 1 else "are"
    return f"{silent} of {channels} channels of {values['layer']} {are} silent in {pictures}."


def _selective(findings: AnalysisData, values: dict[str, Any]) -> str:
    """Return the most selective channel, or that none is more so than luck would have it."""
    heard = [own for own in values["looked_at"] if own["selectivity"] is not None]
    if not heard:
        return ""
    top = max(heard, key=lambda own: own["selectivity"] - own["chance"])
    more, luck = top["selectivity"] - top["chance"], values["luck"]
    name = f"{channel_label(findings.model, values['layer'], top['channel'])} of {values['layer']}"
    first = f"{name[0].upper()}{name[1:]}"
    lucky = f"shuffled labels reach {top['chance']:.2f} in 5 % of cases"
    figures = f"{top['selectivity']:.2f}, where {lucky}."
    control = ""
    if values["among"] > 1:
        beyond = f"{abs(more):.2f} {'more' if more >= 0 else 'less'}"
        best = f"the best of {values['among']} channels may get {luck:.2f} more"
        control = f"That is {beyond}; by luck, {best}."
    if more > luck:
        said = f"{first} answers to {listed([top['class']])}: selectivity {figures}"
        return " ".join(filter(None, [said, control, _of_strongest(findings, top)]))
    if control:
        none = "None of the channels named" if values["named"] else "No channel"
        return f"{none} is selective beyond luck: {name} comes closest with {figures} {control}"
    return f"{first} is selective for no class: {figures}"


def _of_strongest(findings: AnalysisData, top: dict[str, Any]) -> str:
    """Return how many of a channel's strongest pictures are of its class, once they are known."""
    strongest = [
        item.values["class"]
        for item in findings.items
        if item.values["kind"] == "strongest" and item.values["channel"] == top["channel"]
    ]
    if not strongest:
        return ""
    right = strongest.count(top["class"])
    if len(strongest) == 1:
        return f"Its strongest picture is {'' if right else 'not '}of that class."
    are = "is" if right == 1 else "are"
    return f"Of its {len(strongest)} strongest pictures {right} {are} of that class."


def _layer(findings: AnalysisData) -> dict[str, Any]:
    return next(item.values for item in findings.items if item.key == LAYER)
