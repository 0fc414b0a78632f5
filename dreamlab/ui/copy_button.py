"""A button that copies a text, where the browser lets it."""

import streamlit as st

_HTML = '<button type="button" hidden>Copy link</button><span role="status"></span>'

_CSS = """
button { font: inherit; font-size: .9rem; padding: .35rem .9rem; cursor: pointer;
  color: #fff; background: #0B63A5; border: 1px solid #0B63A5;
  border-radius: var(--st-button-radius, .5rem); }
button:hover { background: #084F85; border-color: #084F85; }
button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
span { margin-left: .6rem; font-size: .85rem; color: var(--st-text-color); }
"""

# The clipboard is there for pages of https and of this machine alone, and a frame may lack it.
_JS = """
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  const status = parentElement.querySelector("span");
  button.hidden = !navigator.clipboard;
  if (status.dataset.of !== data.text) status.textContent = "";
  status.dataset.of = data.text;
  button.onclick = async () => {
    status.textContent = "";
    try {
      await navigator.clipboard.writeText(data.text);
      status.textContent = "Copied";
    } catch {
      status.textContent = "The browser does not let it: mark the link and copy it.";
    }
  };
}
"""

_component = st.components.v2.component("dreamlab_copy_button", html=_HTML, css=_CSS, js=_JS)


def show(text: str) -> None:
    """Draw a button that copies a link; where there is no clipboard nothing is drawn."""
    _component(data={"text": text}, key="copy")
