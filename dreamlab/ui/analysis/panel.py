"""The shared panel, which sets, runs, follows, draws and saves any analysis."""

import dataclasses
from functools import partial

import streamlit as st

from dreamlab.analysis import Findings, Item, named
from dreamlab.analysis.further_networks import further_networks
from dreamlab.analysis.shipped import example, subject
from dreamlab.analysis.silent import silent
from dreamlab.errors import DreamError, listed
from dreamlab.images import Picture
from dreamlab.jobs import Backend, Status
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.tasks.wording import duration
from dreamlab.ui import style
from dreamlab.ui.analysis import choice, drawing, gallery, place, variants
from dreamlab.ui.analysis.base import Look
from dreamlab.ui.analysis.plan import controls, picture_for, plan, rest_of
from dreamlab.ui.dreams import card
from dreamlab.ui.inputs import dream_button
from dreamlab.ui.session import presence, queries, state
from dreamlab.ui.session.visitors import AnalysisRun, Visit
from dreamlab.zoo import label


def show(backend: Backend, visit: Visit, picture: Picture | None, look: Look) -> None:
    """Draw a look: its settings, its button and its findings, live while it runs."""
    task, outlook = None, ""
    buttons = None
    try:
        look.panel.show(look.model)
        shown, essentials = controls(look), named(look.analysis).essentials
        wrong = shown.essential(essentials)
        buttons = st.container()
        wrong += shown.others(essentials)
        if wrong:
            raise wrong[0]
        task = plan(picture, look)
        seconds = backend.estimate(task)
        outlook = "The time is known later." if seconds is None else f"About {duration(seconds)}."
    except DreamError as error:
        task, outlook = None, f"Cannot run yet: {error}."
    run = _run_of(visit, look)
    if run is not None and queries.status(backend, run.job).active:
        st.fragment(_show_live, run_every=1)(backend, visit, look)
        return
    with buttons or st.container():
        _buttons(backend, visit, look, task, outlook)
    if run is not None:
        _show_end(backend, run, look, changed=task is not None and not run.is_same(task))
    if run is None or queries.findings(backend, run) is None:
        _show_example(look)


def _run_of(visit: Visit, look: Look) -> AnalysisRun | None:
    return visit.analyses.get(look.place)


def _buttons(
    backend: Backend, visit: Visit, look: Look, task: AnalysisTask | None, outlook: str
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Run",
            type="primary",
            icon=":material/play_arrow:",
            key=f"{look.key}.run",
            disabled=task is None,
            on_click=_run,
            args=(backend, visit, look),
        )
        run, resumes = _run_of(visit, look), look.panel.resumes
        findings = None if run is None or not resumes else queries.findings(backend, run)
        rest = None if run is None or findings is None else rest_of(run, findings)
        if run is not None and findings is not None and rest is not None:
            st.button(
                "Resume",
                icon=":material/resume:",
                key=f"{look.key}.resume",
                on_click=submit,
                args=(backend, visit, look, rest, findings.items, run.digest),
                help="Goes on with the settings it was begun with; what was found is kept.",
            )
        style.note(outlook, bad=task is None)
        if task is not None:
            dream_button.trouble(backend)


def _run(backend: Backend, visit: Visit, look: Look) -> None:
    """Run with the current values of the session, which may be newer than the drawn button."""
    if not named(look.analysis).of_set:
        models = choice.chosen()
        if look.column < len(models):
            look = dataclasses.replace(look, model=models[look.column])
    try:
        task = plan(picture_for(look.analysis), look)
    except DreamError as error:
        state.notify(f"The analysis was not sent off: {error}.")
        return
    submit(backend, visit, look, task)


def submit(
    backend: Backend,
    visit: Visit,
    look: Look,
    task: AnalysisTask,
    resume: tuple[Item, ...] = (),
    digest: str | None = None,
) -> None:
    """Send off the task of a look, or say why it cannot be.

    An earlier run is resumed from what it found, `resume`, of a picture of that digest.
    """
    before = _run_of(visit, look)
    if before is not None and queries.status(backend, before.job).active:
        return  # a second click on a button that was still to go
    try:
        job = backend.submit(visit.owner, task, resume, address=presence.address(backend.settings))
    except DreamError as error:
        state.notify(f"The analysis was not sent off: {error}.")
        return
    run = AnalysisRun.of(job, task)
    if digest is not None:  # a resumed run has the scaled picture
        run = dataclasses.replace(run, digest=digest)
    visit.analyses[look.place] = run
    place.open_(look.analysis)
    presence.remember(backend, visit)
    if before is not None:
        queries.forget(backend, before.job)


def _show_live(backend: Backend, visit: Visit, look: Look) -> None:
    presence.present(backend, visit)
    run = visit.analyses[look.place]
    status = queries.status(backend, run.job)
    if not status.active or state.has_notices():  # only a run of the whole page shows notices
        st.rerun()
    dream_button.trouble(backend)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Stopping…" if status.stopping else "Cancel",
            key=f"{look.key}.cancel",
            icon=":material/stop_circle:",
            disabled=status.stopping,
            on_click=backend.cancel,
            args=(run.job,),
        )
        style.note(_progress(status))
    st.progress(min(max(status.fraction, 0.0), 1.0))
    card.notice(backend, status)
    if findings := queries.findings(backend, run):
        _draw(findings, run.job, look, live=True)


def _show_end(backend: Backend, run: AnalysisRun, look: Look, *, changed: bool) -> None:
    status, findings = queries.status(backend, run.job), queries.findings(backend, run)
    if status.state == "failed":
        style.error(status.error or "The analysis failed; run it again.")
    for warning in status.warnings:
        style.note(warning)
    if findings is None or not findings.items:
        if status.state == "cancelled":
            style.note("Cancelled before anything was found.")
        return
    parts = [_networks(findings), duration(findings.seconds)]
    of_set = named(look.analysis).of_set
    if of_set:
        parts.insert(1, "your pictures" if run.digest else subject(look.analysis))
    else:
        parts.insert(1, f"{len(findings.items)} found")
    if not findings.complete:
        parts.insert(0, "Ended early")
    style.note(" · ".join(parts))
    if changed:
        what = "Pictures, networks" if of_set else "Picture"
        style.note(f"{what} or settings have changed since; run it again to see their effect.")
    _draw(findings, run.job, look, live=False)
    look.panel.below(look.model, findings)
    drawing.downloads(findings, run.job)


def _show_example(look: Look) -> None:
    """Draw the finished example in place of findings of the visitor's own."""
    findings = example(look.analysis)
    if findings is None:
        return
    style.note(
        f"A finished example on {subject(look.analysis)}: {_networks(findings)}. "
        "Run makes your own; it takes this one's place."
    )
    look = dataclasses.replace(look, shown=findings.model)
    _draw(findings, f"example-{look.column}", look, live=False)


def _networks(findings: Findings) -> str:
    settings = named(findings.analysis).settings.from_dict(findings.settings)
    return listed(map(label, [findings.model, *further_networks(settings)]), 4)


def _draw(findings: Findings, job: str, look: Look, *, live: bool) -> None:
    """Draw findings: what was found in a sentence, the pictures, then charts and tables."""
    if findings.items and not live:
        style.said(findings.sentence)
    if look.panel.pictures:
        drawing.tables(findings, look, most=1 if live else None)
        if any(item.picture is not None for item in findings.items):
            style.name(look.panel.pictures)
    if unheard := silent(findings):
        style.note(f"No answer to this picture: {unheard}.", bad=True)
    variant = look.panel.variant
    take = None if variant is None else partial(variants.take, look.shown or look.model, variant)
    if look.panel.gallery is not None:
        look.panel.gallery(findings, job, look)
    else:
        gallery.show(findings, job, look, take, live=live)
    if not live and not look.panel.pictures:
        drawing.tables(findings, look)


def _progress(status: Status) -> str:
    if status.state == "queued":
        return card.waiting(status)
    parts = [status.doing or "Starting", f"{status.fraction:.0%}"]
    if status.seconds_left is not None:
        parts.append(f"{duration(status.seconds_left)} left")
    return " · ".join(parts)
