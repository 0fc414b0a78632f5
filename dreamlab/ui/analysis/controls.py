"""Controls for the fields of an analysis's settings; the fields give range, choices and help."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dreamlab.analysis import Settings
from dreamlab.config.base import specs
from dreamlab.config.specs import Spec
from dreamlab.ui.inputs import control


@dataclass(frozen=True)
class Controls:
    """The controls of an analysis's settings: one for each setting that has an effect.

    Parameters
    ----------
    kind : type
        The analysis's settings.
    prefix : str
        Start of the widgets' keys, different for each network.
    layers : collection of str
        Layers to choose from.
    fixed : dict
        Settings from elsewhere, which have no control here.
    has_effect : callable
        ``has_effect(name, values)`` tells whether a setting has an effect, from the values of the
        settings before it.
    """

    kind: type[Settings]
    prefix: str
    layers: Collection[str]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    has_effect: Callable[[str, Mapping[str, Any]], bool] = lambda name, values: True

    def show(self) -> None:
        """Draw the controls; raises `DreamError` if the typed text is no list of numbers."""
        with st.container(horizontal=True, vertical_alignment="bottom"):
            self._values(
                lambda name, spec, key: control.control(
                    name, spec, key, layers=self.layers, starts=True
                )
            )

    def read(self) -> dict[str, Any]:
        """Return all settings, by the values in the session; raises the same as `show`."""
        return dict(self.fixed) | self._values(
            lambda name, spec, key: control.read(name, spec, key, layers=self.layers)
        )

    def _values(self, value: Callable[[str, Spec, str], Any]) -> dict[str, Any]:
        shared, own, values = specs(Settings), specs(self.kind), dict[str, Any]()
        for name in sorted(own, key=shared.__contains__):
            if name not in self.fixed and self.has_effect(name, values):
                values[name] = value(name, own[name], f"{self.prefix}.{name}")
        return values
