"""One measurement in a process of its own: ``python -m tests.bench.measure JOB``, JSON out."""

import json
import math
import os
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
BEGAN = time.time()

import numpy as np  # noqa: E402

from dreamlab.config import DreamConfig  # noqa: E402
from dreamlab.images import Picture, load_image  # noqa: E402
from tests.bench.ways import WAYS  # noqa: E402

_CAT = Path(__file__).parents[1] / "data" / "cat_600x400.png"


def picture(megapixels: float) -> np.ndarray:
    """The cat, 3 : 2, brought to a number of megapixels."""
    from dreamlab.images.resample import resize

    height = round(math.sqrt(megapixels * 1e6 / 1.5))
    return resize(load_image(_CAT), (height, round(height * 1.5)))


def step_seconds(way: str, preset: str, megapixels: float, steps: int) -> dict:
    """Seconds of a step at one size: the median after one that compiles."""
    image = picture(megapixels)
    step = WAYS[way](DreamConfig.preset(preset), image)
    step()
    seconds = []
    for _ in range(steps):
        began = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - began)
    return {"seconds": statistics.median(seconds), "pixels": image.shape[0] * image.shape[1]}


def first_step(way: str) -> dict:
    """Seconds from the start of the process to the end of the first step at 600 x 400."""
    WAYS[way](DreamConfig.preset("mixed"), load_image(_CAT))()
    return {"seconds": time.time() - float(os.environ["BENCH_STARTED"])}


def whole_run(megapixels: float, iterations: int) -> dict:
    """A run of the mixed preset over 5 octaves, recorded, as the command line does it."""
    from dreamlab.dream import dream
    from dreamlab.models import load_model
    from dreamlab.results.recording import Recording

    config = replace(DreamConfig.preset("mixed"), iterations=iterations)
    network = load_model("vgg16")
    for _ in dream(picture(0.01), network, replace(config, octaves=1)):
        pass  # traces and compiles
    recording = Recording()
    began = time.perf_counter()
    image = Picture.of(picture(megapixels))  # in bytes, as a file has it
    for _ in recording.record(dream(image, network, config)):
        pass
    pixels = sum(frame.height * frame.width for frame in recording.octave_frames)
    return {
        "seconds": time.perf_counter() - began,
        "pixels": pixels * iterations,
        "precision": recording.provenance.precision,
        "convolution": recording.provenance.convolution,
    }


def convolution_share(way: str) -> dict:
    """Share of a step at 600 x 400 that is spent inside convolutions, by TensorFlow's profiler."""
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    step = WAYS[way](DreamConfig.preset("mixed"), load_image(_CAT))
    step()
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for _ in range(3):
            step()
        tf.profiler.experimental.stop()
        space = xplane_pb2.XSpace()
        (trace,) = Path(folder).rglob("*.xplane.pb")
        space.ParseFromString(trace.read_bytes())
    spent: dict[str, float] = {}
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                # Operations are called "name:Kind"; the executor's own spans "Class::Method".
                _, colon, kind = name.rpartition(":")
                if colon and "::" not in name and kind.isidentifier():
                    spent[kind] = spent.get(kind, 0.0) + event.duration_ps / 1e12
    inside = sum(seconds for kind, seconds in spent.items() if "Conv2D" in kind)
    ordered = sorted(spent.items(), key=lambda item: -item[1])
    return {
        "share": inside / sum(spent.values()),
        "by operation": {
            kind: round(seconds / sum(spent.values()), 4) for kind, seconds in ordered[:10]
        },
    }


JOBS = {
    "step": step_seconds,
    "first step": first_step,
    "run": whole_run,
    "convolutions": convolution_share,
}


def main() -> None:
    """Do the job named on the command line, a JSON list of its name and arguments."""
    name, *arguments = json.loads(sys.argv[1])
    found = JOBS[name](*arguments)
    # The process's own peak: what `/usr/bin/time -v` calls the maximum resident set size.
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main()
