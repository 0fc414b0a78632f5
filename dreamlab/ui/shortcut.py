"""The keys of *Dream*, where a control would keep them from the page.

A choice of several buttons, such as that of the picture, takes Enter with whatever key is held, and
tells nobody. This script, which the page has before any of Streamlit's, tells the page instead.
"""

from dreamlab.ui.scripts import Script

SCRIPT = Script(
    "shortcut.js",
    """(() => {
  const passOn = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.isTrusted) return;
    if (!event.target.closest?.("button, [role=radio], [role=option], [data-rac]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { key, code, ctrlKey, metaKey } = event;
    document.body.dispatchEvent(new KeyboardEvent(event.type, {
      key, code, ctrlKey, metaKey, keyCode: 13, which: 13, bubbles: true, cancelable: true,
    }));
  };
  for (const act of ["keydown", "keyup"]) addEventListener(act, passOn, true);
})();
""",
)
