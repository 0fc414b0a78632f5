"""Counters of waiting, running and ended dreams, for the operator of the page."""

import streamlit as st

from dreamlab.jobs import Backend
from dreamlab.tasks.wording import duration
from dreamlab.ui import style

_PARAMETER = "status"


def is_requested(backend: Backend) -> bool:
    """Return whether the address asks for the counters and the server's settings allow them."""
    return backend.settings.status and _PARAMETER in st.query_params


def show(backend: Backend) -> None:
    """Draw the counters instead of the page; of visitors' work they show only numbers."""
    st.title("Status")
    counters = backend.counters()
    seconds = counters.pop("seconds")
    with st.container(horizontal=True):
        for name, count in counters.items():
            st.metric(name.capitalize(), f"{count:,}", border=True)
        st.metric("Time spent dreaming", duration(seconds), border=True)
        st.metric("Workers", len(backend.workers), border=True)
    if backend.problem:
        style.error(backend.problem)
