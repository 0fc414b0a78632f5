"""The memory of the machine, and of a container on it."""

from types import SimpleNamespace

import pytest

from dreamlab.dream import memory
from dreamlab.models import machine

FIRST = {
    "memory/memory.limit_in_bytes": "4000000000\n",
    "memory/memory.usage_in_bytes": "3000000000\n",
    "memory/memory.stat": "cache 9\ninactive_file 7\ntotal_inactive_file 500000000\n",
}
SECOND = {
    "memory.max": "2000000000\n",
    "memory.current": "1900000000\n",
    "memory.stat": "anon 5\ninactive_file 400000000\nactive_file 6\n",
}


@pytest.fixture
def root(monkeypatch, tmp_path):
    """The folder of control groups, on a machine of 8 GB of which 5 are free."""
    whole = SimpleNamespace(total=8_000_000_000, available=5_000_000_000)
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: whole)
    monkeypatch.setattr(machine, "_ROOT", tmp_path)
    return tmp_path


def write(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)


@pytest.mark.parametrize(
    ("files", "has", "free"),
    [
        ({}, 8e9, 5e9),
        (FIRST, 4e9, 1.5e9),
        (SECOND, 2e9, 0.5e9),
        (FIRST | SECOND, 2e9, 0.5e9),
        (SECOND | {"memory.max": "max\n"}, 8e9, 5e9),
        # Without a limit the first version says a number that no machine has.
        (FIRST | {"memory/memory.limit_in_bytes": "9223372036854771712\n"}, 8e9, 5e9),
        ({"memory.max": "2000000000\n"}, 2e9, 2e9),
        (SECOND | {"memory.stat": "no such line"}, 2e9, 0.1e9),
        (SECOND | {"memory.current": "2500000000\n"}, 2e9, 0.0),
        (SECOND | {"memory.max": "9000000000\n"}, 8e9, 5e9),
    ],
)
def test_a_container_has_what_it_may_take(root, files, has, free):
    write(root, files)
    assert machine.machine_memory() == has
    assert machine.free_memory() == free


def test_a_gradient_keeps_to_what_its_container_has_left(root, monkeypatch):
    """With 1.5 GB on a large machine it planned 2.4 GB, was killed, tried again and killed."""
    process = SimpleNamespace(memory_info=lambda: SimpleNamespace(rss=1_200_000_000))
    monkeypatch.setattr(memory.psutil, "Process", lambda: process)
    monkeypatch.setattr(memory, "_spare", lambda: 0)
    assert memory.budget(0) == 2_350_000_000 - 1_200_000_000
    write(root, SECOND | {"memory.max": "2200000000\n"})
    assert memory.budget(0) == 0.5 * 700_000_000


@pytest.mark.parametrize("total, much", [(8e9, True), (7.9e9, False)])
def test_speed_costs_memory_only_where_there_is_much(monkeypatch, total, much):
    monkeypatch.setattr(machine, "machine_memory", lambda: total)
    assert machine.has_much_memory() is much
