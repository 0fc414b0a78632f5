"""The cards of the variants: their layers, weights and own settings."""

import re
from functools import partial

import streamlit as st

from dreamlab.comparison.comparison import MAX_LIST, MAX_VARIANTS, Comparison
from dreamlab.comparison.presets import COMPARISONS
from dreamlab.comparison.variant import COMMON, MAX_NAME, Variant
from dreamlab.config import DreamConfig
from dreamlab.config.base import specs
from dreamlab.ui import style
from dreamlab.ui.inputs.control import control, label
from dreamlab.ui.inputs.plan import PlannedDream
from dreamlab.ui.session import state
from dreamlab.ui.session.state import Draft
from dreamlab.ui.wording import duration, sentence
from dreamlab.zoo import LayerInfo, is_offered, known_layers

_PER_ROW = 4


def comparisons() -> None:
    """Draw the buttons that set up the notebook's comparisons."""
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
    """Draw one card a variant, with what its preflight found and its expected seconds."""
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
    draft, found = dream.draft, dream.check
    known = {layer.name: layer for layer in known_layers(st.session_state["model"])}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        style.name(draft.name, level=2)
        with st.popover("Edit", type="tertiary", icon=":material/tune:", key=f"edit.{draft.id}"):
            _editor(draft, known, index, count)
    for name in st.session_state[f"v{draft.id}.layers"]:
        _weight(draft.id, name, known.get(name))
    own = st.session_state[f"v{draft.id}.overrides"]
    if own:
        values = [
            f"{label(name).lower()} {st.session_state[f'v{draft.id}.own.{name}']}" for name in own
        ]
        style.note("Own: " + ", ".join(values))
    if found.problem:
        style.note(found.problem, bad=True)
        return
    expected = "" if dream.seconds is None else f" · about\u00a0{duration(dream.seconds)}"
    style.note(sentence(found) + expected)
    if found.warning:
        style.note(found.warning, bad=True)


def _weight(variant: int, name: str, layer: LayerInfo | None) -> None:
    with st.container(key=f"pair-{variant}-{name}", gap=None):
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
                key=f"v{variant}.weight.{name}",
                label_visibility="collapsed",
            )
        style.note(_facts(layer))


def _editor(draft: Draft, known: dict[str, LayerInfo], index: int, count: int) -> None:
    variant = draft.id
    key = f"v{variant}"
    chosen = st.session_state[f"{key}.layers"]
    st.text_input("Name", max_chars=MAX_NAME, key=f"{key}.name")
    model = st.session_state["model"]
    st.selectbox(
        "Add a layer",
        [name for name in known if is_offered(model, name) and name not in chosen],
        index=None,
        format_func=lambda name: f"{_block(name)} · {name} — {_facts(known[name])}",
        placeholder="Choose by block and depth",
        key=f"{key}.new",
        on_change=_add_layer,
        args=(variant,),
    )
    for name in chosen:
        with st.container(key=f"pair-channels-{variant}-{name}"):
            left, right = st.columns([5, 3], wrap=False, vertical_alignment="bottom")
        left.text_input(
            f"Channels of {name}",
            placeholder="all",
            max_chars=MAX_LIST,
            key=f"{key}.channels.{name}",
            help="Numbers with commas between, from 0; empty means all.",
        )
        right.button(
            "Take out",
            icon=":material/close:",
            key=f"{key}.drop.{name}",
            type="tertiary",
            on_click=_drop_layer,
            args=(variant, name),
            disabled=len(chosen) == 1,
            help=f"Take out {name}",
            width="stretch",
        )
    st.multiselect(
        "Settings of its own",
        list(COMMON),
        format_func=label,
        key=f"{key}.overrides",
        help="In these it differs from the settings in the sidebar.",
    )
    for name in st.session_state[f"{key}.overrides"]:
        control(name, specs(DreamConfig)[name], f"{key}.own.{name}")
    with st.container(horizontal=True):
        icon = partial(st.button, type="tertiary")
        icon(
            "Earlier",
            icon=":material/arrow_back:",
            key=f"{key}.left",
            disabled=index == 0,
            on_click=state.move,
            args=(variant, -1),
        )
        icon(
            "Later",
            icon=":material/arrow_forward:",
            key=f"{key}.right",
            disabled=index == count - 1,
            on_click=state.move,
            args=(variant, 1),
        )
        icon(
            "Duplicate",
            icon=":material/content_copy:",
            key=f"{key}.copy",
            disabled=not state.room() or draft.variant is None,
            on_click=_duplicate,
            args=(variant,),
        )
        icon(
            "Remove",
            icon=":material/delete:",
            key=f"{key}.remove",
            disabled=count == 1,
            on_click=state.remove,
            args=(variant,),
        )


def _facts(layer: LayerInfo | None) -> str:
    if layer is None:
        return "not in this network"
    field = layer.receptive_field
    sees = "sees it all" if field is None else f"sees {field} px"
    return style.facts(f"depth {layer.depth}", f"{layer.channels} channels", sees)


def _block(name: str) -> str:
    """Return the block of a layer: what its name starts with, up to the first number."""
    found = re.match(r"(\D*?)_?(\d+)", name)
    return f"{found[1].strip('_').capitalize()} {found[2]}" if found else name.capitalize()


def _compare(name: str) -> None:
    now = st.session_state
    kept = {field: now[f"common.{field}"] for field in ("seed", "precision")}
    page = state.page()
    model = page.pop("model")
    state.load(Comparison.preset(name, **page, common=kept).moved_to(model))


def _add() -> None:
    last = st.session_state["variants"][-1]
    layers = {name: 1.0 for name in st.session_state[f"v{last}.layers"][:1]}
    state.add(Variant(name=f"Variant {len(st.session_state['variants']) + 1}", layers=layers))


def _duplicate(variant: int) -> None:
    copied = state.draft(variant).variant
    if copied is not None:  # it may have been changed since the button was drawn
        copied = copied.replace(name=f"{copied.name[: MAX_NAME - 5]} copy")
        state.add(copied, after=variant)


def _add_layer(variant: int) -> None:
    name = st.session_state[f"v{variant}.new"]
    if name is not None:
        st.session_state[f"v{variant}.layers"].append(name)
        st.session_state[f"v{variant}.weight.{name}"] = 1.0
        st.session_state[f"v{variant}.new"] = None


def _drop_layer(variant: int, name: str) -> None:
    st.session_state[f"v{variant}.layers"].remove(name)
