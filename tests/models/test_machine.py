from types import SimpleNamespace

import pytest

from dreamlab.models import machine


@pytest.mark.parametrize(
    ("text", "expected"), [("max\n", 8e9), ("2700000000\n", 2.7e9), ("9223372036854771712\n", 8e9)]
)
def test_a_container_has_the_memory_that_it_may_take(monkeypatch, tmp_path, text, expected):
    (tmp_path / "limit").write_text(text)
    monkeypatch.setattr(machine, "_LIMIT_FILES", (tmp_path / "limit", tmp_path / "missing"))
    monkeypatch.setattr(
        machine.psutil, "virtual_memory", lambda: SimpleNamespace(total=8_000_000_000)
    )
    assert machine.machine_memory() == expected


@pytest.mark.parametrize(("total", "much"), [(7.9e9, False), (8.1e9, True)])
def test_memory_is_spent_on_speed_where_there_is_much(monkeypatch, total, much):
    monkeypatch.setattr(machine, "machine_memory", lambda: total)
    assert machine.has_much_memory() is much
