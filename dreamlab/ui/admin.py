"""How many dreams wait, run and have ended: for whoever runs the page."""

import streamlit as st

from dreamlab.jobs import Backend
from dreamlab.ui.wording import duration

_PARAMETER = "status"


def is_requested(backend: Backend) -> bool:
    """Say whether the address asks for the counters and the server's settings allow them."""
    return backend.limits.status and _PARAMETER in st.query_params


def show(backend: Backend) -> None:
    """Draw the counters instead of the page; no visitor's work is told of but its number."""
    st.title("Status")
    counters = backend.counters()
    seconds = counters.pop("seconds")
    with st.container(horizontal=True):
        for name, count in counters.items():
            st.metric(name.capitalize(), f"{count:,}", border=True)
        st.metric("Time spent dreaming", duration(seconds), border=True)
        st.metric("Workers", len(backend.workers), border=True)
    if backend.problem:
        st.text(f"⚠ {backend.problem}")
