"""The browser's way back: it leads from place to place, and not through each change of a setting.

Streamlit adds an entry to the browser's history whenever the address changes. This script, which
the page has before any of Streamlit's, keeps entries for places: what else changes in the address
takes the place of the entry before it.
"""

import hashlib

#: Its name, at the end of an address.
NAME = "history.js"

SCRIPT = b"""(() => {
  const place = (address) => {
    const told = new URL(address, location.href).searchParams;
    return told.get("analysis") || (told.get("part") || "compare").toLowerCase();
  };
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) =>
    place(address ?? "") === place(location.href)
      ? history.replaceState(state, title, address)
      : push(state, title, address);
})();
"""

#: The tag that loads it; another script has another address, so that browsers may keep it.
TAG = f'<script src="./{NAME}?{hashlib.sha256(SCRIPT).hexdigest()[:8]}"></script>'
