"""Which visit a session shows: found by the address and the cookie, and let go when it leaves."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dreamlab.config.deployment import Limits
from dreamlab.errors import DreamError
from dreamlab.jobs import Backend
from dreamlab.ui.session.visitors import COOKIE, Visit, Visits


@st.cache_resource(show_spinner=False)
def _all() -> Visits:
    return Visits(Limits.from_environment().store_seconds)


def browser() -> str:
    """Return the name of the visitor's browser; nothing where it takes no cookies."""
    return st.context.cookies.get(COOKIE, "")[:64]


def current() -> Visit:
    """Return this visitor's visit: of the session, of the address, or a new one."""
    visit = st.session_state.get("visit")
    if visit is None:
        name, cookie = st.query_params.get("visit", ""), browser()
        visit = _all().find(name, cookie) or Visit(cookie)
        st.session_state["visit"] = visit
    if visit.jobs and st.query_params.get("visit") != visit.name:
        st.query_params["visit"] = visit.name
    return visit


def remember(backend: Backend, visit: Visit) -> None:
    """Note that something was sent off, so that a page that is loaded again finds it."""
    _all().add(visit, lambda old: any(_active(backend, job) for job in old.jobs))


def _active(backend: Backend, job: str) -> bool:
    try:
        return backend.status(job).active
    except DreamError:  # no longer kept
        return False


def present(backend: Backend, visit: Visit) -> None:
    """Note that the visitor is here; call it in every run, the polling ones too.

    When a session ends, by a closed tab or a break in the network, the backend is told. It lets
    some time pass and asks whether the visitor is back before it cancels.
    """
    context = get_script_run_ctx()
    if context is not None:
        visit.sessions.add(context.session_id)
    _all().touch(visit)
    _presence(visit.name, visit, backend)


def _release(presence: tuple[Visit, Backend]) -> None:
    visit, backend = presence
    backend.orphan(visit.jobs, visit.is_connected)


@st.cache_resource(scope="session", on_release=_release, show_spinner=False)
def _presence(name: str, _visit: Visit, _backend: Backend) -> tuple[Visit, Backend]:
    return _visit, _backend
