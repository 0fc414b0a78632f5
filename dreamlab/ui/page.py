"""The whole page, from top to bottom."""

import time

import streamlit as st

from dreamlab.ui import admin, analysis, introduction, networks, share, shelf, style
from dreamlab.ui.analysis import again, linked, place
from dreamlab.ui.dreams import compare
from dreamlab.ui.inputs import dream_button, phone, picture, settings, variants
from dreamlab.ui.inputs.plan import by_variant, plan
from dreamlab.ui.session import backend, kept_starts, presence, state, url_state

#: Seconds between the controls and the example, when a session begins. The browser draws what it
#: has as soon as nothing more comes: without a pause *Dream* would wait for the pictures and the
#: chart below it.
HEAD_START = 0.5


def show() -> None:
    """Draw the page for one visitor, in one run of the script."""
    st.set_page_config(page_title="dreamlab", page_icon="🌀", layout="wide")
    style.apply()
    first = url_state.restore()
    place.restore()
    if first:
        linked.restore()
    jobs = backend.get()
    if admin.is_requested(jobs):
        admin.show(jobs)
        return
    visit = presence.current()
    presence.present(jobs, visit)
    shelf.say_what_was_deleted(visit)
    if first:
        kept_starts.restore(jobs, visit)
        again.settle(jobs, visit)

    with st.sidebar:
        pictures = picture.show()
        original = pictures[0].picture if pictures else None
        settings.show(jobs, visit, original)

    drafts = state.drafts()
    comparison, planned = state.comparison(drafts), plan(jobs, drafts, pictures)
    if first:
        again.restore(jobs, visit, planned, original)
        visit = presence.current()  # which is in the address once it has jobs
    opened = linked.address() | again.address(jobs, visit, planned, original)
    opened |= url_state.starts(drafts)
    kept_starts.keep(visit, drafts)
    url_state.keep(comparison, opened, linked.NAMES)
    with st.container(horizontal=True, vertical_alignment="center", key="title"):
        style.title()
        share.show(comparison, opened, public=again.is_public(planned, original))
    state.notices()

    # The first tab is always drawn: Streamlit forgets the value of a control that is not drawn.
    names = [place.COMPARE, place.LAYERS, place.NETWORKS, place.DREAMS]
    on_shelf = shelf.contents(jobs, visit)
    shelf.count(on_shelf)
    dreams, layer_by_layer, which, mine = st.tabs(names, key=place.PART, on_change="rerun")
    with dreams:
        phone.show(original)
        variants.comparisons()
        variants.show(by_variant(planned))
        dream_button.show(jobs, visit, planned, original)

        if visit.batches:
            compare.show(jobs, visit)
        else:
            _let_controls_appear()
            introduction.example()
        with st.expander("How it works", expanded=not visit.batches, icon=":material/school:"):
            introduction.show(findings=bool(visit.batches))
    if layer_by_layer.open:
        with layer_by_layer:
            if pictures[1:]:
                style.note(f"Layers look into the first of your pictures, {pictures[0].of}.")
            analysis.show(jobs, visit, original)
    if which.open:
        with which:
            networks.show(jobs, visit)
    if mine.open:
        with mine:
            shelf.show(jobs, visit, on_shelf)
    settings.remember_model()


def _let_controls_appear() -> None:
    """Pause in the first run of a session; a click meanwhile is answered after the pause."""
    if "controls_drawn" not in st.session_state:
        st.session_state["controls_drawn"] = True
        time.sleep(HEAD_START)
