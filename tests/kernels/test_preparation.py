"""After the warm-up no dream waits for a kernel to be compiled."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys
import numpy as np
from numba.core.registry import CPUDispatcher
from dreamlab.kernels import compile_all

def signatures():
    return {
        f"{name}.{key}": len(thing.signatures)
        for name, module in list(sys.modules.items())
        if name.startswith("dreamlab.kernels.")
        for key, thing in vars(module).items()
        if isinstance(thing, CPUDispatcher)
    }

compile_all()
before = signatures()
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from tests.support.tiny import wide_network

layers = {"first": 1.0, "second": 1.0, "third": 1.0}
config = DreamConfig(layers=layers, octaves=2, iterations=1, convolution="winograd")
image = np.random.default_rng(0).uniform(-1, 1, (60, 70, 3)).astype(np.float32)
for step in dream(image, wide_network(), config):
    assert step.provenance.convolution == "winograd"
print(json.dumps([before, signatures()]))
"""


@pytest.mark.slow
def test_a_dream_compiles_nothing_that_was_not_compiled_before():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    before, after = json.loads(done.stdout.splitlines()[-1])
    assert sum(before.values()) > 8
    assert after == before
