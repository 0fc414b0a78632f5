"""The page with a backend that dreams nothing, to look at it.

``streamlit run tests/support/fake_page.py`` serves it.

``FAKE_SECONDS`` is how long a dream takes; ``FAKE_FAIL=1`` makes the second one fail.
"""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from dreamlab.ui.session import backend  # noqa: E402
from tests.support.fake_backend import FakeBackend  # noqa: E402


class Shown(FakeBackend):
    def submit(self, owner, request, resume=(), *, address=""):
        job = super().submit(owner, request, resume, address=address)
        if os.environ.get("FAKE_FAIL") and job == "job2":
            self.fail(job, "the worker ran out of memory; choose a smaller picture")
        return job


if not hasattr(sys, "_fake_page_backend"):
    sys._fake_page_backend = Shown(seconds=float(os.environ.get("FAKE_SECONDS", "5")))
backend.get = lambda: sys._fake_page_backend
runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
