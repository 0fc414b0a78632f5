"""The cards of the variants: their layers, weights and own settings."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import streamlit as st

from dreamlab.classes import layer_label
from dreamlab.comparison.comparison import MAX_VARIANTS, Comparison
from dreamlab.comparison.presets import (
    COMPARISONS,
    EQUAL_EFFORT,
    OF_EFFICIENTNET_LITE0,
    OF_NETWORKS,
)
from dreamlab.comparison.variant import Variant
from dreamlab.config.layers import MAX_WEIGHT
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import known_layers
from dreamlab.results.naming import with_network
from dreamlab.tasks.wording import duration
from dreamlab.ui import style
from dreamlab.ui.inputs import editor, going_on
from dreamlab.ui.inputs.control import label, text_of
from dreamlab.ui.inputs.plan import PlannedDream
from dreamlab.ui.session import keys, state
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.wording import layer_facts, sentence
from dreamlab.zoo import label as network_label

_PER_ROW = 4


#: Whether a phone shows the buttons of comparisons; a wide page always does.
_UNFOLDED = "comparisons.unfolded"


def comparisons() -> None:
    """Draw the buttons that load the notebook's comparisons, and those of networks."""
    unfolded = st.session_state.setdefault(_UNFOLDED, False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="start"):
        st.button(
            "Hide comparisons" if unfolded else "Comparisons",
            icon=f":material/expand_{'less' if unfolded else 'more'}:",
            type="tertiary",
            key="phone-fold",
            on_click=_fold,
        )
        _row("From the notebook", COMPARISONS, unfolded)
        st.space("stretch")
        st.button(
            "Add a variant",
            icon=":material/add:",
            type="tertiary",
            disabled=not state.room(),
            on_click=_add,
            key="add",
            help=f"A page holds up to {MAX_VARIANTS}.",
        )
    _row("Networks", OF_NETWORKS, unfolded)
    _row("EfficientNet-Lite0", OF_EFFICIENTNET_LITE0, unfolded)


def _row(title: str, names: Iterable[str], unfolded: bool) -> None:
    with (
        style.folded(f"comparisons-{title}", open_=unfolded, width="content"),
        st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"),
    ):
        style.note(title)
        for name in names:
            st.button(name, on_click=partial(_compare, name), key=f"comparison.{name}")


def _fold() -> None:
    st.session_state[_UNFOLDED] = not st.session_state[_UNFOLDED]


def show(planned: list[PlannedDream]) -> None:
    """Draw a card per variant, and the editor of one of them below its row."""
    for dream in planned:
        editor.keep(dream.draft.keys)
    for start in range(0, len(planned), _PER_ROW):
        row = planned[start : start + _PER_ROW]
        width = len(row) if start == 0 else _PER_ROW
        columns = st.columns(max(width, 2))
        for column, dream in zip(columns, row, strict=False):
            with column:
                _card(dream)
        for index, dream in enumerate(row, start):
            if dream.draft.id == editor.edited():
                editor.show(dream.draft, index, len(planned))
    _scales(planned)


def _scales(planned: list[PlannedDream]) -> None:
    """Say that losses of several networks have no common scale, and offer what can be compared."""
    configs = [dream.draft.config for dream in planned if dream.draft.config is not None]
    several = len({dream.draft.model for dream in planned}) > 1
    if not several or all(config.effort is not None for config in configs):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        style.note("Losses of several networks have no common scale.")
        st.button(
            "Equal effort",
            key="equal_effort",
            type="tertiary",
            icon=":material/balance:",
            on_click=_equal_effort,
            help="Each dream ends when its picture has moved as far as the others'.",
        )


def _equal_effort() -> None:
    for name, value in EQUAL_EFFORT.items():
        st.session_state[keys.common(name)] = value
        for variant in st.session_state["variants"]:
            own = VariantKeys(variant)
            if name in st.session_state[own.overrides]:
                st.session_state[own.own(name)] = value


def _card(dream: PlannedDream) -> None:
    draft, preflight = dream.draft, dream.check
    edited = draft.id == editor.edited()
    mark = "edited-" * edited
    with style.edged(draft.colour, f"{mark}variant{draft.id}"):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"head-{draft.id}"
        ):
            style.variant(draft.name, *_in_short(dream))
            st.button(
                "Close" if edited else "Edit",
                type="tertiary",
                icon=f":material/{'close' if edited else 'tune'}:",
                key=draft.keys.action("edit"),
                on_click=editor.open_,
                args=(None if edited else draft.id,),
            )
        with style.folded(f"variant{draft.id}", open_=edited):
            _details(dream)
        if preflight.problem:
            style.note(preflight.problem, bad=True)
        elif preflight.warning:
            style.note(preflight.warning, bad=True)


def _in_short(dream: PlannedDream) -> tuple[str, str]:
    """Return the layers and the expected time of a dream, for a single line."""
    draft, now = dream.draft, st.session_state
    names = now[draft.keys.layers]
    layers = f"{len(names)} layers"
    if len(names) == 1:
        layers = f"{_shown(dream, names[0])} × {now[draft.keys.weight(names[0])]:g}"
    seconds = dream.seconds
    return layers, "" if seconds is None else f"about\u00a0{duration(seconds)}"


def _shown(dream: PlannedDream, layer: str) -> str:
    """Return a layer with its channels, unless they are to be put right."""
    valid = dream.draft.config is not None and not dream.check.problem
    chosen = dream.draft.config.channels.get(layer, ()) if valid and dream.draft.config else ()
    return layer_label(dream.draft.model, layer, chosen)


def _details(dream: PlannedDream) -> None:
    draft, now, own = dream.draft, st.session_state, dream.draft.keys
    layers = {layer.name: layer for layer in known_layers(draft.model)}
    going_on.show(draft, dream.task)
    if with_network(draft.name, draft.model) != draft.name:
        style.note(network_label(draft.model))
    for name in now[own.layers]:
        _weight(own, name, _shown(dream, name), layers.get(name))
    values = [f"{label(name).lower()} {_told(now[own.own(name)])}" for name in now[own.overrides]]
    if values:
        style.note("Own: " + ", ".join(values))
    if not dream.check.problem:
        expected = "" if dream.seconds is None else f" · about\u00a0{duration(dream.seconds)}"
        style.note(sentence(dream.check) + expected)


def _told(value: Any) -> str:
    return "none" if value in ("", None) else text_of(value)


def _weight(own: VariantKeys, name: str, shown: str, layer: LayerInfo | None) -> None:
    with st.container(key=f"pair-{own.id}-{name}", gap=None):
        left, right = st.columns([3, 2], wrap=False)
        with left:
            style.layer(shown, layer_facts(layer))
        with right:
            style.over("Weight")
            st.number_input(
                f"Weight of {name}",
                min_value=-MAX_WEIGHT,
                max_value=MAX_WEIGHT,
                step=0.1,
                format="%.4g",
                key=own.weight(name),
                label_visibility="collapsed",
            )


def _compare(name: str) -> None:
    now = st.session_state
    common = {field: now[keys.common(field)] for field in ("seed", "precision")}
    page = state.page()
    model = page.pop("model")
    comparison, said = Comparison.preset(name, **page, common=common).moved_to(model)
    state.load(comparison)
    for done in said:
        state.notify(f"{done}.")


def _add() -> None:
    now = st.session_state
    last = VariantKeys(now["variants"][-1])
    layers = {name: 1.0 for name in now[last.layers][:1]}
    channels = {name: of for name, of in state.channels(last).items() if name in layers}
    name = f"Variant {len(now['variants']) + 1}"
    new = Variant(name=name, model=now[last.model] or None, layers=layers, channels=channels)
    editor.open_(state.add(new))
