import gc

import pytest


def pytest_collection_finish(session):
    # Streamlit collects garbage after each run of the page, and would go through all that
    # TensorFlow and the tests themselves have made by now, for most of a second.
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items):
    # The page's come first: Streamlit collects garbage after each run of the page, which takes
    # ever longer, the more graphs the tests of the engine have left in the process.
    items.sort(key=lambda item: item.path.parent.name != "ui")


@pytest.fixture
def fake():
    """Return what stands in for the workers: it dreams when it is told to."""
    from tests.support.fake_backend import FakeBackend

    return FakeBackend()


@pytest.fixture
def downloads(monkeypatch):
    """Return what each download button would hand out, by its key, for the page's last run."""
    import streamlit as st

    made = {}
    real = st.download_button

    def spy(label, data, key, **options):
        made[key] = data
        assert options["on_click"] == "ignore"  # else the click's rerun would take results away
        return real(label, data=data, key=key, **options)

    monkeypatch.setattr(st, "download_button", spy)
    return made
