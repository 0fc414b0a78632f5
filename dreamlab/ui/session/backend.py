"""The backend, which all visitors of this page share."""

import streamlit as st

from dreamlab.jobs import Backend
from dreamlab.jobs.service import JobService


@st.cache_resource(show_spinner=False)
def get() -> Backend:
    """Return the job service of this server; the first call starts its worker."""
    return JobService()
