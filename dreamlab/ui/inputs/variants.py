"""The cards of the variants: their layers, weights and own settings."""

from collections.abc import Iterable
from functools import partial

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
from dreamlab.ui.inputs.control import label
from dreamlab.ui.inputs.plan import PlannedDream
from dreamlab.ui.session import keys, state
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.wording import layer_facts, sentence
from dreamlab.zoo import label as network_label

_PER_ROW = 4


def comparisons() -> None:
    """Draw the buttons that load the notebook's comparisons, and those of networks."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        style.note("From the notebook")
        _buttons(COMPARISONS)
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
    for title, names in (("Networks", OF_NETWORKS), ("EfficientNet-Lite0", OF_EFFICIENTNET_LITE0)):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            style.note(title)
            _buttons(names)


def _buttons(names: Iterable[str]) -> None:
    for name in names:
        st.button(name, on_click=partial(_compare, name), key=f"comparison.{name}")


def show(planned: list[PlannedDream]) -> None:
    """Draw a card per variant, with the result of its preflight and its expected time."""
    for start in range(0, len(planned), _PER_ROW):
        row = planned[start : start + _PER_ROW]
        width = len(row) if start == 0 else _PER_ROW
        columns = st.columns(max(width, 2))
        for index, dream in enumerate(row, start):
            with (
                columns[index - start],
                style.edged(dream.draft.colour, f"variant{dream.draft.id}"),
            ):
                _card(dream, index, len(planned))
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


def _card(dream: PlannedDream, index: int, count: int) -> None:
    draft, preflight = dream.draft, dream.check
    layers = {layer.name: layer for layer in known_layers(draft.model)}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        style.name(draft.name, level=2)
        with st.popover("Edit", type="tertiary", icon=":material/tune:", key=f"edit.{draft.id}"):
            editor.show(draft, index, count)
    going_on.show(draft, dream.task)
    if with_network(draft.name, draft.model) != draft.name:
        style.note(network_label(draft.model))
    now, own = st.session_state, draft.keys
    chosen = {} if draft.config is None or preflight.problem else draft.config.channels
    for name in now[own.layers]:
        shown = layer_label(draft.model, name, chosen.get(name, ()))
        _weight(own, name, shown, layers.get(name))
    values = [f"{label(name).lower()} {now[own.own(name)]}" for name in now[own.overrides]]
    if values:
        style.note("Own: " + ", ".join(values))
    if preflight.problem:
        style.note(preflight.problem, bad=True)
        return
    expected = "" if dream.seconds is None else f" · about\u00a0{duration(dream.seconds)}"
    style.note(sentence(preflight) + expected)
    if preflight.warning:
        style.note(preflight.warning, bad=True)


def _weight(own: VariantKeys, name: str, shown: str, layer: LayerInfo | None) -> None:
    with st.container(key=f"pair-{own.id}-{name}", gap=None):
        left, right = st.columns([3, 2], wrap=False, vertical_alignment="center")
        with left:
            style.layer(shown)
        with right:
            st.number_input(
                f"Weight of {name}",
                min_value=-MAX_WEIGHT,
                max_value=MAX_WEIGHT,
                step=0.1,
                format="%.4g",
                key=own.weight(name),
                label_visibility="collapsed",
            )
        style.note(layer_facts(layer))


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
    state.add(Variant(name=name, model=now[last.model] or None, layers=layers, channels=channels))
