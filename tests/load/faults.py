"""The faults that a version's own tests inject, run in that version: disk, memory, hangs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from tests.load.row import Figure
from tests.load.tree import Tree
from tests.support.jobs import PRELOAD

#: Those that are injected into the served page and the real engine elsewhere.
_ELSEWHERE = ("worker killed", "scheduler killed")

_SCRIPT = """
import json, os, sys, time
sys.path.insert(0, os.getcwd())
from tests.support.faults import FAULTS
for name, inject in FAULTS.items():
    if name.startswith(tuple(json.loads(sys.argv[1]))):
        continue
    began = time.monotonic()
    try:
        told, good = inject(), True
    except BaseException as error:
        told, good = f"{type(error).__name__}: {error}", False
    print("figure", json.dumps([name, f"{told} ({time.monotonic() - began:.0f} s)", good]),
          flush=True)
"""


def injected(tree: Tree) -> Iterator[Figure]:
    """Run each in a process that has the version's own modules alone."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DREAMLAB_")
    }
    told = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(_ELSEWHERE)],
        cwd=tree.root,
        env={**environment, PRELOAD: "tests.support.fake_engine", "TF_CPP_MIN_LOG_LEVEL": "2"},
        capture_output=True,
        text=True,
        timeout=400,
    )
    figures = [line for line in told.stdout.splitlines() if line.startswith("figure ")]
    if not figures:
        raise RuntimeError(f"nothing was injected: {told.stderr.strip()[-200:]}")
    for line in figures:
        name, outcome, good = json.loads(line.removeprefix("figure "))
        yield Figure(name, " ".join(outcome.split())[:200], good, "survived")
