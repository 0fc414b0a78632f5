"""Puts the networks of the owner's folder on offer: a process of its own reads their files."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import listed, shown
from dreamlab.layer_info import LayerInfo
from dreamlab.own_models import Own, files_in, offer

logger = logging.getLogger("dreamlab.models")

#: Seconds for a file, TensorFlow's import before the first one too.
FILE_SECONDS = 60.0


def offer_own(settings: DeploymentSettings) -> None:
    """Put the networks of the deployment's folder on offer, and log those that cannot be used.

    Raises
    ------
    DreamError
        If the folder cannot be read, or has no such file.
    """
    files = files_in(settings.models)
    if files:
        logger.info("reading the networks of %s: %s", settings.models, listed(files))
    told = {
        name: f"{shown(name)} has a name that cannot be shown: rename the file"
        for name in files
        if not name.isprintable()
    }
    readable = [path for name, path in files.items() if name not in told]
    described = {network.name: network for network in _read(readable, settings.input_range)}
    for name in files:
        network = Own(shown(name), problem=told[name]) if name in told else described[name]
        offer(network)
        if network.problem:
            logger.warning("%s", network.problem)


def _read(files: list[Path], input_range: str) -> Iterator[Own]:
    """Yield what is known of each file; one that ends the process does not keep others from it."""
    while files:
        read = 0
        for path, line in zip(files, _lines(files, input_range), strict=False):
            read += 1
            yield _parsed(path.name, line)
        if read < len(files):
            yield Own(
                files[read].name,
                problem=f"{shown(files[read].name)} could not be read in {FILE_SECONDS:.0f} "
                "seconds, or takes more memory than there is: choose a smaller network",
            )
        files = files[read + 1 :]


def _parsed(name: str, line: str) -> Own:
    values = json.loads(line)
    for note in values.pop("notes", ()):
        logger.warning("%s", note)
    layers = tuple(map(LayerInfo.from_dict, values.pop("layers", ())))
    return Own(name, layers, **values)


def _lines(files: list[Path], input_range: str) -> Iterator[str]:
    """Yield the lines of a process that reads files, until it ends or is silent for too long."""
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-m", "dreamlab.models.describe", input_range, *map(str, files)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env={
            **os.environ,
            "CUDA_VISIBLE_DEVICES": "-1",  # TensorFlow would take the worker's GPU memory
            "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
        },
    )
    assert process.stdout is not None
    with process:
        try:
            while True:
                limit = threading.Timer(FILE_SECONDS, process.kill)
                limit.start()
                try:
                    line = process.stdout.readline()
                finally:
                    limit.cancel()
                if not line.endswith("\n"):
                    return
                yield line
        finally:
            process.kill()
