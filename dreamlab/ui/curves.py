"""Loss curves and layer shares, as Altair charts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from dreamlab.recording import LossPoint
from dreamlab.ui.style import COLOURS

#: Names beside each other above a chart; on a phone all of them do not fit.
_COLUMNS = alt.ExprRef("width < 480 ? 2 : 6")


@dataclass(frozen=True)
class Curve:
    """The losses of one variant.

    Parameters
    ----------
    name : str
        Name of the variant.
    colour : int
        Index of its colour.
    points : sequence of LossPoint
        Its losses so far.
    """

    name: str
    colour: int
    points: Sequence[LossPoint]

    def __hash__(self) -> int:
        last = self.points[-1].loss if self.points else None
        return hash((self.name, self.colour, len(self.points), last))


def rows(curves: Sequence[Curve], *, relative: bool, log: bool) -> list[dict]:
    """Return the table under the loss chart.

    Parameters
    ----------
    relative : bool
        Divide each curve by its first value; a curve that begins with 0 is left out.
    log : bool
        For a log scale: values of 0 and below are left out, as are always those that are no
        numbers.
    """
    table = []
    for curve in curves:
        unit = curve.points[0].loss if relative and curve.points else 1.0
        if unit == 0:
            continue
        for number, point in enumerate(curve.points, 1):
            value = point.loss / unit
            if not math.isfinite(value) or (log and value <= 0):
                continue
            table.append(
                {
                    "step": number,
                    "loss": value,
                    "variant": curve.name,
                    "octave": point.octave + 1,
                    "iteration": point.iteration + 1,
                    "size": f"{point.width} × {point.height}",
                }
            )
    return table


def boundaries(curves: Sequence[Curve]) -> list[float]:
    """Return where octaves begin on the axis of steps, the first left out."""
    found = set()
    for curve in curves:
        for number, (before, after) in enumerate(
            zip(curve.points, curve.points[1:], strict=False), 1
        ):
            if after.octave != before.octave:
                found.add(number + 0.5)
    return sorted(found)


def losses(curves: Sequence[Curve], *, relative: bool = False, log: bool = False) -> alt.LayerChart:
    """Draw the loss of every variant against the step, octave boundaries marked."""
    title = "Loss, as a multiple of the first" if relative else "Loss"
    named = _distinct(curves)
    data = alt.Data(values=rows(named, relative=relative, log=log))
    nearest = alt.selection_point(
        name="hover", on="pointerover", nearest=True, fields=["step"], empty=False
    )
    x = alt.X(
        "step:Q",
        title="Step",
        axis=alt.Axis(tickMinStep=1, grid=False),
        scale=alt.Scale(zero=False, nice=False, padding=8),
    )
    base = alt.Chart(data).encode(
        x=x,
        y=alt.Y(
            "loss:Q", title=title, scale=alt.Scale(type="log" if log else "linear", zero=False)
        ),
        color=alt.Color(
            "variant:N",
            scale=alt.Scale(
                domain=[curve.name for curve in named],
                range=[COLOURS[curve.colour] for curve in named],
            ),
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
    points = base.mark_point(filled=True, size=55).encode(
        opacity=alt.condition(nearest, alt.value(1), alt.value(0)), tooltip=tooltip
    )
    layers = [base.mark_line(strokeWidth=2.4), points.add_params(nearest)]
    edges = boundaries(named)
    if edges:
        data = alt.Data(values=[{"edge": edge} for edge in edges])
        rule = alt.Chart(data).mark_rule(strokeDash=[2, 4], opacity=0.45, color="gray")
        layers.insert(0, rule.encode(x=alt.X("edge:Q")))
    return alt.layer(*layers).properties(height=320)


def shares(curve: Curve) -> alt.Chart:
    """Draw each layer's share of a variant's loss, stacked; deeper layers are darker."""
    layers = list(curve.points[0].losses)
    suppressed = any(value < 0 for point in curve.points for value in point.losses.values())
    values = [
        {"step": number, "layer": layer, "order": layers.index(layer), "share": share}
        for number, point in enumerate(curve.points, 1)
        for layer, share in point.losses.items()
    ]
    y = alt.Y("share:Q", title="Part of the loss", stack="zero")
    if not suppressed:
        y = alt.Y(
            "share:Q", title="Share of the loss", stack="normalize", axis=alt.Axis(format="%")
        )
    return (
        alt.Chart(alt.Data(values=values))
        .mark_area(line=False)
        .encode(
            x=alt.X("step:Q", title="Step", axis=alt.Axis(tickMinStep=1, grid=False)),
            y=y,
            order="order:Q",
            color=alt.Color(
                "layer:N",
                sort=layers,
                scale=alt.Scale(domain=layers, range=_ramp(COLOURS[curve.colour], len(layers))),
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


def _distinct(curves: Sequence[Curve]) -> list[Curve]:
    """Number variants of one name, which a chart would take for one curve."""
    names = [curve.name for curve in curves]
    return [
        curve
        if names.count(curve.name) == 1
        else Curve(f"{curve.name} ({index})", curve.colour, curve.points)
        for index, curve in enumerate(curves, 1)
    ]


def _ramp(colour: str, count: int) -> list[str]:
    """Return shades of a colour, from light (shallow layers) to the dark (deep ones)."""
    channels = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    shades = []
    for index in range(count):
        mix = 0.65 - 1.15 * index / max(count - 1, 1)  # above 0 towards white, below to black
        shade = [
            round(value + (255 - value) * mix if mix > 0 else value * (1 + mix))
            for value in channels
        ]
        shades.append("#" + "".join(f"{value:02x}" for value in shade))
    return shades
