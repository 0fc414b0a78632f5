"""The keys of *Dream*, where a control would keep them from the page, and where they are not meant.

A choice of several buttons, such as that of the picture, takes Enter with whatever key is held, and
tells nobody. This script, which the page has before any of Streamlit's, tells the page instead.
At another place than *Compare* the keys do nothing: nobody would see what they did.
"""

from dreamlab.ui.scripts import Script

SCRIPT = Script(
    "shortcut.js",
    """(() => {
  const meant = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey);
  const passOn = (event) => {
    if (!meant(event) || !event.isTrusted) return;
    if (!event.target.matches?.("button, [role]:not(input), [data-rac]:not(input)")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { key, code, ctrlKey, metaKey } = event;
    document.body.dispatchEvent(new KeyboardEvent(event.type, {
      key, code, ctrlKey, metaKey, keyCode: 13, which: 13, bubbles: true, cancelable: true,
    }));
  };
  for (const act of ["keydown", "keyup"]) addEventListener(act, passOn, true);
  // A field has had its keys by then, and Streamlit's listener, which is the document's, has not.
  document.documentElement.addEventListener("keydown", (event) => {
    const dream = document.querySelector(".st-key-dream button");
    if (meant(event) && dream && !dream.checkVisibility()) event.stopPropagation();
  });
})();
""",
)
