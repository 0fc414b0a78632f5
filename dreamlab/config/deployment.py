"""The settings of a deployment: every ``DREAMLAB_*`` variable and its default, once."""

import dataclasses
import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from dreamlab.errors import DreamError

_PREFIX = "DREAMLAB_"


def _setting(
    default: Any,
    text: str,
    low: float | None = None,
    high: float | None = None,
    *,
    choices: tuple[str, ...] = (),
    pattern: str | None = None,
) -> Any:
    metadata = {"help": text, "low": low, "high": high, "choices": choices, "pattern": pattern}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a deployment allows and where its workers are.

    Each field is read from the variable ``DREAMLAB_`` and its name in capitals, such as
    ``DREAMLAB_JOB_SECONDS``; its meaning is in the ``help`` of the field's metadata.
    """

    scheduler: str = _setting(
        "",
        "Address of a Dask scheduler, tcp://host:port; empty starts a local worker.",
        pattern=r"((tcp|tls|wss?|ucx)://)?[^\s/]+:\d{1,5}",
    )
    warm_model: str = _setting("vgg16", "Network that a worker loads when it starts.")
    own_models: bool = _setting(
        False, "Whether jobs may name a network by its path; the page offers the zoo alone."
    )
    waiting_per_visitor: int = _setting(6, "Most dreams one visitor may have waiting.", 1)
    waiting: int = _setting(40, "Most dreams waiting in all.", 1)
    cost: float = _setting(
        200.0, "Most work in one dream: million pixels x steps, summed over its octaves.", 0.001
    )
    job_seconds: float = _setting(900.0, "Longest a dream may run, in seconds.", 0.1)
    stop_seconds: float = _setting(
        20.0, "Seconds a dream has to stop when told, before its worker is restarted.", 0.1
    )
    orphan_seconds: float = _setting(
        30.0, "Seconds after a visitor left until the visitor's dreams are cancelled.", 0.0
    )
    store_mb: float = _setting(256.0, "Most memory for results that are kept, in MB.", 0.001)
    store_seconds: float = _setting(7200.0, "Longest a result is kept, in seconds.", 0.0)
    recording_mb: float = _setting(
        64.0, "Most memory for the frames of one dream, in MB.", 0.001, 1e6
    )
    memory: float = _setting(
        0.0,
        "Memory the process that dreams may take, in MB, before it works in tiles; 0 is half of "
        "what is free, at most 2,400.",
        0.0,
        1e6,
    )
    worker_memory: float = _setting(
        0.7, "Share of the machine's memory at which the local worker is restarted.", 0.001, 1.0
    )
    status: bool = _setting(
        False, "Whether the address /?status=1 shows how many dreams wait, run and have ended."
    )
    log_level: str = _setting(
        "critical",
        "How much Dask logs: debug, info, warning, error, critical.",
        choices=("debug", "info", "warning", "error", "critical"),
    )

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            value, rules = getattr(self, spec.name), spec.metadata
            low, high, choices = rules["low"], rules["high"], rules["choices"]
            if low is not None and not value >= low:  # true for NaN too
                raise DreamError(f"{_variable(spec)} is {value}; choose {low:g} or more")
            if high is not None and value > high:
                raise DreamError(f"{_variable(spec)} is {value}; choose {high:,.0f} or less")
            if choices and value not in choices:
                raise DreamError(f"{_variable(spec)} is {value!r}; choose {', '.join(choices)}")
            if rules["pattern"] and value and not re.fullmatch(rules["pattern"], value):
                raise DreamError(
                    f"{_variable(spec)} is {value!r}; choose one such as tcp://10.0.0.1:8786, "
                    "or leave it empty"
                )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings from environment variables; what is not set keeps its default.

        Raises
        ------
        DreamError
            If a variable is misspelt, not of its type or not allowed; the message names it.
        """
        environment = os.environ if environment is None else environment
        known = [spec.name.upper() for spec in dataclasses.fields(cls)]
        for name in environment:
            own = name.removeprefix(_PREFIX)
            if own == name or own in known:
                continue
            # Others may be put there by what runs the program, such as DREAMLAB_PORT.
            if close := difflib.get_close_matches(own, known, 1, cutoff=0.8):
                raise DreamError(f"there is no setting {name}: did you mean {_PREFIX}{close[0]}?")
        values = {}
        for spec in dataclasses.fields(cls):
            text = environment.get(_variable(spec), "").strip()
            if text:
                values[spec.name] = _parsed(spec, text)
        return cls(**values)


def _variable(spec: dataclasses.Field) -> str:
    return f"{_PREFIX}{spec.name.upper()}"


def _parsed(spec: dataclasses.Field, text: str) -> Any:
    kind: type = type(spec.default)
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        raise DreamError(f"{_variable(spec)} is {text!r}; choose 1 or 0")
    if spec.metadata["choices"]:
        return text.lower()
    try:
        return kind(text)
    except ValueError as error:
        wanted = "a whole number" if kind is int else "a number"
        raise DreamError(f"{_variable(spec)} is {text!r}; choose {wanted}") from error
