"""Jobs whose visitor left, and whether the visitor is back."""

from collections.abc import Callable
from dataclasses import dataclass

from dreamlab.tasks.faults import log_fault


@dataclass(frozen=True)
class Orphans:
    """Jobs of a visitor who left, and when to ask whether the visitor is back."""

    jobs: tuple[str, ...]
    back: Callable[[], bool]
    due: float

    def wanted(self) -> bool:
        """Ask whether the visitor is back; where nobody can say so, it counts as a yes."""
        try:
            return self.back()
        except Exception as error:  # other visitors' turn comes all the same
            log_fault("asking whether a visitor is back", error)
            return True
