import gc
import sys

import pytest


def pytest_collection_finish(session):
    # What was imported stays: the garbage collector need not go through all of TensorFlow again.
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_shelf():
    """Empty all shelves: what stands in for the workers gives jobs the same names in each test."""
    if presence := sys.modules.get("dreamlab.ui.session.presence"):
        presence._shelves.clear()


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
