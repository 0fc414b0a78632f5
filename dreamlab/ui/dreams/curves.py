"""Loss curves and layer shares, as Altair charts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
from pandas import DataFrame

from dreamlab.report.colours import COLOURS
from dreamlab.results.run_data import LossPoint, relative_losses
from dreamlab.ui.dreams.reach import Reach

#: Columns of the legend; a phone has room for two.
_COLUMNS = alt.ExprRef("width < 480 ? 2 : 6")


@dataclass(frozen=True)
class Curve:
    """The losses of one variant.

    Parameters
    ----------
    name : str
        Name of the variant.
    colour : int
        Index of the variant's colour.
    points : sequence of LossPoint
        Losses so far.
    """

    name: str
    colour: int
    points: Sequence[LossPoint]


def losses_table(
    curves: Sequence[Curve], *, relative: bool = False, log: bool = False
) -> DataFrame:
    """Return the data of the loss chart: a row per step, with the start of its octave as `edge`.

    Parameters
    ----------
    curves : sequence of Curve
        A curve per variant.
    relative : bool
        Whether each value is relative to its curve's first; omit a curve that begins with 0.
    log : bool
        Omit values of 0 and below, for a log scale. NaN and infinity are always omitted.
    """
    rows = []
    for curve in distinct(curves):
        raw = [point.loss for point in curve.points]
        values = relative_losses(curve.points) if relative else raw
        # What goes on from a dream begins with a later octave than the first.
        edge, octave = math.nan, curve.points[0].octave if curve.points else 0
        # A curve that begins with 0 has no relative values.
        for number, (point, value) in enumerate(zip(curve.points, values, strict=False), 1):
            if point.octave != octave:
                edge, octave = number - 0.5, point.octave
            if math.isfinite(value) and (value > 0 or not log):
                size = f"{point.width} × {point.height}"
                place = (point.octave + 1, size, point.iteration + 1)
                rows.append((curve.name, number, value, *place, edge))
    names = ["variant", "step", "loss", "octave", "size", "iteration", "edge"]
    return DataFrame(rows, columns=names)


def losses(
    names: Sequence[str],
    colours: Sequence[int],
    reach: Reach,
    *,
    relative: bool = False,
    log: bool = False,
) -> alt.LayerChart | alt.FacetChart:
    """Draw the loss of every variant against the step, with the octave boundaries.

    The chart contains no data: during a dream the specification seldom changes, and the rows of its
    table do. It has the ends of its axes: the browser would look for them before the data is there,
    and say in its console that it is empty.
    """
    across = alt.Scale(domain=[1, reach.steps], nice=False, padding=8)
    title = "Loss, relative to the first" if relative else "Loss"
    nearest = alt.selection_point(
        name="hover", on="pointerover", nearest=True, fields=["step"], empty=False
    )
    base = alt.Chart().encode(
        x=alt.X(
            "step:Q",
            title="Step",
            axis=alt.Axis(tickMinStep=1, grid=False),
            scale=across,
        ),
        y=alt.Y(
            "loss:Q",
            title=title,
            scale=alt.Scale(
                type="log" if log else "linear", domain=[reach.low, reach.high], zero=False
            ),
        ),
        color=alt.Color(
            "variant:N",
            scale=alt.Scale(domain=list(names), range=[COLOURS[colour] for colour in colours]),
            legend=alt.Legend(orient="top", title=None, labelLimit=200, columns=_COLUMNS),
        ),
    )
    tooltip = [
        alt.Tooltip("variant:N", title="Variant"),
        alt.Tooltip("loss:Q", title=title, format=".4g"),
        alt.Tooltip("octave:Q", title="Octave"),
        alt.Tooltip("size:N", title="Size (px)"),
        alt.Tooltip("iteration:Q", title="Step in the octave"),
    ]
    edges = (
        alt.Chart()
        .transform_filter("isValid(datum.edge)")
        .transform_aggregate(groupby=["edge"])
        .mark_rule(strokeDash=[2, 4], opacity=0.45, color="gray", aria=False)
        .encode(x=alt.X("edge:Q", scale=across))
    )
    points = base.mark_point(filled=True, size=55).encode(
        opacity=alt.condition(nearest, alt.value(1), alt.value(0)), tooltip=tooltip
    )
    lines = base.mark_line(strokeWidth=2.4)
    return alt.layer(edges, lines, points.add_params(nearest)).properties(height=320)


def shares_table(curve: Curve) -> DataFrame:
    """Return the data of the share chart: a row per step and layer."""
    rows = [
        (number, layer, order, share)
        for number, point in enumerate(curve.points, 1)
        for order, (layer, share) in enumerate(point.losses.items())
    ]
    return DataFrame(rows, columns=["step", "layer", "order", "share"])


def shares(
    layers: Sequence[str], colour: int, reach: Reach, *, suppressed: bool = False
) -> alt.Chart:
    """Draw each layer's share of a variant's loss, stacked; deeper layers are darker.

    Parameters
    ----------
    layers : sequence of str
        Names, from the shallowest layer to the deepest.
    colour : int
        Index of the variant's colour.
    reach : Reach
        The ends of the axes.
    suppressed : bool
        Whether a share may be below 0; then the shares do not add up to 100 %.
    """
    y = alt.Y(
        "share:Q",
        title="Part of the loss",
        stack="zero",
        scale=alt.Scale(domain=[reach.low, reach.high]),
    )
    if not suppressed:
        y = alt.Y(
            "share:Q",
            title="Share of the loss",
            stack="normalize",
            axis=alt.Axis(format="%"),
            scale=alt.Scale(domain=[0, 1]),
        )
    return (
        alt.Chart()
        .mark_area(line=False)
        .encode(
            x=alt.X(
                "step:Q",
                title="Step",
                axis=alt.Axis(tickMinStep=1, grid=False),
                scale=alt.Scale(domain=[1, reach.steps], nice=False),
            ),
            y=y,
            order="order:Q",
            color=alt.Color(
                "layer:N",
                sort=list(layers),
                scale=alt.Scale(domain=list(layers), range=_ramp(COLOURS[colour], len(layers))),
                legend=alt.Legend(orient="top", title=None, columns=2, labelLimit=160),
            ),
            tooltip=[
                alt.Tooltip("layer:N", title="Layer"),
                alt.Tooltip("step:Q", title="Step"),
                alt.Tooltip("share:Q", title="Part of the loss", format=".4g"),
            ],
        )
        .properties(height=260)
    )


def distinct(curves: Sequence[Curve]) -> list[Curve]:
    """Append a number to equal names; a chart would merge their curves."""
    names = [curve.name for curve in curves]
    return [
        curve
        if names.count(curve.name) == 1
        else Curve(f"{curve.name} ({index})", curve.colour, curve.points)
        for index, curve in enumerate(curves, 1)
    ]


def _ramp(colour: str, count: int) -> list[str]:
    """Return shades of a colour, from light (shallow layers) to dark (deep layers)."""
    channels = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    shades = []
    for index in range(count):
        # A mix above 0 goes towards white, below 0 towards black.
        mix = 0.65 - 1.15 * index / max(count - 1, 1)
        shade = [
            round(value + (255 - value) * mix if mix > 0 else value * (1 + mix))
            for value in channels
        ]
        shades.append("#" + "".join(f"{value:02x}" for value in shade))
    return shades
