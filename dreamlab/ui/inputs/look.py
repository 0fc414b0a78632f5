"""The look of the dreams, in the sidebar: the mask, and how steps are shaped."""

from collections.abc import Iterator

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dreamlab.comparison.variant import SHARED
from dreamlab.config import DreamConfig
from dreamlab.config.base import specs
from dreamlab.config.beside import PICTURE
from dreamlab.config.look import LookSettings
from dreamlab.errors import DreamError
from dreamlab.images import Picture, jpeg
from dreamlab.images.masks import mask_at, picture_mask
from dreamlab.layers import is_offered, known_layers
from dreamlab.ui import style
from dreamlab.ui.inputs import beside
from dreamlab.ui.inputs.control import control
from dreamlab.ui.session import decoding, keys
from dreamlab.ui.session.keys import VariantKeys

#: Settings that this draws.
NAMES = tuple(specs(LookSettings))

_UPLOAD = "mask_upload"

#: How bright the preview is where nothing changes.
_DIM = 0.3


def show(original: Picture | None) -> None:
    """Draw the controls, folded, with the picture where there is a mask."""
    now, layers = st.session_state, _layers()
    with st.expander("Look"):
        control("mask", SHARED["mask"], keys.common("mask"), layers=layers)
        masks = [mask for mask in _masks() if mask]
        if PICTURE in masks:
            _upload()
        if now[keys.common("mask")].startswith("energy:"):
            style.note("Where the layer answers to the picture is found as the dream begins.")
        for name in ("mask_edge", "mask_outside"):
            if masks:
                control(name, SHARED[name], keys.common(name))
            else:  # it would have no effect
                now[keys.common(name)] = SHARED[name].default
        if original is not None and (shown := preview(original)) is not original.jpeg:
            st.image(shown, width="stretch", alt="Where the picture changes; the rest is dim")
        for pair in (("smooth", "pyramid"), ("rotation", "rescale")):
            with st.container(key=f"pair-{pair[0]}"):
                columns = st.columns(2, wrap=False, vertical_alignment="bottom")
            for column, name in zip(columns, pair, strict=True):
                with column:
                    control(name, SHARED[name], keys.common(name))
        for name in ("keep_colours", "flip"):
            control(name, SHARED[name], keys.common(name))


def mask() -> Picture | None:
    """Return the picture that is the mask; None if none is there.

    Raises
    ------
    DreamError
        If the file cannot be read.
    """
    upload = beside.uploaded(_UPLOAD)
    if upload is None:
        return None
    return _read(upload.file_id, st.session_state["max_side"], upload)


def preview(picture: Picture) -> bytes:
    """Return a picture as JPEG, dimmed where the mask of all variants leaves it as it is."""
    now = st.session_state
    given = None
    if now[keys.common("mask")] == PICTURE:
        try:
            given = mask()
        except DreamError:  # it is told where the file is dropped
            given = None
    area = now[keys.common("mask")]
    if not area or area.startswith("energy:") or area == PICTURE and given is None:
        return picture.jpeg
    look = {name: now[keys.common(name)] for name in ("mask", "mask_outside", "mask_edge")}
    try:
        config = DreamConfig(layers={"any": 1.0}, **look)
        small = None if given is None else picture_mask(given.pixels)
        changes = mask_at(config, picture.shape, small)[..., None]
    except DreamError:  # it is told where the variants are
        return picture.jpeg
    dimmed = picture.pixels * (_DIM + (1 - _DIM) * changes)
    return jpeg(np.rint(dimmed).astype(np.uint8))


def _masks() -> Iterator[str]:
    """Yield the mask of all variants, and those of single ones."""
    now = st.session_state
    yield now[keys.common("mask")]
    for own in map(VariantKeys, now["variants"]):
        if "mask" in now[own.overrides]:
            yield now.get(own.own("mask"), "")


def _upload() -> None:
    beside.uploader("Your mask", _UPLOAD, "White changes, black stays, grey changes in part.")
    try:
        mask()
    except DreamError as error:
        style.error(str(error))


def _layers() -> list[str]:
    model = st.session_state["model"]
    return [layer.name for layer in known_layers(model) if is_offered(model, layer.name)]


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _read(file_id: str, max_side: int, _file: UploadedFile) -> Picture:
    return Picture(decoding.image(_file, max_side).pixels, "The mask")
