"""The Escape key, which closes what is open."""

from collections.abc import Callable

import streamlit as st

# A list of choices that is open takes the key for itself. What is half typed counts: a field sends
# it when it is left.
_JS = """
export default function ({ setTriggerValue }) {
  const hear = (event) => {
    if (event.key !== "Escape" || document.querySelector('[role="listbox"], [role="dialog"]'))
      return;
    document.activeElement?.blur();
    setTriggerValue("pressed", true);
  };
  addEventListener("keydown", hear, true);
  return () => removeEventListener("keydown", hear, true);
}
"""

_component = st.components.v2.component("dreamlab_escape", html="<i></i>", js=_JS)


def show(key: str, pressed: Callable[[], None]) -> None:
    """Listen to the key for as long as this is drawn; it takes no room.

    Parameters
    ----------
    key : str
        Key of the component.
    pressed : callable
        What the key calls.
    """
    with st.container(key="unseen"):
        _component(key=key, on_pressed_change=pressed)
