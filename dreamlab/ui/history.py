"""The browser's way back: it leads from place to place, and not through each change of a setting.

Streamlit adds an entry to the browser's history whenever the address changes. This script, which
the page has before any of Streamlit's, keeps entries for places where the visitor went: what else
changes in the address, or is put right in it as it is opened, takes the place of the entry before.
It also gives each step back or forth a number in the address that the server is told: an address
alone may be an old one that the answer to an act has not reached yet.
"""

from dreamlab.ui.scripts import Script
from dreamlab.ui.session.url_state import STEP

SCRIPT = Script(
    "history.js",
    """(() => {
  const place = (address) => {
    const told = new URL(address, location.href).searchParams;
    return told.get("analysis") || (told.get("part") || "compare").toLowerCase();
  };
  let went = false;
  for (const act of ["pointerdown", "click", "keydown"])
    addEventListener(act, () => { went = true; }, true);
  const push = history.pushState.bind(history);
  addEventListener("popstate", () => {
    went = false;
    const address = new URL(location.href);
    address.searchParams.set("STEP", Date.now());
    history.replaceState(history.state, "", address);
  }, true);
  history.pushState = (state, title, address) =>
    went && place(address ?? "") !== place(location.href)
      ? push(state, title, address)
      : history.replaceState(state, title, address);
})();
""".replace("STEP", STEP),
)
