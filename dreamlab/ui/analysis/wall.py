"""All analyses as a wall of cards: the question, a finished example, and what it costs."""

import streamlit as st

from dreamlab.analysis import Analysis
from dreamlab.analysis.catalogue import OF_LAYERS
from dreamlab.analysis.shipped import cover, subject
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.tasks.wording import duration
from dreamlab.ui import style
from dreamlab.ui.analysis import choice, place
from dreamlab.ui.analysis.base import Look
from dreamlab.ui.analysis.look import look_of
from dreamlab.ui.analysis.plan import plan
from dreamlab.ui.session import queries
from dreamlab.ui.session.visitors import AnalysisRun, Visit

#: Cards in a row, and the width of a card below which there are fewer, in pixels.
_ACROSS, _LEAST = 3, 300

#: What is soon another note.
_UNKNOWN, _RUNNING = "The time is known when the network is loaded.", "Yours is running."
_PASSING = {_UNKNOWN, _RUNNING}


def show(backend: Backend, visit: Visit, picture: Picture | None) -> None:
    """Draw a card for each analysis, for the page's network and picture."""
    wall = st.grid(_ACROSS, min_column_width=_LEAST, gap="small", key="wall")
    notes = _notes(backend, visit, picture)
    for name, analysis in OF_LAYERS.items():
        with wall.container(border=True, height="stretch", key=f"card-{name}"):
            _card(analysis)
            for note in notes[name]:
                style.note(note)
    if any(note in _PASSING for said in notes.values() for note in said):
        st.fragment(_wait, run_every=2)(backend, visit, picture, notes)


def _card(analysis: Analysis) -> None:
    with st.container(key=f"shown-card-{analysis.name}"):
        if (face := cover(analysis.name)) is not None:
            st.image(face, width="stretch", alt=f"{analysis.title} of {subject(analysis.name)}")
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


def _notes(backend: Backend, visit: Visit, picture: Picture | None) -> dict[str, list[str]]:
    """Return what each analysis costs, and whether the visitor has one of the chosen networks."""
    models = choice.chosen()
    return {
        name: [
            _cost(backend, picture, look_of(name, models[0])),
            *_own(backend, [visit.analyses.get((name, model)) for model in models]),
        ]
        for name in OF_LAYERS
    }


def _cost(backend: Backend, picture: Picture | None, look: Look) -> str:
    try:
        seconds = backend.estimate(plan(picture, look))
    except DreamError as error:
        return f"Cannot run yet: {error}."
    return _UNKNOWN if seconds is None else f"About {duration(seconds)} here."


def _own(backend: Backend, runs: list[AnalysisRun | None]) -> list[str]:
    found = [queries.status(backend, run.job) for run in runs if run is not None]
    if any(status.active for status in found):
        return [_RUNNING]
    return ["Yours is inside."] if any(status.result for status in found) else []


def _wait(
    backend: Backend, visit: Visit, picture: Picture | None, notes: dict[str, list[str]]
) -> None:
    """Draw the page again as soon as there is something else to say."""
    if _notes(backend, visit, picture) != notes:
        st.rerun()
