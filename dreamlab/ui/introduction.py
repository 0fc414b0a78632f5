"""Introduction for a first visit: how it works, the notebook's findings and a finished example."""

import streamlit as st

from dreamlab.comparison import shipped_example
from dreamlab.results.contact_sheet import across
from dreamlab.ui import style
from dreamlab.ui.dreams import tables
from dreamlab.ui.dreams.curves import Curve

_STEPS = (
    (
        "Layers see",
        "A network looks at a picture layer by layer: the first layers answer to edges and "
        "colours, the deep ones to eyes, faces and whole things.",
    ),
    (
        "The loss is what a layer says",
        "The loss is the layer's mean squared answer, or the score of a class. A dream changes the "
        "picture, step by step, so that the loss rises: it paints what the layer looks for.",
    ),
    (
        "Octaves grow it",
        "The dream begins on a small copy, where a layer sees much of the scene, and goes on at "
        "larger sizes, each time with the lost detail put back.",
    ),
)

#: The notebook's findings: variant, excited layer and sentence.
FINDINGS = (
    (
        "Layer 1",
        "block2_conv2",
        "Exaggerates edges and shapes, with much background noise: early, and still noisy.",
    ),
    (
        "Layer 2",
        "block3_conv3",
        "Shows what layer 1 attempted more clearly: shapes and edges, with less noise.",
    ),
    (
        "Layer 3",
        "block4_conv3",
        "Ears, neck and face pop out, and another face emerges near the leg: it seems to look "
        "for faces.",
    ),
    (
        "Layer 4",
        "block5_conv2",
        "The cat's own face becomes the focal point, with fewer phantom faces: it seems to look "
        "for well-defined ones.",
    ),
    (
        "Mixed",
        "all four, over 5 octaves",
        "First the outline, then octave by octave the face, until faces are added below the cat's.",
    ),
    (
        "Noise",
        "Gaussian, salt and pepper",
        "The network makes features of the noise: faces near tail, neck and legs, eyes in the "
        "background.",
    ),
)


def show(*, findings: bool) -> None:
    """Draw how it works and, if asked, the notebook's findings.

    Parameters
    ----------
    findings : bool
        Whether to draw the findings; the example already has them as captions.
    """
    for column, (title, text) in zip(st.columns(3, gap="medium"), _STEPS, strict=True):
        with column:
            style.name(title)
            style.text(text)
    if not findings:
        return
    st.space("small")
    style.name("What the notebook found", "on a photograph of a cat, with VGG16")
    for start in range(0, len(FINDINGS), 3):
        for column, (name, layer, text) in zip(
            st.columns(3, gap="medium"), FINDINGS[start : start + 3], strict=True
        ):
            with column:
                style.layer(name, layer)
                style.text(text)


def example() -> None:
    """Draw the finished example, if the package has one."""
    content = shipped_example.load()
    if content is None:
        return
    st.header("A finished example", anchor=False)
    style.note(
        "Press Dream to make your own; it takes this one's place. "
        "The words are the notebook's, on a cat of its own."
    )
    findings = {layer: text for _, layer, text in FINDINGS}
    cells = len(content.dreams) + 1
    places = style.grid(cells, across(cells))
    with next(places), style.edged(None, "example-original"):
        st.image(content.original, width="stretch", alt="Chelsea the cat")
        style.name("Original")
        style.note("Chelsea the cat, as photographed.")
    for index, (place, dream) in enumerate(zip(places, content.dreams, strict=True)):
        layers = list(dream.layers)
        alone = len(layers) == 1
        with place, style.edged(index, f"example-{index}"):
            alt = f"The cat with {', '.join(layers)} excited"
            st.image(dream.picture, width="stretch", alt=alt)
            style.name(dream.name, layers[0] if alone else f"{len(layers)} layers")
            style.note(findings.get(layers[0], "") if alone else FINDINGS[4][2])
    tables.losses(
        [Curve(dream.name, index, dream.losses) for index, dream in enumerate(content.dreams)],
        key="example",
    )
