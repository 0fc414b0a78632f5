import pytest
import streamlit


@pytest.fixture
def never_redrawn(monkeypatch):
    """*Dream* and *Run* keep the callback they were drawn with first, and are never disabled."""
    first = {}
    real = streamlit.button

    def button(label, **options):
        key = options.get("key", "")
        if key == "dream" or key.endswith(".run"):
            callback = {name: options.get(name) for name in ("on_click", "args")}
            options |= {"disabled": False, **first.setdefault(key, callback)}
        return real(label, **options)

    monkeypatch.setattr(streamlit, "button", button)
