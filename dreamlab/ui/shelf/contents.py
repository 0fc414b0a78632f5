"""What is on the shelf of the visitor's browser, and what grew from what."""

from dataclasses import dataclass

from dreamlab.config.provenance import Parent, Provenance
from dreamlab.errors import DreamError
from dreamlab.jobs import Backend
from dreamlab.results.recording import Recording
from dreamlab.ui.session import presence
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.visitors import Batch, Visit


@dataclass(frozen=True)
class Kept:
    """A dream on the shelf.

    Parameters
    ----------
    batch : Batch
        What it was sent off with.
    view : DreamView
        The dream.
    """

    batch: Batch
    view: DreamView

    @property
    def job(self) -> str:
        """Name of its job."""
        return self.view.run.job

    @property
    def made(self) -> Provenance | None:
        """Where its pictures come from; None before its first step."""
        result = self.view.status.result
        return result.provenance if isinstance(result, Recording) and not result.empty else None

    @property
    def parent(self) -> Parent | None:
        """What it goes on from, if it does."""
        return None if self.made is None else self.made.parent


def contents(backend: Backend, visit: Visit) -> list[Kept]:
    """Return the dreams on the shelf of the visitor's browser: the newest first.

    Those that the backend no longer keeps are taken off it, which it tells, and so are those that
    ended without a picture, which it does not.
    """
    shelf = presence.shelf(visit)
    if shelf is None:
        return []
    found, gone, empty = list[Kept](), list[str](), list[str]()
    for batch in shelf.batches:
        for run in batch.runs:
            try:
                view = DreamView(run, backend.status(run.job))
            except DreamError:
                gone.append(run.job)
                continue
            if view.status.active or view.recording is not None:
                found.append(Kept(batch, view))
            else:
                empty.append(run.job)
    if gone:
        shelf.let_go(gone)
    shelf.remove(empty)
    return found


def parents(on_shelf: list[Kept]) -> dict[str, Kept]:
    """Return the dreams that others on the shelf go on from, by the others' jobs.

    The same dream may have been dreamt twice; the later one counts.
    """
    by_id = {kept.made.id: kept for kept in reversed(on_shelf) if kept.made is not None}
    found = {}
    for kept in on_shelf:
        parent = None if kept.parent is None else by_id.get(kept.parent.dream)
        if parent is not None and parent.job != kept.job:
            found[kept.job] = parent
    return found
