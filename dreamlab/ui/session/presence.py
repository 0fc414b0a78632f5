"""The visit and the shelf of a session: found by address and cookie.

Both are told when the session ends.
"""

from collections.abc import Collection, Iterable
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dreamlab.comparison.comparison import Comparison
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.jobs import Backend
from dreamlab.ui.addresses import household
from dreamlab.ui.session import queries, state, url_state
from dreamlab.ui.session.shelves import Shelf, Shelves
from dreamlab.ui.session.visitors import COOKIE, Run, Visit
from dreamlab.ui.session.visits import Visits


@st.cache_resource(show_spinner=False)
def _all() -> Visits:
    return Visits(DeploymentSettings.from_environment().store_seconds)


@st.cache_resource(show_spinner=False)
def _shelves() -> Shelves:
    return Shelves(DeploymentSettings.from_environment().store_seconds)


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
    return f"?{urlencode(url_state.parameters())}" if st.context.is_embedded else ""


def remember(backend: Backend, visit: Visit) -> None:
    """Register a visit that has jobs, so that a reloaded page finds them."""
    _all().add(visit, lambda old: _any_active(backend, old.jobs))


def shelf(visit: Visit) -> Shelf | None:
    """Return the shelf of the visitor's browser; None where it has dreamt nothing, or no cookie."""
    return _shelves().find(visit.browser)


def keep(
    backend: Backend,
    visit: Visit,
    runs: tuple[Run, ...],
    alt: str,
    comparison: Comparison | None,
) -> None:
    """Keep what was sent off in the visit and on the browser's shelf; forget what that drops.

    Parameters
    ----------
    backend : Backend
        The backend that has the jobs.
    visit : Visit
        The visit that sent them off.
    runs : tuple of Run
        The runs, in the order of the page.
    alt : str
        Description of the original picture.
    comparison : Comparison or None
        The comparison that they are of.
    """
    dropped = visit.keep(runs, alt, comparison)
    if visit.browser:  # else nobody finds again what the page shows no more
        on_it = _shelves().made(visit.browser, lambda old: _any_active(backend, old.jobs))
        dropped = on_it.add(visit.batches[-1], lambda job: _any_active(backend, [job]))
    for job in dropped:
        queries.forget(backend, job)
    remember(backend, visit)


def delete(backend: Backend, visit: Visit, jobs: Collection[str]) -> int:
    """Cancel dreams of the visitor's browser if need be, and drop all of them, in all its tabs.

    Jobs that are not on the browser's shelf stay as they are.

    Returns
    -------
    int
        How many were deleted.
    """
    on_it = shelf(visit)
    if on_it is None:
        return 0
    ours = [job for job in on_it.jobs if job in jobs]
    on_it.remove(ours)
    for each in {one.name: one for one in (visit, *_all().of(visit.browser))}.values():
        each.remove(ours)
    for job in ours:
        queries.forget(backend, job)
    return len(ours)


def _any_active(backend: Backend, jobs: Iterable[str]) -> bool:
    return any(queries.status(backend, job).active for job in jobs)


def present(backend: Backend, visit: Visit) -> None:
    """Register the visitor as present; call it in every run, polling runs included.

    When the session ends, by a closed tab or a lost connection, the backend gets a notice. It
    waits for the visitor to come back before it cancels the jobs.
    """
    context = get_script_run_ctx()
    on_it = shelf(visit)
    if context is not None:
        visit.sessions.add(context.session_id)
        if on_it is not None:
            on_it.sessions.add(context.session_id)
    _all().touch(visit)
    _shelves().touch(visit.browser)
    _presence(visit.name, visit, backend)


def _release(presence: tuple[Visit, Backend]) -> None:
    visit, backend = presence
    on_it = shelf(visit)
    jobs = visit.jobs if on_it is None else list(dict.fromkeys([*visit.jobs, *on_it.jobs]))
    backend.orphan(jobs, lambda: visit.is_connected() or _is_back(visit))


def _is_back(visit: Visit) -> bool:
    """Return whether another tab of the browser is connected, which has the dreams on its shelf."""
    on_it = shelf(visit)
    return on_it is not None and on_it.is_connected()


@st.cache_resource(scope="session", on_release=_release, show_spinner=False)
def _presence(name: str, _visit: Visit, _backend: Backend) -> tuple[Visit, Backend]:
    return _visit, _backend
