"""Controls for the fields of an analysis's settings; the fields give range, choices and help."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dreamlab.analysis import Settings
from dreamlab.config.base import specs
from dreamlab.errors import DreamError
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

    def essential(self, names: Collection[str]) -> list[DreamError]:
        """Draw the controls of the settings that matter most; return what is wrong with some."""
        drawn = self._with_effect()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            return self._draw(name for name in names if name in drawn)

    def others(self, essentials: Collection[str]) -> list[DreamError]:
        """Draw the other controls, folded; return what is wrong with some."""
        others = [name for name in self._with_effect() if name not in essentials]
        if not others:
            return []
        folded = st.expander("More settings", icon=":material/tune:", key=f"{self.prefix}.more")
        with folded, st.container(horizontal=True, vertical_alignment="bottom"):
            return self._draw(others)

    def read(self) -> dict[str, Any]:
        """Return all settings, by the values in the session.

        Raises
        ------
        DreamError
            If the typed text is no list of numbers.
        """
        return dict(self.fixed) | {name: self._read(name) for name in self._with_effect()}

    def start(self, name: str, text: str) -> None:
        """Set a setting to what somebody typed into an address, before its control is drawn.

        Raises
        ------
        DreamError
            If it is no value of the setting.
        """
        spec = specs(self.kind)[name]
        st.session_state[self._key(name)] = control.typed(name, spec, text, layers=self.layers)

    def reset(self, name: str) -> None:
        """Let a setting start at its default."""
        st.session_state.pop(self._key(name), None)

    def changes(self) -> dict[str, str]:
        """Return the settings that are not as they start, as text."""
        changed = {}
        for name in self._with_effect():
            with suppress(DreamError):  # it is told where the control is drawn
                value = self._read(name)
                start = control.start_of(specs(self.kind)[name], self.layers)
                if control.text_of(value) != control.text_of(start):
                    changed[name] = control.text_of(value)
        return changed

    def _draw(self, names: Iterable[str]) -> list[DreamError]:
        """Draw controls, all in spite of what is wrong with some, and return what that is."""
        problems = []
        for name in names:
            try:
                control.control(
                    name, specs(self.kind)[name], self._key(name), layers=self.layers, starts=True
                )
            except DreamError as error:
                problems.append(error)
        return problems

    def _with_effect(self) -> list[str]:
        """Return the names of the settings that have an effect, those of all analyses last."""
        own, values = specs(self.kind), dict[str, Any]()
        for name in sorted(own, key=specs(Settings).__contains__):
            if name not in self.fixed and self.has_effect(name, values):
                values[name] = own[name].default
                with suppress(DreamError):  # it is told where the control is drawn
                    values[name] = self._read(name)
        return list(values)

    def _read(self, name: str) -> Any:
        return control.read(name, specs(self.kind)[name], self._key(name), layers=self.layers)

    def _key(self, name: str) -> str:
        return f"{self.prefix}.{name}"
