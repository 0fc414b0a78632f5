"""Charts and tables below the pictures: loss curves, layer shares and numbers."""

import functools
import json
from typing import Any

import altair as alt
import streamlit as st

from dreamlab.config.input_range import range_in_words
from dreamlab.report.words import in_words
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import relative_losses
from dreamlab.tasks.wording import duration
from dreamlab.ui import style
from dreamlab.ui.dreams import curves as charts
from dreamlab.ui.dreams.curves import Curve
from dreamlab.ui.dreams.reach import Reach
from dreamlab.ui.session.queries import DreamView
from dreamlab.zoo import label


def losses(curves: list[Curve], *, key: str = "losses", live: bool = False) -> None:
    """Draw the loss curves of all variants, with the controls of the loss axis."""
    nonempty = [curve for curve in curves if curve.points]
    if not nonempty:
        style.note("No losses: nothing has taken a step yet, or there is noise alone.")
        return
    with st.container(horizontal=True):
        relative = st.segmented_control(
            "Losses as",
            ["Raw", "Relative to the first"],
            default="Relative to the first",
            required=True,
            key=f"{key}.relative",
            label_visibility="collapsed",
            help="Losses of different layers are not on one scale; relative ones can be compared.",
        )
        log = st.toggle("Log scale", key=f"{key}.log")
    unique, scales = charts.distinct(nonempty), {"relative": relative != "Raw", "log": log}
    rows = charts.losses_table(nonempty, **scales)
    most = max(len(curve.points) for curve in nonempty)
    spec = _loss_spec(
        tuple(curve.name for curve in unique),
        tuple(curve.colour for curve in unique),
        Reach.of(most, rows["loss"].tolist(), live=live),
        light=light(),
        **scales,
    )
    st.vega_lite_chart(
        rows,
        json.loads(spec),
        width="stretch",
        alt=_described(nonempty),
        key=f"{key}.chart",
    )
    style.note("Dotted lines mark where an octave begins.")


def shares(curves: list[Curve], *, live: bool = False) -> None:
    """Draw the layer shares of each variant with several layers."""
    mixed = [curve for curve in curves if curve.points and len(curve.points[0].losses) > 1]
    if not mixed:
        style.note("Every variant has a single layer, which makes up all of its loss.")
        return
    across = min(2, len(mixed))
    for start in range(0, len(mixed), 2):
        for column, curve in zip(st.columns(across), mixed[start : start + 2], strict=False):
            with column:
                style.name(curve.name)
                points = curve.points
                parts = [tuple(point.losses.values()) for point in points]
                below = any(part < 0 for row in parts for part in row)
                ends = [sum(p for p in row if (p > 0) == up) for row in parts for up in (0, 1)]
                reach = Reach.of(len(points), ends, live=live)
                spec = _share_spec(tuple(points[0].losses), curve.colour, reach, below, light())
                st.vega_lite_chart(
                    charts.shares_table(curve),
                    json.loads(spec),
                    width="stretch",
                    key=f"shares.{start}.{curve.colour}",
                    alt=f"Each layer's share of the loss of {curve.name}, step by step",
                )


def table(views: list[DreamView]) -> None:
    """Draw the table of losses, gain, change of the picture and time."""
    rows = [row(view) for view in views]
    wanted = {
        "Goes on from": any(view.run.start is not None for view in views),
        "Called": any(view.predictions for view in views),
    }
    for name in (name for name, there in wanted.items() if not there):
        for each in rows:
            del each[name]
    if any(view.run.of for view in views):
        rows = [{"Picture": view.run.of, **each} for view, each in zip(views, rows, strict=True)]
    st.table(
        {name: [row[name] for row in rows] for name in rows[0]},
        hide_index=True,
        border="horizontal",
    )
    note = (
        "Moved: the root mean square by which the picture moved; it spans -1 to 1. "
        "Multiplications: those of the steps taken, on the way to the loss."
    )
    style.note(" ".join([note, *fed([view.recording for view in views if view.recording])]))


def fed(recordings: list[Recording]) -> list[str]:
    """Return a sentence about what each network was fed."""
    runs = [recording.provenance for recording in recordings]
    pairs = dict.fromkeys((run.model, run.input_range) for run in runs)
    return [f"{label(model)} was fed {range_in_words(given)}." for model, given in pairs]


def row(view: DreamView) -> dict[str, str]:
    """Return the row of a dream, as text; a dash stands for an unknown value."""
    losses = [point.loss for point in view.losses]
    relative = relative_losses(view.losses)
    status, recording = view.status, view.recording
    work = None if recording is None else recording.multiplications
    called = None if recording is None else recording.called(recording.final)
    return {
        "Variant": view.run.name,
        "Network": label(view.run.model),
        "Goes on from": "–" if view.run.start is None else view.run.start.words,
        "State": status.state,
        "Steps": f"{len(losses)}",
        "First loss": f"{losses[0]:.4g}" if losses else "–",
        "Last loss": f"{losses[-1]:.4g}" if losses else "–",
        "Gain": f"×\u00a0{relative[-1]:.3g}" if relative else "–",
        "Moved": "–" if recording is None else f"{recording.moved:.3g}",
        "Precision": "–" if recording is None else recording.provenance.precision,
        "Time": "–" if status.seconds is None else duration(status.seconds),
        "Multiplications": "–" if work is None else in_words(work),
        "Called": "–" if called is None else called.likeliest.words,
    }


# Altair validates a chart for 0.1 s: make each specification once. Every run of the page sends it
# with the current rows, and the browser inserts them.
@functools.lru_cache(maxsize=32)
def _loss_spec(
    names: tuple[str, ...],
    colours: tuple[int, ...],
    reach: Reach,
    *,
    relative: bool,
    log: bool,
    light: bool,
) -> str:
    chart = charts.losses(names, colours, reach, relative=relative, log=log)
    return inked(chart, light).to_json()


@functools.lru_cache(maxsize=32)
def _share_spec(
    layers: tuple[str, ...], colour: int, reach: Reach, suppressed: bool, light: bool
) -> str:
    return inked(charts.shares(layers, colour, reach, suppressed=suppressed), light).to_json()


def light() -> bool:
    """Return whether the visitor's theme is light."""
    return st.context.theme.type == "light"


def inked(
    chart: alt.Chart | alt.LayerChart | alt.FacetChart, light: bool
) -> alt.Chart | alt.LayerChart | alt.FacetChart:
    """Return the chart with dark text on a light theme, whose own grey is hard to read."""
    if not light:
        return chart
    words: dict[str, Any] = {"labelColor": "#4A4A45", "titleColor": "#4A4A45"}
    return chart.configure_axis(**words).configure_legend(**words)


def _described(curves: list[Curve]) -> str:
    ends = [
        f"{curve.name} from {curve.points[0].loss:.4g} to {curve.points[-1].loss:.4g}"
        for curve in curves
    ]
    return "Loss at each step: " + "; ".join(ends)
