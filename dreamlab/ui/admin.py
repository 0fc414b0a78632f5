"""How many dreams wait, run and have ended: for whoever runs the page."""

from typing import Any

import streamlit as st

from dreamlab.ui.wording import duration

_PARAMETER = "status"


def wanted(jobs: Any) -> bool:
    """Say whether the address asks for the counters and the server's settings allow them."""
    limits = getattr(jobs, "limits", None)
    return limits is not None and limits.status and _PARAMETER in st.query_params


def show(jobs: Any) -> None:
    """Draw the counters instead of the page; no visitor's work is told of but its number."""
    st.title("Status")
    counters = jobs.counters()
    seconds = counters.pop("seconds")
    with st.container(horizontal=True):
        for name, count in counters.items():
            st.metric(name.capitalize(), f"{count:,}", border=True)
        st.metric("Time spent dreaming", duration(seconds), border=True)
        st.metric("Workers", len(jobs.workers), border=True)
    if jobs.problem:
        st.text(f"⚠ {jobs.problem}")
