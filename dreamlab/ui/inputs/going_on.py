"""Variants that go on from a picture of a dream."""

from dataclasses import replace

import streamlit as st

from dreamlab.comparison.comparison import MAX_VARIANTS
from dreamlab.comparison.preflight import Check
from dreamlab.comparison.variant import COMMON, MAX_NAME, Variant
from dreamlab.errors import DreamError
from dreamlab.images import jpeg
from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui import style
from dreamlab.ui.session import state
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.session.starts import Start, place_in_words
from dreamlab.ui.session.state import Draft
from dreamlab.ui.session.visitors import Run

_THUMBNAIL_SIDE = 160
_ON = ", on from "

#: What the button did last: the dream's job, the variant that was added, and what is said of it.
_SAID = "going_on.said"


def button(run: Run, recording: Recording, frame: Frame) -> None:
    """Draw the button that adds a variant which goes on from a frame of a dream."""
    if st.button(
        "Go on from here",
        key=f"on.{run.job}",
        icon=":material/alt_route:",
        type="tertiary",
        on_click=_add,
        args=(run, recording, frame),
        help=f"Adds a variant that goes on from {place_in_words(frame)}; then change what you like "
        "of it.",
    ):
        st.rerun()  # the whole page: the variant is above the dreams
    _say(run)


def _add(run: Run, recording: Recording, frame: Frame) -> None:
    if not state.room():
        said = f"The page holds {MAX_VARIANTS} variants: remove one above, then go on from here."
        st.session_state[_SAID] = run.job, None, said
        return
    config, common, place = run.config, state.common(), place_in_words(frame)
    suffix = _ON + place
    name = run.name.split(_ON)[0]
    own = {field: getattr(config, field) for field in COMMON}
    point = replace(recording.point(frame), exact=None)
    new = state.add(
        Variant(
            name=name[: MAX_NAME - len(suffix)] + suffix,
            model=None if run.model == st.session_state["model"] else run.model,
            layers=config.layers,
            channels=config.channels,
            unguided=config.unguided,
            overrides={field: value for field, value in own.items() if value != common[field]},
        ),
        start=Start(
            run.job,
            f"{run.name}, {place}",
            point,
            recording.original,
            jpeg(frame.pixels, max_side=_THUMBNAIL_SIDE),
        ),
    )
    said = f"Goes on from {place} as a variant above: change what you like, then Dream."
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
        st.image(start.thumbnail, width=72, alt=f"{start.words}: what {draft.name} goes on from")
        with st.container(gap=None):
            style.note(f"Goes on from {start.words}")
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
