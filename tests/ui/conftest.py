import pytest
import streamlit


@pytest.fixture
def never_redrawn(monkeypatch):
    """Make *Dream* and *Run* keep their first callback; they are never disabled."""
    first = {}
    real = streamlit.button

    def button(label, **options):
        key = options.get("key", "")
        if key == "dream" or key.endswith(".run"):
            callback = {name: options.get(name) for name in ("on_click", "args")}
            options |= {"disabled": False, **first.setdefault(key, callback)}
        return real(label, **options)

    monkeypatch.setattr(streamlit, "button", button)
