"""Which dreams belong to which visitor: names of jobs, kept while the server runs.

A visit has an unguessable name that stands in the address, so that a page that is loaded again
finds its dreams, running or finished. Pictures are not here: they stay with the backend.
"""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import streamlit as st

from dreamlab.config import DreamConfig
from dreamlab.jobs import AnalysisRequest, Backend

#: Comparisons kept for a visitor, and visitors kept; the oldest go first.
MAX_BATCHES = 5
MAX_VISITS = 500


@dataclass(frozen=True)
class Run:
    """One variant that was sent off.

    Parameters
    ----------
    job : str
        Name of its job.
    name : str
        Name of the variant.
    colour : int
        Index of its colour.
    config : DreamConfig
        Its settings.
    """

    job: str
    name: str
    colour: int
    config: DreamConfig


@dataclass(frozen=True)
class Batch:
    """The variants that one press of *Dream* sent off.

    Parameters
    ----------
    number : int
        1 for the visitor's first.
    runs : tuple of Run
        In the order of the page.
    picture : bytes
        The picture they began from, as JPEG, to be shown.
    alt : str
        What it shows.
    """

    number: int
    runs: tuple[Run, ...]
    picture: bytes = field(repr=False)
    alt: str


@dataclass(frozen=True)
class Sent:
    """One analysis that was sent off: the name of its job and what it is, without `found`."""

    job: str
    request: AnalysisRequest


@dataclass
class Visit:
    """What one visitor has sent off, oldest first; `name` is unguessable.

    Of each analysis there is the latest run, by the analysis's name.
    """

    name: str
    batches: list[Batch] = field(default_factory=list)
    analyses: dict[str, Sent] = field(default_factory=dict)

    def keep(self, runs: tuple[Run, ...], picture: bytes, alt: str) -> list[str]:
        """Add a batch and return the jobs of those that had to go for it."""
        number = self.batches[-1].number + 1 if self.batches else 1
        self.batches.append(Batch(number, runs, picture, alt))
        gone = self.batches[:-MAX_BATCHES]
        del self.batches[:-MAX_BATCHES]
        return [run.job for batch in gone for run in batch.runs]


class Visits:
    """All visits of this server, the latest `MAX_VISITS` of them."""

    def __init__(self) -> None:
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, name: str) -> Visit | None:
        """Return the visit of that name, or None."""
        with self._lock:
            if name in self._visits:
                self._visits.move_to_end(name)
            return self._visits.get(name)

    def new(self) -> Visit:
        """Begin a visit."""
        visit = Visit(secrets.token_urlsafe(16))
        with self._lock:
            self._visits[visit.name] = visit
            while len(self._visits) > MAX_VISITS:
                self._visits.popitem(last=False)
        return visit


@st.cache_resource(show_spinner=False)
def _all() -> Visits:
    return Visits()


def current() -> Visit:
    """Return this visitor's visit: of the session, of the address, or a new one."""
    visits = _all()
    name = st.session_state.get("visit") or st.query_params.get("visit", "")
    visit = visits.find(name) or visits.new()
    st.session_state["visit"] = visit.name
    if (visit.batches or visit.analyses) and st.query_params.get("visit") != visit.name:
        st.query_params["visit"] = visit.name
    return visit


def present(backend: Backend, visit: Visit) -> None:
    """Note that the visitor is here; call it in every run, the polling ones too.

    When the session ends, by a closed tab or a break in the network, the backend is told, and it
    lets some time pass before it cancels: a visitor who is back by then is noted here again.
    """
    _presence(visit.name, backend)
    backend.adopt(visit.name)


def _left(presence: tuple[Backend, str]) -> None:
    backend, name = presence
    backend.orphan(name)


@st.cache_resource(scope="session", on_release=_left, show_spinner=False)
def _presence(name: str, _backend: Backend) -> tuple[Backend, str]:
    return _backend, name
