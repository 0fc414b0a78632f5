"""The networks and settings of the open analysis in the page's address."""

import difflib

import streamlit as st

from dreamlab.analysis import ANALYSES, named
from dreamlab.classes import as_numbers
from dreamlab.config.base import specs
from dreamlab.errors import DreamError
from dreamlab.layers import find_layer, known_layers
from dreamlab.ui.analysis import attribution, choice, place
from dreamlab.ui.analysis.base import Look
from dreamlab.ui.analysis.look import looks_of
from dreamlab.ui.analysis.plan import controls
from dreamlab.ui.inputs import compared
from dreamlab.ui.session import typed, url_state

#: Another word for a setting.
_SHORT = {"channel": "channels"}

#: Names of all parameters that this module reads, or writes.
NAMES = frozenset(
    {*place.NAMES, "model", "beside", "networks", "variant", *_SHORT}
    | {name for analysis in ANALYSES.values() for name in specs(analysis.settings)}
)

#: Names of all parameters that the page reads; others are left as they are.
_KNOWN = [*NAMES, *typed.NAMES, *url_state.NAMES]


def restore() -> None:
    """Choose the networks and settings that the address names; call it in the first run."""
    name = place.analysis()
    _leave_out_misspelt()
    compared.restore()
    if name is None:
        return
    told = {_SHORT.get(key, key): value for key, value in st.query_params.items() if value}
    try:
        _choose_networks(name, told)
    except DreamError as error:
        _leave_out("network", error)
    for look in looks_of(name):
        try:
            _restore(look, told)
        except DreamError as error:
            _leave_out("analysis", error)


def _leave_out_misspelt() -> None:
    for name in sorted({*st.query_params} - {*_KNOWN}):
        if near := difflib.get_close_matches(name, _KNOWN, 1, cutoff=0.8):
            said = f"The address has {name}, which means nothing: did you mean {near[0]}?"
            for asks in (url_state.FOUND, name):
                st.query_params.pop(asks, None)
            url_state.leave_out(said, url_state.DREAMT)


def _choose_networks(name: str, told: dict[str, str]) -> None:
    if not named(name).of_set:
        choice.restore(told.get("model", ""), told.get("beside", ""))
    elif not named(name).beside and "model" in told:
        model = told["model"]
        if model not in compared.chosen():
            raise DreamError(
                f"model is {model:.60}; choose from those compared, {', '.join(compared.chosen())}"
            )
        compared.look_into(name, model)


def _restore(look: Look, told: dict[str, str]) -> None:
    if look.analysis == "attribution" and "variant" in told:
        attribution.restore(look.model, told["variant"])
    shown = controls(look)
    for name in specs(shown.kind):
        if name in told and name not in shown.fixed:
            try:
                shown.start(name, told[name])
                if name == "channels":
                    _check_channels(look.model, shown.read())
            except DreamError as error:
                shown.reset(name)
                _leave_out(f"setting {name}", error)


def _check_channels(model: str, settings: dict) -> None:
    layer = find_layer(model, known_layers(model), settings["layer"])
    as_numbers(model, layer, settings["channels"])


def _leave_out(what: str, error: DreamError) -> None:
    url_state.leave_out(f"The {what} in the address was left out: {error}.", url_state.FOUND)


def address() -> dict[str, str]:
    """Return the parameters of a link to the place, with networks and settings."""
    name, parameters = place.analysis(), place.address()
    if name is None:
        return parameters
    looks = looks_of(name)
    if named(name).of_set:
        parameters |= compared.address()
        if not named(name).beside and looks[0].model != compared.chosen()[0]:
            parameters["model"] = looks[0].model
    else:
        parameters |= choice.address()
    try:
        if name == "attribution":
            parameters |= attribution.address(looks[0].model)
        parameters |= controls(looks[0]).changes()
    except DreamError:  # it is told where the controls are drawn
        pass
    return parameters
