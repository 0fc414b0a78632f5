"""Free memory goes back to the machine."""

import subprocess
import sys

import psutil
import pytest

from dreamlab.ui import memory

#: Threads of a pool take and free pictures beside small things that stay, as runs of the page do.
_FLOOD = """
from concurrent.futures import ThreadPoolExecutor
import psutil
from dreamlab.ui import memory
memory.settle()
kept = []
def run(number):
    held = [bytearray(size) for size in range(1000, 4_000_000, 40_000)]
    kept.append(bytes(3000))
    return sum(map(len, held))
with ThreadPoolExecutor(16) as pool:
    list(pool.map(run, range(16)))
    before = psutil.Process().memory_info().rss
    held = [[bytearray(100_000 + 1000 * k) for k in range(100)] for _ in range(20)]
    top = psutil.Process().memory_info().rss
    del held
    memory.give_back()
    after = psutil.Process().memory_info().rss
print(before, top, after)
"""


@pytest.mark.skipif(not psutil.LINUX, reason="it is the C library of Linux that is told")
def test_what_was_freed_is_given_back():
    ran = subprocess.run(
        [sys.executable, "-c", _FLOOD], capture_output=True, text=True, check=True, timeout=60
    )
    before, top, after = map(int, ran.stdout.split())
    assert top > before + 200e6
    assert after < before + 20e6


def test_another_system_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    memory._of_glibc.cache_clear()
    memory.settle()
    memory.give_back()
    memory._of_glibc.cache_clear()


def test_a_c_library_without_these_functions_is_left_as_it_is():
    assert memory._of_glibc("no_such_function") is None
