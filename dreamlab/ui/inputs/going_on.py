"""Variants that go on from a picture of a dream."""

from dataclasses import replace

import streamlit as st

from dreamlab.comparison.comparison import MAX_VARIANTS
from dreamlab.comparison.preflight import Check
from dreamlab.comparison.variant import COMMON, MAX_NAME, Variant
from dreamlab.errors import DreamError
from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui import style
from dreamlab.ui.session import state
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.session.start_place import StartPlace
from dreamlab.ui.session.starts import Start
from dreamlab.ui.session.state import Draft
from dreamlab.ui.session.visitors import Run

_ON = ", on from "

#: What the button did last: the dream's job, the variant that was added, and what is said of it.
_SAID = "going_on.said"


def button(run: Run, recording: Recording, frame: Frame) -> None:
    """Draw the button that adds a variant which goes on from a frame of a dream."""
    place = StartPlace.of(run.job, run.name, frame)
    if st.button(
        "Go on from here",
        key=f"on.{run.job}",
        icon=":material/alt_route:",
        type="tertiary",
        on_click=_add,
        args=(run, recording, frame, place),
        help=f"Adds a variant that goes on from {place.in_dream}; then change what you like of it.",
    ):
        st.rerun()  # the whole page: the variant is above the dreams
    _say(run)


def _add(run: Run, recording: Recording, frame: Frame, place: StartPlace) -> None:
    if not state.room():
        said = f"The page holds {MAX_VARIANTS} variants: remove one above, then go on from here."
        st.session_state[_SAID] = run.job, None, said
        return
    config, common = run.config, state.common()
    suffix = _ON + place.in_dream
    name = run.name.split(_ON)[0]
    own = {field: getattr(config, field) for field in COMMON}
    new = state.add(
        Variant(
            name=name[: MAX_NAME - len(suffix)] + suffix,
            model=None if run.model == st.session_state["model"] else run.model,
            layers=config.layers,
            channels=config.channels,
            unguided=config.unguided,
            overrides={field: value for field, value in own.items() if value != common[field]},
        ),
        start=Start.of(place, recording, frame),
    )
    said = f"Goes on from {place.in_dream} as a variant above: change what you like, then Dream."
    st.session_state[_SAID] = run.job, new, said


def _say(run: Run) -> None:
    """Say on a dream's card what its button did, as long as that is so."""
    job, new, said = st.session_state.get(_SAID, ("", None, ""))
    stands = not state.room() if new is None else VariantKeys(new).start in st.session_state
    if job == run.job and stands:
        style.note(said)


def show(draft: Draft, task: DreamTask | None) -> None:
    """Draw what a variant goes on from, with a way to drop it; nothing for any other variant."""
    start = draft.start
    if start is None:
        return
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"start-{draft.id}"
    ):
        alt = f"{start.place.words}: what {draft.name} goes on from"
        st.image(start.thumbnail, width=72, alt=alt)
        with st.container(gap=None):
            style.note(f"Goes on from {start.place.words}")
            st.button(
                "Begin anew",
                icon=":material/close:",
                key=draft.keys.action("drop_start"),
                type="tertiary",
                on_click=_drop,
                args=(draft,),
                help="Drop this picture, and begin with that of the page.",
            )
    if task is None or task.start is None or task.plan.image is not task.picture:
        return
    if task.start.ends_octave and task.start.exact is None:
        style.note("Its exact values are no longer kept: it begins from the picture as shown.")


def _drop(draft: Draft) -> None:
    del st.session_state[draft.keys.start]


def checked(check: Check, task: DreamTask) -> Check:
    """Return the check of a dream with those octaves alone that it goes on with."""
    try:
        behind = len(check.shapes) - len(task.plan.shapes)
    except DreamError as error:  # it would be of the picture itself, which does not do
        return Check(problem=str(error))
    if behind < 1:
        return check
    maps = {name: sizes[behind:] for name, sizes in check.maps.items()}
    return replace(check, shapes=check.shapes[behind:], maps=maps)
