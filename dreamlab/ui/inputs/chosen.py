"""Reads the pictures that are chosen: a sample, noise, or one or several of the visitor's own."""

from typing import NamedTuple

import streamlit as st

from dreamlab.config.provenance import Parent, parent_in
from dreamlab.errors import DreamError
from dreamlab.images import Picture, seeded_noise
from dreamlab.images.samples import sample
from dreamlab.ui.session import decoding, keys, own
from dreamlab.ui.session.own import Own

#: What the pictures show, for those who cannot see them.
ALT = {
    "cat": "Chelsea the cat, looking to the left",
    "galaxies": "Hundreds of far galaxies on black, the Hubble eXtreme Deep Field",
    "noise": "Faint coloured noise on grey",
    "upload": "The picture you uploaded",
}


class Shown(NamedTuple):
    """A picture, what is missing or changed in it, and whether a background shows through it."""

    picture: Picture
    notes: tuple[str, ...] = ()
    transparent: bool = False


class Given(NamedTuple):
    """A picture to dream on.

    Parameters
    ----------
    shown : Shown
        The picture, with what is said of it.
    of : str
        Its name, where there are several; else empty.
    parent : Parent or None
        The dream that it is of, where it is of one.
    file_id : str
        Id of the visitor's file; empty for another picture.
    """

    shown: Shown
    of: str = ""
    parent: Parent | None = None
    file_id: str = ""

    @property
    def picture(self) -> Picture:
        """The picture."""
        return self.shown.picture


class Chosen(NamedTuple):
    """The pictures that are chosen and can be read, and what is said of those that cannot.

    Parameters
    ----------
    given : list of Given
        At least one.
    broken : dict of str to str
        A sentence for each file that cannot be read, by its id.
    """

    given: list[Given]
    broken: dict[str, str]


def current() -> Picture:
    """Return the chosen picture, the first of several; raises `DreamError` as `chosen` does."""
    return chosen().given[0].picture


def chosen() -> Chosen:
    """Return the chosen pictures.

    Raises
    ------
    DreamError
        If no picture is uploaded, or none of the uploads can be read.
    """
    now = st.session_state
    source, side = now["source"], now["max_side"]
    if source == "noise":
        noise = _noise(side, now[keys.common("seed")], ALT[source])
        return Chosen([Given(Shown(noise))], {})
    if source != "upload":
        return Chosen([Given(_sample(source, side, ALT[source]))], {})
    mine = own.pictures()
    if not mine:
        raise DreamError("no picture is uploaded; drop one in, or choose a sample")
    read, broken = [], dict[str, str]()
    for each in mine:
        try:
            read.append((each, shown(each)))
        except DreamError as error:
            broken[each.file.file_id] = str(error)
    if not read:
        raise DreamError("; ".join(broken.values()))
    several = len(read) > 1
    given = [
        Given(
            picture,
            each.name if several else "",
            parent_in(each.settings or {}),
            each.file.file_id,
        )
        for each, picture in read
    ]
    return Chosen(given, broken)


def shown(each: Own) -> Shown:
    """Read a picture of the visitor's; raises `DreamError` if it cannot be read."""
    now = st.session_state
    file_id, alt = each.file.file_id, ALT["upload"]
    return _upload(file_id, now["max_side"], now["background"], alt, each)


# Cached as resources, which Streamlit does not copy: a picture is encoded once. An upload is the
# session's, and goes with it.
@st.cache_resource(scope="session", max_entries=own.MOST + 2, show_spinner=False)
def _upload(file_id: str, max_side: int, background: str, alt: str, _own: Own) -> Shown:
    """Read and scale an upload; its id is the cache's key, which avoids decoding it again."""
    read = decoding.image(_own.file, max_side, background)
    return Shown(Picture(read.pixels, alt, full=read.full), read.notes, read.transparent)


@st.cache_resource(max_entries=8, ttl=1800, show_spinner=False)
def _sample(name: str, max_side: int, alt: str) -> Shown:
    loaded = sample(name, max_side)
    return Shown(Picture.of(loaded.image, alt, full=loaded.full), loaded.notes)


@st.cache_resource(max_entries=8, ttl=1800, show_spinner=False)
def _noise(max_side: int, seed: int, alt: str) -> Picture:
    return Picture.of(seeded_noise(max_side * 2 // 3, max_side, seed), alt)
