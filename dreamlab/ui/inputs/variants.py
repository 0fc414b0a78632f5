"""The cards of the variants: their layers, weights and own settings."""

import re
from collections.abc import Callable
from functools import partial

import streamlit as st

from dreamlab.comparison.comparison import MAX_LIST, MAX_VARIANTS, Comparison
from dreamlab.comparison.presets import COMPARISONS
from dreamlab.comparison.variant import MAX_NAME, SHARED, Variant
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import is_offered, known_layers
from dreamlab.ui import style
from dreamlab.ui.inputs.control import control, label
from dreamlab.ui.inputs.plan import PlannedDream
from dreamlab.ui.session import keys, state
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.session.state import Draft
from dreamlab.ui.wording import duration, sentence

_PER_ROW = 4


def comparisons() -> None:
    """Draw the buttons that load the notebook's comparisons."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        style.note("From the notebook")
        for name in COMPARISONS:
            st.button(name, on_click=partial(_compare, name), key=f"comparison.{name}")
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


def _card(dream: PlannedDream, index: int, count: int) -> None:
    draft, preflight = dream.draft, dream.check
    layers = {layer.name: layer for layer in known_layers(st.session_state["model"])}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        style.name(draft.name, level=2)
        with st.popover("Edit", type="tertiary", icon=":material/tune:", key=f"edit.{draft.id}"):
            _editor(draft, layers, index, count)
    now, own = st.session_state, draft.keys
    for name in now[own.layers]:
        _weight(own, name, layers.get(name))
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


def _weight(own: VariantKeys, name: str, layer: LayerInfo | None) -> None:
    with st.container(key=f"pair-{own.id}-{name}", gap=None):
        left, right = st.columns([3, 2], wrap=False, vertical_alignment="center")
        with left:
            style.layer(name)
        with right:
            st.number_input(
                f"Weight of {name}",
                min_value=-1e6,
                max_value=1e6,
                step=0.1,
                format="%.4g",
                key=own.weight(name),
                label_visibility="collapsed",
            )
        style.note(_facts(layer))


def _editor(draft: Draft, layers: dict[str, LayerInfo], index: int, count: int) -> None:
    own, model = draft.keys, st.session_state["model"]
    st.text_input("Name", max_chars=MAX_NAME, key=own.name)
    own_layers = st.session_state[own.layers]
    st.selectbox(
        "Add a layer",
        [name for name in layers if is_offered(model, name) and name not in own_layers],
        index=None,
        format_func=lambda name: f"{_block(name)} · {name} — {_facts(layers[name])}",
        placeholder="Choose by block and depth",
        key=own.action("new"),
        on_change=_add_layer,
        args=(own,),
    )
    for name in own_layers:
        _channels(own, name, alone=len(own_layers) == 1)
    st.multiselect(
        "Settings of its own",
        list(SHARED),
        format_func=label,
        key=own.overrides,
        help="In these it differs from the settings in the sidebar.",
    )
    for name in st.session_state[own.overrides]:
        control(name, SHARED[name], own.own(name))
    _actions(draft, first=index == 0, last=index == count - 1)


def _channels(own: VariantKeys, name: str, *, alone: bool) -> None:
    with st.container(key=f"pair-channels-{own.id}-{name}"):
        left, right = st.columns([5, 3], wrap=False, vertical_alignment="bottom")
    left.text_input(
        f"Channels of {name}",
        placeholder="all",
        max_chars=MAX_LIST,
        key=own.channels(name),
        help="Numbers with commas between, from 0; empty means all.",
    )
    right.button(
        "Take out",
        icon=":material/close:",
        key=own.action("drop", name),
        type="tertiary",
        on_click=_drop_layer,
        args=(own, name),
        disabled=alone,
        help=f"Take out {name}",
        width="stretch",
    )


def _actions(draft: Draft, *, first: bool, last: bool) -> None:
    full = not state.room() or draft.variant is None
    actions: tuple[tuple[str, str, str, bool, Callable[..., None], tuple[int, ...]], ...] = (
        ("Earlier", "arrow_back", "left", first, state.move, (-1,)),
        ("Later", "arrow_forward", "right", last, state.move, (1,)),
        ("Duplicate", "content_copy", "copy", full, _duplicate, ()),
        ("Remove", "delete", "remove", first and last, state.remove, ()),
    )
    with st.container(horizontal=True):
        for text, icon, action, disabled, change, more in actions:
            st.button(
                text,
                type="tertiary",
                icon=f":material/{icon}:",
                key=draft.keys.action(action),
                disabled=disabled,
                on_click=change,
                args=(draft.id, *more),
            )


def _facts(layer: LayerInfo | None) -> str:
    if layer is None:
        return "not in this network"
    field = layer.receptive_field
    sees = "sees it all" if field is None else f"sees {field} px"
    return style.facts(f"depth {layer.depth}", f"{layer.channels} channels", sees)


def _block(name: str) -> str:
    """Return the block of a layer: the start of its name, up to the first number."""
    match = re.match(r"(\D*?)_?(\d+)", name)
    return f"{match[1].strip('_').capitalize()} {match[2]}" if match else name.capitalize()


def _compare(name: str) -> None:
    now = st.session_state
    common = {field: now[keys.common(field)] for field in ("seed", "precision")}
    page = state.page()
    model = page.pop("model")
    state.load(Comparison.preset(name, **page, common=common).moved_to(model))


def _add() -> None:
    now = st.session_state
    last = VariantKeys(now["variants"][-1])
    layers = {name: 1.0 for name in now[last.layers][:1]}
    state.add(Variant(name=f"Variant {len(now['variants']) + 1}", layers=layers))


def _duplicate(variant: int) -> None:
    copy = state.draft(variant).variant
    if copy is not None:  # it may have become invalid since the button was drawn
        copy = copy.replace(name=f"{copy.name[: MAX_NAME - 5]} copy")
        state.add(copy, after=variant)


def _add_layer(own: VariantKeys) -> None:
    now = st.session_state
    name = now[own.action("new")]
    if name is not None:
        now[own.layers].append(name)
        now[own.weight(name)] = 1.0
        now[own.action("new")] = None


def _drop_layer(own: VariantKeys, name: str) -> None:
    st.session_state[own.layers].remove(name)
