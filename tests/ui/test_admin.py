"""The counters for the operator of the page."""

import pytest

from dreamlab.config.deployment import DeploymentSettings
from tests.support.fake_backend import FakeBackend, open_page, words


class Counted(FakeBackend):
    """A backend with the counters of the real backend."""

    def __init__(self, *, status: bool) -> None:
        super().__init__()
        self.settings = DeploymentSettings(status=status)

    def counters(self) -> dict[str, float]:
        return {"queued": 3, "running": 1, "done": 1234, "failed": 2, "cancelled": 5, "seconds": 65}


def test_counters_are_shown_in_place_of_the_page(monkeypatch):
    page = open_page(monkeypatch, Counted(status=True), status="1")
    assert {metric.label: metric.value for metric in page.metric} == {
        "Queued": "3",
        "Running": "1",
        "Done": "1,234",
        "Failed": "2",
        "Cancelled": "5",
        "Time spent dreaming": "1\u00a0min\u00a05\u00a0s",
        "Workers": "1",
    }
    assert not page.button


@pytest.mark.parametrize(("status", "query"), [(False, {"status": "1"}), (True, {})])
def test_counters_are_not_shown_unless_allowed_and_asked_for(monkeypatch, status, query):
    page = open_page(monkeypatch, Counted(status=status), **query)
    assert not page.metric
    assert page.button(key="dream")


def test_what_keeps_dreams_from_going_on_is_told_too(monkeypatch):
    fake = Counted(status=True)
    fake.problem = "the workers cannot be reached at the moment"
    page = open_page(monkeypatch, fake, status="1")
    assert fake.problem in words(page)
