"""The editor of a variant: its name, network, layers, channels and own settings."""

import re
from collections.abc import Callable
from functools import partial

import streamlit as st

from dreamlab.comparison.comparison import MAX_LIST
from dreamlab.comparison.mapping import mapped
from dreamlab.comparison.variant import MAX_NAME, SHARED
from dreamlab.layers import is_offered, known_layers
from dreamlab.ui.inputs import networks
from dreamlab.ui.inputs.control import control, label
from dreamlab.ui.session import state
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.session.state import Draft
from dreamlab.ui.wording import layer_facts
from dreamlab.zoo import label as network_label


def show(draft: Draft, index: int, count: int) -> None:
    """Draw the editor of a variant, which is at an index among so many."""
    own, model, now = draft.keys, draft.model, st.session_state
    _send_anew(own)
    st.text_input("Name", max_chars=MAX_NAME, key=own.name)
    now[own.drawn_model] = model
    layers = {layer.name: layer for layer in known_layers(model)}
    st.selectbox(
        "Network",
        ["", *networks.offered(now["model"], model)],
        format_func=partial(_network, now["model"]),
        key=own.model,
        on_change=_change_network,
        args=(own,),
    )
    own_layers = st.session_state[own.layers]
    st.selectbox(
        "Add a layer",
        [name for name in layers if is_offered(model, name) and name not in own_layers],
        index=None,
        format_func=lambda name: f"{_block(name)} · {name} — {layer_facts(layers[name])}",
        placeholder="Choose by block and depth",
        key=own.action("new"),
        on_change=_add_layer,
        args=(own,),
    )
    for name in own_layers:
        _channels(own, name, alone=len(own_layers) == 1)
        if state.guide(own) != "none":
            st.toggle(
                "Guided",
                key=own.guided(name),
                persist_state="session",
                help=f"Whether {name} climbs toward the guide.",
            )
    st.multiselect(
        "Settings of its own",
        list(SHARED),
        format_func=label,
        key=own.overrides,
        help="In these it differs from the settings in the sidebar.",
    )
    for name in st.session_state[own.overrides]:
        control(name, SHARED[name], own.own(name), layers=list(layers))
    _actions(draft, first=index == 0, last=index == count - 1)


def _send_anew(own: VariantKeys) -> None:
    """Have the browser told all values of the editor in this run too.

    It makes the controls when the editor is opened, and would start them at their defaults if they
    were told in an earlier run.
    """
    now = st.session_state
    layers, overrides = now[own.layers], now[own.overrides]
    for key in (
        *(own.name, own.model, own.overrides),
        *map(own.channels, layers),
        *map(own.own, overrides),
        *map(own.guided, layers),
    ):
        if key in now:
            now[key] = now[key]


def _network(page: str, model: str) -> str:
    return networks.described(model) if model else f"As the page: {network_label(page)}"


def _channels(own: VariantKeys, name: str, *, alone: bool) -> None:
    with st.container(key=f"pair-channels-{own.id}-{name}"):
        left, right = st.columns([5, 3], wrap=False, vertical_alignment="bottom")
    left.text_input(
        f"Channels of {name}",
        placeholder="all",
        max_chars=MAX_LIST,
        key=own.channels(name),
        help="Numbers with commas between, from 0; for predictions also names of classes. "
        "Empty means all.",
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


def _block(name: str) -> str:
    """Return the block of a layer: the start of its name, up to the first number."""
    match = re.match(r"(\D*?)_?(\d+)", name)
    return f"{match[1].strip('_').capitalize()} {match[2]}" if match else name.capitalize()


def _change_network(own: VariantKeys) -> None:
    """Take the layers of the chosen network that stand for those of the one before.

    Back at a network that the variant had, it has the layers that it had there.
    """
    now = st.session_state
    before, after = now[own.drawn_model], now[own.model] or now["model"]
    layers = {layer: now[own.weight(layer)] for layer in now[own.layers]}
    channels = state.channels(own)
    had = now.setdefault(own.action("had"), {})
    had[before] = layers, channels, state.unguided(own)
    if after in had:
        state.set_layers(own, *had[after])
        return
    moved = mapped(layers, channels, before, after)
    state.set_layers(own, moved.layers, moved.channels)
    if moved.said:
        state.notify(f"{now[own.name]}: {moved.said}.")


def _duplicate(variant: int) -> None:
    draft = state.draft(variant)
    copy = draft.variant
    if copy is not None:  # it may have become invalid since the button was drawn
        copy = copy.replace(name=f"{copy.name[: MAX_NAME - 5]} copy")
        state.add(copy, after=variant, start=draft.start)


def _add_layer(own: VariantKeys) -> None:
    now = st.session_state
    name = now[own.action("new")]
    if name is not None:
        now[own.layers].append(name)
        now[own.weight(name)] = 1.0
        now[own.guided(name)] = True
        now[own.action("new")] = None


def _drop_layer(own: VariantKeys, name: str) -> None:
    st.session_state[own.layers].remove(name)
