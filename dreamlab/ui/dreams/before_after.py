"""The original and the dream in one frame, with a handle that wipes between them."""

import streamlit as st

from dreamlab.images import data_url

_HTML = """
<figure>
  <div class="stage">
    <img class="before" draggable="false"><img class="after" draggable="false">
    <span class="tag left"></span><span class="tag right"></span>
    <div class="line"><i></i></div>
    <input type="range" min="0" max="100" value="50" step="1">
  </div>
</figure>
"""

_CSS = """
figure { margin: 0; }
.stage { position: relative; overflow: hidden; border-radius: 0.4rem; line-height: 0;
  max-width: min(100%, calc(78vh * var(--ratio, 1.5))); margin: 0 auto; }
img { width: 100%; aspect-ratio: var(--ratio, 1.5); user-select: none; }
.after { position: absolute; inset: 0; clip-path: inset(0 0 0 var(--at, 50%)); }
.line { position: absolute; top: 0; bottom: 0; left: var(--at, 50%); width: 2px;
  margin-left: -1px; background: #fff; box-shadow: 0 0 4px #000a; pointer-events: none; }
.line i { position: absolute; top: 50%; left: 50%; width: 2.2rem; height: 2.2rem;
  transform: translate(-50%, -50%); border-radius: 50%; background: #fffd;
  box-shadow: 0 1px 6px #0008; }
.line i::after { content: "\\2039\\00a0\\203a"; position: absolute; inset: 0; display: grid;
  place-items: center; color: #222; font: 600 1.3rem/1 system-ui, sans-serif; }
input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0;
  cursor: ew-resize; }
.stage:focus-within { outline: 3px solid var(--st-primary-color); }
.tag { position: absolute; top: .6rem; padding: .3rem .55rem; border-radius: 1rem;
  background: #000b; color: #fff; font: 500 .78rem/1.1 system-ui, sans-serif; }
.left { left: .6rem; }
.right { right: .6rem; box-sizing: border-box; max-width: calc(100% - 6.6rem); }
"""

_JS = """
export default function ({ parentElement, data }) {
  const find = (name) => parentElement.querySelector(name);
  const stage = find(".stage"), range = find("input");
  const show = (image, source, alt) => {
    if (image.src !== source) image.src = source;
    image.alt = alt;
  };
  show(find(".before"), data.before, data.before_alt);
  show(find(".after"), data.after, data.after_alt);
  find(".left").textContent = data.before_label;
  find(".right").textContent = data.after_label;
  stage.style.setProperty("--ratio", data.ratio);
  range.setAttribute("aria-label", data.label);
  range.oninput = () => stage.style.setProperty("--at", range.value + "%");
  if (!stage.dataset.shown) {  // just opened, maybe from a picture far below
    stage.dataset.shown = "yes";
    range.focus({ preventScroll: true });
    stage.scrollIntoView({ block: "center" });
  }
}
"""

_component = st.components.v2.component("dreamlab_before_after", html=_HTML, css=_CSS, js=_JS)


def show(
    before: bytes, after: bytes, *, ratio: float, name: str, alts: tuple[str, str], key: str
) -> None:
    """Draw one picture over another, with a handle between them; the arrow keys move it too.

    Parameters
    ----------
    before, after : bytes
        The original and what became of it, as JPEG.
    ratio : float
        Width divided by height.
    name : str
        Name of what became of it.
    alts : (str, str)
        Descriptions of both.
    key : str
        Key of the component.
    """
    _component(
        data={
            "before": data_url(before),
            "after": data_url(after),
            "before_label": "Original",
            "after_label": name,
            "before_alt": alts[0],
            "after_alt": alts[1],
            "label": f"Show less or more of {name}, in percent",
            "ratio": ratio,
        },
        key=key,
    )
