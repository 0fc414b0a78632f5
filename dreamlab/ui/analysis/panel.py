"""What all panels share: an analysis is set, sent off, followed, drawn and saved in one way."""

import dataclasses
from collections.abc import Callable
from functools import partial

import streamlit as st

from dreamlab.analysis import Findings, Item, named
from dreamlab.comparison.variant import Variant
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs import Backend, Status
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.ui import style
from dreamlab.ui.analysis import drawing
from dreamlab.ui.analysis.base import Panel
from dreamlab.ui.analysis.plan import controls, picture_for, plan
from dreamlab.ui.dreams import card
from dreamlab.ui.inputs import dream_button
from dreamlab.ui.session import presence, queries, state
from dreamlab.ui.session.visitors import Sent, Visit
from dreamlab.ui.wording import duration


def show(backend: Backend, visit: Visit, picture: Picture | None, name: str, panel: Panel) -> None:
    """Draw an analysis: its settings, its button and what it found, live while it runs."""
    style.note(named(name).summary)
    task, problem = None, ""
    try:
        panel.show()
        controls(name, panel).show()
        task = plan(picture, name, panel)
    except DreamError as error:
        problem = str(error)
    sent = visit.analyses.get(name)
    if sent is not None and queries.status(backend, sent.job).active:
        st.fragment(_live, run_every=1)(backend, visit, name, panel)
        return
    _buttons(backend, visit, name, panel, task, problem)
    if sent is not None:
        _ended(backend, sent, panel, changed=task is not None and not sent.asks(task))


def add_variant(variant: Variant) -> None:
    """Put a variant on the compare page, or say why not; for a button's click."""
    if not state.room():
        state.notify("The page has no room for a further variant: remove one under Compare.")
        return
    number = state.add(variant)
    state.notify(f"{state.draft(number).name} is a variant now, under Compare.")


def _buttons(
    backend: Backend,
    visit: Visit,
    name: str,
    panel: Panel,
    task: AnalysisTask | None,
    problem: str,
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Run",
            type="primary",
            icon=":material/play_arrow:",
            key=f"{name}.run",
            disabled=task is None,
            on_click=_run,
            args=(backend, visit, name, panel),
        )
        sent = visit.analyses.get(name)
        found = None if sent is None or not panel.resumes else queries.findings(backend, sent)
        if sent is not None and found is not None and not found.complete:
            rest = dataclasses.replace(sent.task, picture=found.original)
            st.button(
                "Resume",
                icon=":material/resume:",
                key=f"{name}.resume",
                on_click=_submit,
                args=(backend, visit, rest, found.items, sent.digest),
                help="Goes on with the settings it was begun with; what was found is kept.",
            )
        if task is None:
            style.note(f"Cannot run yet: {problem}.", bad=True)
            return
        seconds = backend.estimate(task)
        style.note("The time is known later." if seconds is None else f"About {duration(seconds)}.")
        dream_button.trouble(backend)


def _run(backend: Backend, visit: Visit, name: str, panel: Panel) -> None:
    """Run what the session holds at the click, which may be newer than the button."""
    try:
        task = plan(picture_for(name), name, panel)
    except DreamError as error:
        state.notify(f"The analysis was not sent off: {error}.")
        return
    _submit(backend, visit, task)


def _submit(
    backend: Backend,
    visit: Visit,
    task: AnalysisTask,
    resume: tuple[Item, ...] = (),
    digest: str | None = None,
) -> None:
    try:
        job = backend.submit(visit.owner, task, resume)
    except DreamError as error:
        state.notify(f"The analysis was not sent off: {error}.")
        return
    before = visit.analyses.get(task.analysis)
    sent = Sent.of(job, task)
    if digest is not None:  # resumed, on the picture as the analysis had scaled it
        sent = dataclasses.replace(sent, digest=digest)
    visit.analyses[task.analysis] = sent
    presence.remember(backend, visit)
    if before is not None:
        try:
            backend.forget(before.job)
        except DreamError:  # it was dropped already
            pass


def _live(backend: Backend, visit: Visit, name: str, panel: Panel) -> None:
    presence.present(backend, visit)
    sent = visit.analyses[name]
    status = queries.status(backend, sent.job)
    if not status.active or state.told():  # a picture was taken as a variant: all is drawn anew
        st.rerun()
    dream_button.trouble(backend)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Stopping…" if status.stopping else "Cancel",
            key=f"{name}.cancel",
            icon=":material/stop_circle:",
            disabled=status.stopping,
            on_click=backend.cancel,
            args=(sent.job,),
        )
        style.note(_progress(status))
    st.progress(min(max(status.fraction, 0.0), 1.0))
    _drawn(sent, queries.findings(backend, sent), panel.variant)


def _ended(backend: Backend, sent: Sent, panel: Panel, *, changed: bool) -> None:
    status, found = queries.status(backend, sent.job), queries.findings(backend, sent)
    if status.state == "failed":
        st.text(f"⚠ {status.error or 'The analysis failed; run it again.'}")
    if found is None or not found.items:
        if status.state == "cancelled":
            style.note("Cancelled before anything was found.")
        return
    parts = [sent.task.model, f"{len(found.items)} found", duration(found.seconds)]
    if not found.complete:
        parts.insert(0, "Ended early")
    style.note(" · ".join(parts))
    if changed:
        style.note("Picture or settings have changed since; run it again to see their effect.")
    _drawn(sent, found, panel.variant)
    panel.below(found)
    drawing.downloads(found, sent.job)


def _drawn(sent: Sent, found: Findings | None, variant: Callable[[Item], Variant] | None) -> None:
    if found is None:
        return
    take = None if variant is None else partial(_take, sent.task.model, variant)
    drawing.pictures(found, sent.job, take)
    drawing.tables(found)


def _take(model: str, variant: Callable[[Item], Variant], item: Item) -> None:
    if model != st.session_state["model"]:
        state.notify(f"These layers are {model}'s: choose that network first.")
        return
    try:
        add_variant(variant(item))
    except DreamError as error:
        state.notify(f"It did not become a variant: {error}.")


def _progress(status: Status) -> str:
    if status.state == "queued":
        return card.waiting(status)
    parts = [status.doing or "Starting", f"{status.fraction:.0%}"]
    if status.seconds_left is not None:
        parts.append(f"{duration(status.seconds_left)} left")
    return " · ".join(parts)
