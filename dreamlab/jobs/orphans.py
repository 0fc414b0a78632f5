"""Jobs whose visitor left, and whether the visitor is back."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger("dreamlab.jobs")


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
            logger.warning("nobody says whether a visitor is back: %s", type(error).__name__)
            return True
