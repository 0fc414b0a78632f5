"""The editor of a variant: its name, network, layers, channels and own settings."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dreamlab.comparison.comparison import MAX_LIST
from dreamlab.comparison.mapping import mapped
from dreamlab.comparison.variant import MAX_NAME, SHARED
from dreamlab.layers import known_layers
from dreamlab.ui import style
from dreamlab.ui.inputs import escape, layer_strip, networks
from dreamlab.ui.inputs.control import control, label
from dreamlab.ui.session import keys, state
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.session.state import Draft
from dreamlab.zoo import label as network_label

#: Fields in a row.
_ACROSS = 3


def edited() -> int | None:
    """Return the number of the variant that is edited; None for none."""
    return st.session_state.get(keys.EDITED)


def open_(variant: int | None) -> None:
    """Edit a variant, in place of any other; None closes the editor."""
    st.session_state[keys.EDITED] = variant


def keep(own: VariantKeys) -> None:
    """Keep the values of a variant whose editor may be closed, and have the browser told them.

    Streamlit forgets the value of a control that is not drawn, and the browser would start a
    control that it makes anew at its default.
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


def show(draft: Draft, index: int, count: int) -> None:
    """Draw the editor of a variant, which is at an index among so many."""
    own, now = draft.keys, st.session_state
    with style.edged(draft.colour, "editor"):
        with st.container(horizontal=True, vertical_alignment="center"):
            style.name(f"Edit {draft.name}", level=2)
            st.space("stretch")
            st.button(
                "Close",
                icon=":material/close:",
                type="tertiary",
                key=own.action("close"),
                on_click=open_,
                args=(None,),
            )
        _identity(own, draft.model)
        _layers(own, draft.model)
        overrides = now[own.overrides]
        layers = [layer.name for layer in known_layers(draft.model)]
        for place, name in zip(style.grid(len(overrides), _ACROSS), overrides, strict=True):
            with place:
                control(name, SHARED[name], own.own(name), layers=layers)
        _actions(draft, first=index == 0, last=index == count - 1)
        escape.show(own.action("escape"), partial(open_, None))


def _identity(own: VariantKeys, model: str) -> None:
    now = st.session_state
    now[own.drawn_model] = model
    name, network, overrides = st.columns(_ACROSS)
    name.text_input("Name", max_chars=MAX_NAME, key=own.name)
    network.selectbox(
        "Network",
        ["", *networks.offered(now["model"], model)],
        format_func=partial(_network, now["model"]),
        key=own.model,
        on_change=_change_network,
        args=(own,),
    )
    overrides.multiselect(
        "Settings of its own",
        list(SHARED),
        format_func=label,
        key=own.overrides,
        help="In these it differs from the settings in the sidebar.",
    )


def _layers(own: VariantKeys, model: str) -> None:
    now = st.session_state
    layers = now[own.layers]
    strip = own.action("strip")
    now[strip] = list(layers)
    layer_strip.show(model, layers, strip, _choose_layers, own)
    for place, name in zip(style.grid(len(layers), _ACROSS), layers, strict=True):
        with place:
            st.text_input(
                f"Channels of {name}",
                placeholder="all",
                max_chars=MAX_LIST,
                key=own.channels(name),
                help="Numbers with commas between, from 0; for predictions also names of classes. "
                "Empty means all.",
            )
            if state.guide(own) != "none":
                st.toggle(
                    "Guided",
                    key=own.guided(name),
                    persist_state="session",
                    help=f"Whether {name} climbs toward the guide.",
                )


def _network(page: str, model: str) -> str:
    return networks.described(model) if model else f"As the page: {network_label(page)}"


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


def _change_network(own: VariantKeys) -> None:
    """Take the layers of the chosen network that stand for those of the one before.

    Back at a network that the variant had, it has the layers that it had there.
    """
    now = st.session_state
    before, after = now[own.drawn_model], now[own.model] or now["model"]
    layers = {layer: now[own.weight(layer)] for layer in now[own.layers]}
    channels = state.channels(own)
    had = now.setdefault(own.action("had"), {})
    unguided = state.unguided(own)
    had[before] = layers, channels, unguided
    if after in had:
        state.set_layers(own, *had[after])
        return
    moved = mapped(layers, channels, before, after, unguided)
    state.set_layers(own, moved.layers, moved.channels, moved.unguided)
    if moved.said:
        state.notify(f"{now[own.name]}: {moved.said}.")


def _duplicate(variant: int) -> None:
    draft = state.draft(variant)
    copy = draft.variant
    if copy is not None:  # it may have become invalid since the button was drawn
        copy = copy.replace(name=f"{copy.name[: MAX_NAME - 5]} copy")
        state.add(copy, after=variant, start=draft.start)


def _choose_layers(own: VariantKeys) -> None:
    """Take over what is marked in the strip; new layers come last, with a weight of 1."""
    now = st.session_state
    marked, before = now[own.action("strip")], now[own.layers]
    if not marked:
        state.notify(f"{now[own.name]} keeps its layer: a variant has at least 1.")
        return
    for name in marked:
        if name not in before:
            now[own.weight(name)] = 1.0
            now[own.guided(name)] = True
    now[own.layers] = [name for name in before if name in marked] + [
        name for name in marked if name not in before
    ]
