"""All analyses as a wall of cards: the question, a finished example, and what it costs."""

import streamlit as st

from dreamlab.analysis import ANALYSES, Analysis
from dreamlab.analysis.shipped import cover
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.ui import style
from dreamlab.ui.analysis import choice, place
from dreamlab.ui.analysis.look import Look, look_of
from dreamlab.ui.analysis.plan import plan
from dreamlab.ui.session.visitors import Visit
from dreamlab.ui.wording import duration

#: Cards in a row, and the width of a card below which there are fewer, in pixels.
_ACROSS, _LEAST = 3, 300


def show(backend: Backend, visit: Visit, picture: Picture | None) -> None:
    """Draw a card for each analysis, for the page's network and picture."""
    model, unknown = choice.chosen()[0], None
    wall = st.grid(_ACROSS, min_column_width=_LEAST, gap="small", key="wall")
    for analysis in ANALYSES.values():
        with wall.container(border=True, height="stretch", key=f"card-{analysis.name}"):
            _card(analysis)
            look = look_of(analysis.name, model)
            if not _cost(backend, picture, look):
                unknown = look
            if any(name == analysis.name for name, _ in visit.analyses):
                style.note("Yours is inside.")
    if unknown is not None:
        st.fragment(_wait, run_every=2)(backend, picture, unknown)


def _card(analysis: Analysis) -> None:
    with st.container(key=f"shown-card-{analysis.name}"):
        if (face := cover(analysis.name)) is not None:
            st.image(face, width="stretch", alt=f"{analysis.title} of the sample cat")
        st.button(
            analysis.title,
            key=f"large-card-{analysis.name}",
            icon=":material/arrow_forward:",
            type="tertiary",
            width="stretch",
            on_click=place.open_,
            args=(analysis.name,),
        )
    style.name(analysis.question, level=2)


def _cost(backend: Backend, picture: Picture | None, look: Look) -> bool:
    """Say what an analysis costs on this machine; return False if that is not known yet."""
    try:
        seconds = backend.estimate(plan(picture, look))
    except DreamError as error:
        style.note(f"Waits: {error}.")
        return True
    if seconds is None:
        style.note("The time is known when the network is loaded.")
        return False
    style.note(f"About {duration(seconds)} here.")
    return True


def _wait(backend: Backend, picture: Picture | None, look: Look) -> None:
    """Draw the page again as soon as the machine's speed is known."""
    try:
        if backend.estimate(plan(picture, look)) is not None:
            st.rerun()
    except DreamError:
        st.rerun()
