"""The guide: a second picture whose features the dreams climb toward."""

from collections.abc import Iterator
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dreamlab.comparison.variant import SHARED
from dreamlab.config.beside import PICTURE
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.images.samples import sample
from dreamlab.jobs import Backend
from dreamlab.ui import style
from dreamlab.ui.inputs import beside
from dreamlab.ui.inputs.control import control
from dreamlab.ui.session import decoding, keys, queries
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.visitors import Visit

#: The settings that are drawn here.
SETTINGS = ("guide", "guide_strength", "guide_features")

#: Longest side to which a guide is decoded, in pixels: the engine looks at no larger one.
_SIDE = 512

_NAMES = {"none": "None", "cat": "Cat", "galaxies": "Galaxies", PICTURE: "Yours"}

_KEY = keys.common("guide")

#: Which picture it is: a file, or the name of a job.
_SOURCE, _FILE = "guide.source", "file"

_UPLOAD = "guide.upload"


def show(backend: Backend, visit: Visit) -> None:
    """Draw the choice of the guide, folded, with the guide and its settings where there is one."""
    used = set(_used())
    with st.expander("Guide", key="guide"):
        style.note("The dreams climb toward what a second picture has.")
        look: dict[str, Any] = {"format_func": _NAMES.__getitem__, "label_visibility": "collapsed"}
        control("guide", SHARED["guide"], _KEY, **look)
        if PICTURE in used:
            _choose(backend, visit)
        if used <= {"none"}:
            return
        for name in sorted(used - {"none"}):
            _thumbnail(backend, name)
        _persistent("guide_strength", widget=st.slider)
        _persistent("guide_features", widget=st.segmented_control, required=True)


def given(backend: Backend) -> Picture:
    """Return the picture of the visitor's that is the guide.

    Raises
    ------
    DreamError
        If there is none, or it cannot be read.
    """
    source = st.session_state.get(_SOURCE, _FILE)
    if source != _FILE:
        result = queries.recording(backend, source)
        if result is None:
            raise DreamError("the dream that was the guide is gone; choose another guide")
        return result.final.picture
    upload = beside.uploaded(_UPLOAD)
    if upload is None:
        raise DreamError("no guide is uploaded; drop one in under Guide, or choose another guide")
    return _read(upload.file_id, upload)


def _used() -> Iterator[str]:
    """Yield the guides of the page and of its variants."""
    now = st.session_state
    yield now[_KEY]
    for variant in now["variants"]:
        own = VariantKeys(variant)
        if "guide" in now[own.overrides]:
            yield now.get(own.own("guide"), "none")


def _choose(backend: Backend, visit: Visit) -> None:
    """Draw the choice between a file and the dreams of the visit, and the upload of the file."""
    dreams = {
        run.job: f"Dream {batch.number}: {run.name}"
        for batch in reversed(visit.batches)
        for run in batch.runs
        if DreamView(run, queries.status(backend, run.job)).recording is not None
    }
    source = st.session_state.get(_SOURCE, _FILE)
    if dreams or source != _FILE:
        names = {_FILE: "A file", **dreams}
        names.setdefault(source, "A dream that is gone")
        st.selectbox(
            "Which picture",
            list(names),
            format_func=names.__getitem__,
            key=_SOURCE,
            persist_state="session",
        )
    if st.session_state.get(_SOURCE, _FILE) == _FILE:
        beside.uploader("Your guide", _UPLOAD)


def _thumbnail(backend: Backend, name: str) -> None:
    try:
        picture = given(backend) if name == PICTURE else _sample(name)
    except DreamError as error:
        style.note(str(error), bad=True)
        return
    st.image(picture.jpeg, width=160, alt=f"The guide: {picture.name}")


def _persistent(name: str, **more: Any) -> None:
    """Draw a setting that keeps its value where the next run does not draw it."""
    control(name, SHARED[name], keys.common(name), persist_state="session", **more)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _read(file_id: str, _file: UploadedFile) -> Picture:
    """Read and scale an upload; its id is the cache's key, which avoids decoding it again."""
    return Picture(decoding.image(_file, _SIDE).pixels, "the picture you uploaded")


@st.cache_resource(max_entries=2, ttl=1800, show_spinner=False)
def _sample(name: str) -> Picture:
    return Picture.of(sample(name, 160 * 2).image, _NAMES[name].lower())
