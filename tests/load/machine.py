"""The machine that the load test runs on, in words."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

#: Libraries whose versions matter.
_LIBRARIES = ("streamlit", "tensorflow-cpu", "tensorflow", "distributed", "pillow")


def described() -> str:
    """Return processor, cores, memory, load before the test, and versions, in a line."""
    memory = psutil.virtual_memory().total / 1e9
    parts = [
        f"{os.cpu_count()} cores of {_processor()}, {memory:.0f} GB of memory",
        f"{os.getloadavg()[0]:.1f} processes at work before it began",
        f"{platform.system()}, Python {platform.python_version()}",
        *(f"{name} {found}" for name in _LIBRARIES if (found := _version(name))),
        _chromium(),
    ]
    return "; ".join(filter(None, parts))


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    named = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    name = named.get("model name", platform.processor() or platform.machine())
    flags = named.get("flags", "").split()
    wide = [word for flag, word in (("avx512f", "AVX-512"), ("amx_tile", "AMX")) if flag in flags]
    return f"{name} ({', '.join(wide)})" if wide else name


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _chromium() -> str:
    chromium = shutil.which("chromium")
    if chromium is None:
        return "no Chromium"
    told = subprocess.run([chromium, "--version"], capture_output=True, text=True)
    return " ".join(told.stdout.split()[:2])
