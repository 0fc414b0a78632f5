"""`python -m tests.bench`: times dreamlab against other ways and prints tables of ratios.

Every measurement runs in a process of its own, one after the other; figures are medians, and
ratios are of measurements of one run, since machines differ and are shared.
"""

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import psutil

_SIZES = (0.06, 0.24, 1.0, 4.0, 24.0)

#: What a step takes without tiles, in bytes a pixel: sizes that do not fit are left out.
_UNTILED_BYTES = 2600

_UNTILED = ("notebook", "pytorch")

_WAYS = ["notebook", "pytorch", "dreamlab direct", "dreamlab winograd", "dreamlab auto"]


def measure(*job: object, timeout: float = 3600) -> dict | None:
    """Run one job of `tests.bench.measure` in a fresh process; None if it fails."""
    environment = {**os.environ, "BENCH_STARTED": str(time.time())}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.measure", json.dumps(job)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment,
    )
    if done.returncode:
        print(f"failed: {job}\n{done.stderr[-2000:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def fits(way: str, megapixels: float) -> bool:
    """Whether a way that cannot tile has the memory for a size."""
    needed = megapixels * 1e6 * _UNTILED_BYTES
    return way not in _UNTILED or needed < psutil.virtual_memory().available * 0.9


def steps_for(megapixels: float) -> int:
    """How many steps to time: fewer the larger the picture."""
    return 7 if megapixels < 0.5 else 3 if megapixels < 10 else 1


def compare(ways: list[str], presets: list[str], sizes: list[float]) -> dict:
    """Time one step of every way, preset and size; print a table as it grows."""
    table: dict = {}
    print(f"{'preset':8} {'MP':>6}  " + "".join(f"{way:>26}" for way in ways))
    print(f"{'':16}" + f"{'s/step   s/MP  peak MB':>26}" * len(ways))
    for preset in presets:
        for megapixels in sizes:
            print(f"{preset:8} {megapixels:6g}  ", end="", flush=True)
            for way in ways:
                found = None
                if fits(way, megapixels):
                    found = measure("step", way, preset, megapixels, steps_for(megapixels))
                table[f"{preset} {megapixels:g} {way}"] = found
                if found is None:
                    print(f"{'-':>26}", end="", flush=True)
                    continue
                rate = found["seconds"] / found["pixels"] * 1e6
                cell = f"{found['seconds']:.3f} {rate:6.2f} {found['peak_mb']:8.0f}"
                print(f"{cell:>26}", end="", flush=True)
            print(flush=True)
    return table


def ratios(table: dict) -> dict:
    """Say how many times faster dreamlab is at 600 x 400, and what size costs."""
    said = {}

    def ratio(label: str, slower: str, faster: str, bar: float) -> None:
        one, other = table.get(slower), table.get(faster)
        if one and other:
            said[label] = one["seconds"] / other["seconds"]
            print(f"{label:48} {said[label]:6.2f}  (bar {bar:g})")

    for preset in ("layer1", "layer4", "mixed"):
        for way, bar in (("direct", 1.1), ("winograd", 1.9), ("auto", 1.9)):
            ratio(
                f"{preset}: {way} against the notebook's way",
                f"{preset} 0.24 notebook",
                f"{preset} 0.24 dreamlab {way}",
                bar,
            )
        ratio(
            f"{preset}: auto against PyTorch float32",
            f"{preset} 0.24 pytorch",
            f"{preset} 0.24 dreamlab auto",
            6,
        )
    return said


def whole_runs(sizes: list[float], iterations: int) -> dict:
    """Memory and time of whole runs: what 24 megapixels cost against 1."""
    found = {}
    for megapixels in sizes:
        run = measure("run", megapixels, iterations, timeout=7200)
        if run:
            found[f"{megapixels:g}"] = run
            rate = run["seconds"] / run["pixels"] * 1e6
            print(
                f"mixed, 5 octaves of {iterations} steps, {megapixels:g} MP, "
                f"{run['precision']} {run['convolution']}: "
                f"{run['seconds']:.1f} s, {rate:.2f} s a megapixel and step, "
                f"peak {run['peak_mb']:.0f} MB",
                flush=True,
            )
    return found


def main() -> None:
    """Run what is asked for, print the tables and write the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sizes", type=float, nargs="+", default=_SIZES, help="megapixels")
    parser.add_argument("--presets", nargs="+", default=["layer1", "layer4", "mixed"])
    parser.add_argument("--ways", nargs="+", default=_WAYS, choices=_WAYS, help="ways to compare")
    parser.add_argument("--run-iterations", type=int, default=1, help="steps an octave, whole runs")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), help="JSON of all figures")
    options = parser.parse_args()

    ways = list(options.ways)
    if "pytorch" in ways and not importlib.util.find_spec("torch"):
        ways.remove("pytorch")
        print("PyTorch is left out: it is not installed (pip install torch)")
    print(f"{platform.processor() or platform.machine()}, {psutil.cpu_count()} cores\n")
    figures: dict = {"steps": compare(ways, options.presets, list(options.sizes))}
    print()
    figures["ratios"] = ratios(figures["steps"])
    print()
    large = [size for size in options.sizes if size >= 4]
    figures["runs"] = whole_runs([1.0, *large], options.run_iterations)
    print()
    figures["first step"] = {}
    for way in ways:
        first = measure("first step", way)
        figures["first step"][way] = first
        print(f"process start to first step, {way:18} {first['seconds']:6.1f} s")
    figures["convolutions"] = {}
    for way in (way for way in ways if way != "pytorch"):
        share = measure("convolutions", way)
        figures["convolutions"][way] = share
        print(f"share of a step inside convolutions, {way:18} {share['share']:6.1%}")
    options.out.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"\nall figures: {options.out}")


if __name__ == "__main__":
    main()
