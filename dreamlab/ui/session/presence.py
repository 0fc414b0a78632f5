"""The visit of a session: found by address and cookie, released when the session ends."""

from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs import Backend
from dreamlab.ui.addresses import household
from dreamlab.ui.session import state, url_state
from dreamlab.ui.session.visitors import COOKIE, Visit, Visits


@st.cache_resource(show_spinner=False)
def _all() -> Visits:
    return Visits(DeploymentSettings.from_environment().store_seconds)


def browser() -> str:
    """Return the cookie of the visitor's browser; an empty text if it takes no cookies."""
    return st.context.cookies.get(COOKIE, "")[:64]


def address(settings: DeploymentSettings) -> str:
    """Return where the visitor comes from, as the proxies tell that the owner trusts.

    Each proxy adds the address that it was asked from at the end; what stands before that anybody
    can write.

    Parameters
    ----------
    settings : DeploymentSettings
        For the number of proxies; without any, nobody's address is known.
    """
    told = ",".join(st.context.headers.get_all("X-Forwarded-For")).split(",")
    if not 0 < settings.trusted_proxies <= len(told):
        return ""
    return household(told[-settings.trusted_proxies].strip())


def current() -> Visit:
    """Return the visit of the session, else that of the address, else a new visit."""
    visit = st.session_state.get("visit")
    if visit is None:
        name, cookie, frame = st.query_params.get("visit", ""), browser(), _frame()
        known = _all().find(name, cookie) if name else _all().in_frame(frame, cookie)
        if name and known is None:
            asks = url_state.DREAMT in st.query_params or url_state.FOUND in st.query_params
            if not asks:  # else it is shown, or worked out anew
                state.notify(
                    "What was dreamt under this address is no longer kept, or is another "
                    "browser's: dream again to have it."
                )
            del st.query_params["visit"]
        visit = known or Visit(cookie, frame=frame)
        st.session_state["visit"] = visit
    if visit.jobs and st.query_params.get("visit") != visit.name:
        st.query_params["visit"] = visit.name
    return visit


def _frame() -> str:
    """Return the query that the page began with in a frame of another page; empty elsewhere.

    A frame that is loaded again with the page around it begins at the same address, without the
    name of its visit.
    """
    return f"?{urlencode(st.query_params.to_dict())}" if st.context.is_embedded else ""


def remember(backend: Backend, visit: Visit) -> None:
    """Register a visit that has jobs, so that a reloaded page finds them."""
    _all().add(visit, lambda old: any(_active(backend, job) for job in old.jobs))


def _active(backend: Backend, job: str) -> bool:
    try:
        return backend.status(job).active
    except DreamError:  # the backend has dropped it
        return False


def present(backend: Backend, visit: Visit) -> None:
    """Register the visitor as present; call it in every run, polling runs included.

    When the session ends, by a closed tab or a lost connection, the backend gets a notice. It
    waits for the visitor to come back before it cancels the jobs.
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
