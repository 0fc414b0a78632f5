"""The original picture: a sample, noise or an upload."""

from typing import NamedTuple

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import COMMON, OF_LAYERS, Variant
from dreamlab.config import DreamConfig
from dreamlab.config.base import specs
from dreamlab.errors import DreamError
from dreamlab.images import Picture, seeded_noise
from dreamlab.images.decoder import Overrun
from dreamlab.images.kinds import SPOKEN
from dreamlab.images.samples import sample
from dreamlab.ui import style
from dreamlab.ui.inputs import look
from dreamlab.ui.inputs.control import control
from dreamlab.ui.session import decoding, keys, state

_SPECS = specs(Comparison)
#: The samples, and what a visitor brings.
NAMES = {"cat": "Cat", "galaxies": "Galaxies", "noise": "Noise", "upload": "Yours"}
_ALT = {
    "cat": "Chelsea the cat, looking to the left",
    "galaxies": "Hundreds of far galaxies on black, the Hubble eXtreme Deep Field",
    "noise": "Faint coloured noise on grey",
    "upload": "The picture you uploaded",
}

#: Most bytes for decoding an upload: enough for 50 megapixels of most PNGs and phones' JPEGs, or 12
#: of a WebP. All visitors share the memory of the page's process.
MEMORY = 200e6

#: The upload that took too long to read, and what was said of it.
_REFUSED = "upload.refused"

#: Largest picture that the browser sends, in MB.
MOST_MB = 10


class Shown(NamedTuple):
    """A picture, what is missing or changed in it, and whether a background shows through it."""

    picture: Picture
    notes: tuple[str, ...] = ()
    transparent: bool = False


def show() -> Picture | None:
    """Draw the choice of picture and return the picture; None if it cannot be read."""
    slot = st.container()
    control(
        "source",
        _SPECS["source"],
        "source",
        widget=st.segmented_control,
        format_func=NAMES.__getitem__,
        help=None,
        required=True,
        width="stretch",
    )
    st.file_uploader(
        "Your picture",
        # Any file: Streamlit's refusal of a name tells less than the sentence about its content.
        type=None,
        max_upload_size=MOST_MB,
        key="upload",
        on_change=_uploaded,
        help="A file made by dreamlab restores its settings.",
    )
    style.note(f"{SPOKEN}.")
    control("max_side", _SPECS["max_side"], "max_side", widget=st.slider)
    try:
        picture, notes, transparent = _current()
    except DreamError as error:
        with slot:
            style.error(str(error))
        return None
    with slot:
        with st.container(key="preview"):
            st.image(look.preview(picture), width="stretch", alt=picture.name)
        style.note(f"{picture.shape.width} × {picture.shape.height} px")
        for text in notes:
            style.note(text)
        if transparent:
            control(
                "background",
                _SPECS["background"],
                "background",
                widget=st.segmented_control,
                help=None,
                required=True,
                width="stretch",
                persist_state="session",
            )
    return picture


def current() -> Picture:
    """Return the chosen picture.

    Raises
    ------
    DreamError
        If no picture is uploaded, or the upload cannot be read.
    """
    return _current().picture


def _current() -> Shown:
    now = st.session_state
    source, side, background = now["source"], now["max_side"], now["background"]
    if source == "noise":
        return Shown(_noise(side, st.session_state[keys.common("seed")], _ALT[source]))
    if source == "upload":
        upload = _taken()
        if upload is None:
            raise DreamError("no picture is uploaded; drop one in, or choose a sample")
        refused, why = now.get(_REFUSED, ("", ""))
        if refused == upload.file_id:
            raise DreamError(why)
        try:
            return _upload(upload.file_id, side, background, _ALT[source], upload)
        except Overrun as error:
            _refuse(upload, error)
            raise
    return _sample(source, side, _ALT[source])


def _taken() -> UploadedFile | None:
    """Return the upload; None if there is none, or it went with a session that was away too long.

    A browser that comes back to another session still names it, and Streamlit then gives what
    stands for a file that is gone.
    """
    upload = st.session_state.get("upload")
    return upload if isinstance(upload, UploadedFile) else None


def _refuse(upload: UploadedFile, error: Overrun) -> None:
    """Keep what was said of an upload that takes too long, so that no run tries it again."""
    st.session_state[_REFUSED] = upload.file_id, str(error)


# Cached as resources, which Streamlit does not copy: a picture is encoded once. An upload is the
# session's, and goes with it.
@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _upload(file_id: str, max_side: int, background: str, alt: str, _file: UploadedFile) -> Shown:
    """Read and scale an upload; its id is the cache's key, which avoids decoding it again."""
    read = decoding.image(
        _file.getvalue(),
        _file.name,
        max_side=max_side,
        max_memory=MEMORY,
        background=background,
    )
    return Shown(Picture(read.pixels, alt, full=read.full), read.notes, read.transparent)


@st.cache_resource(max_entries=8, ttl=1800, show_spinner=False)
def _sample(name: str, max_side: int, alt: str) -> Shown:
    loaded = sample(name, max_side)
    return Shown(Picture.of(loaded.image, alt, full=loaded.full), loaded.notes)


@st.cache_resource(max_entries=8, ttl=1800, show_spinner=False)
def _noise(max_side: int, seed: int, alt: str) -> Picture:
    return Picture.of(seeded_noise(max_side * 2 // 3, max_side, seed), alt)


def _uploaded() -> None:
    upload = _taken()
    if upload is None:
        if st.session_state["source"] == "upload":
            st.session_state["source"] = "cat"
        return
    try:
        settings = decoding.settings(upload.getvalue(), upload.name)
    except DreamError as error:  # an ordinary picture
        if isinstance(error, Overrun):
            _refuse(upload, error)
        st.session_state["source"] = "upload"
        return
    try:
        comparison, said = _restored(settings).without_pictures()
        state.load(comparison)
    except DreamError as error:
        state.notify(f"The file's settings were not taken over: {error}.")
        st.session_state["source"] = "upload"
        return
    for sentence in said:
        state.notify(sentence)
    state.notify("The file's settings are restored; the picture to dream on is as it was.")


def _restored(settings: dict) -> Comparison:
    config = DreamConfig.from_dict(settings.get("config", settings))
    return Comparison(
        variants=(Variant(name="Restored", **{name: getattr(config, name) for name in OF_LAYERS}),),
        common={name: getattr(config, name) for name in COMMON},
        **state.page() | {"model": settings.get("model", "vgg16")},
    )
