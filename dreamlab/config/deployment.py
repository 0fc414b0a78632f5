"""The settings of a deployment: every ``DREAMLAB_*`` variable and its default, once."""

import difflib
import os
from collections.abc import Mapping
from typing import Self

from dreamlab.config.base import Settings, checked, specs
from dreamlab.config.input_range import INPUT_RANGES
from dreamlab.config.specs import Spec, Text, choice, flag, number, setting
from dreamlab.errors import DreamError

_PREFIX = "DREAMLAB_"

#: A source of a Content-Security-Policy: a scheme, and a host that may begin with ``*.``.
_ORIGIN = r"https?://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?"

#: Names of the number types in a message.
_KINDS = {"int": "a whole number", "float": "a number"}


@checked
class DeploymentSettings(Settings):
    """The limits of a deployment, and the address of its workers.

    Each field is read from the variable ``DREAMLAB_`` and its name in capitals, such as
    ``DREAMLAB_JOB_SECONDS``; the ``help`` of its spec gives its meaning.
    """

    scheduler: str = setting(
        Text(
            default="",
            help="Address of a Dask scheduler, tcp://host:port; empty starts a local worker.",
            pattern=r"((tcp|tls|wss?|ucx)://)?[^\s/]+:\d{1,5}",
            example="tcp://10.0.0.1:8786",
        )
    )
    warm_model: str = setting(
        Spec(default="vgg16", help="Network that a worker loads when it starts.")
    )
    own_models: bool = flag(
        False, "Whether jobs may name a network by its path; the page offers the zoo alone."
    )
    models: str = setting(
        Text(
            default="",
            help="Folder of networks of your own, .keras and .h5 files, that the page offers "
            "beside the zoo's.",
            pattern=r"(?s).+",
            example="networks",
        )
    )
    input_range: str = setting(
        Text(
            default="",
            help="What those of them are fed that do not say it: "
            f"{', '.join(INPUT_RANGES[:-1])} or {INPUT_RANGES[-1]}.",
            pattern="|".join(INPUT_RANGES),
            example=f"{', '.join(INPUT_RANGES[:-1])} or {INPUT_RANGES[-1]}",
        )
    )
    waiting_per_visitor: int = number(
        36,
        1,
        None,
        "Most dreams one visitor may have waiting; beyond six, as many as places stay free.",
    )
    waiting: int = number(200, 1, None, "Most dreams waiting in all.")
    waiting_seconds: float = number(
        3600.0,
        1.0,
        None,
        "Most seconds of work waiting for each worker; a visitor may have as much as stays free.",
    )
    dream_seconds: float = number(
        600.0, 0.1, None, "Longest a dream may be expected to run, in seconds; else it is refused."
    )
    trusted_proxies: int = number(
        0,
        0,
        None,
        "How many proxies in front add to X-Forwarded-For; visitors of an address then share "
        "a bound on what waits.",
    )
    cost: float = number(
        200.0,
        0.001,
        None,
        "Most work in one dream: million pixels x steps, summed over its octaves.",
    )
    job_seconds: float = number(900.0, 0.1, None, "Longest a dream may run, in seconds.")
    stop_seconds: float = number(
        20.0,
        0.1,
        None,
        "Seconds a dream has to stop when told, before its worker is restarted.",
    )
    orphan_seconds: float = number(
        30.0, 0.0, None, "Seconds after a visitor left until the visitor's dreams are cancelled."
    )
    tab_seconds: float = number(
        60.0,
        0.0,
        100.0,
        "Seconds after a tab was closed until its upload, pictures and settings are let go.",
    )
    store_mb: float = number(256.0, 0.001, None, "Most memory for results that are kept, in MB.")
    store_seconds: float = number(7200.0, 0.0, None, "Longest a result is kept, in seconds.")
    recording_mb: float = number(
        64.0, 0.001, 1e6, "Most memory for the frames of one dream, in MB."
    )
    memory: float = number(
        0.0,
        0.0,
        1e6,
        "Memory the process that dreams may take, in MB, before it works in tiles; 0 is half of "
        "what is free, at most 2,350.",
    )
    worker_memory: float = number(
        0.7,
        0.001,
        1.0,
        "Share of the machine's memory at which the local worker is restarted.",
    )
    frames: str = setting(
        Text(
            default="",
            help="Origins whose pages may show the page in a frame, such as "
            "https://moodle.example.org or https://*.example.org; between two a comma.",
            pattern=rf"{_ORIGIN}([\s,]+{_ORIGIN})*",
            example="https://moodle.example.org",
        )
    )
    status: bool = flag(
        False,
        "Whether everybody may see at /?status=1 how many dreams wait, run and have ended, and at "
        "/_stcore/metrics what Streamlit says of sessions and memory.",
    )
    log_level: str = choice(
        "critical",
        ("debug", "info", "warning", "error", "critical"),
        "How much Dask logs: debug, info, warning, error, critical.",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings from environment variables; a variable that is not set has its default.

        Raises
        ------
        DreamError
            If a variable is misspelt, not of its type or not allowed; the message names it.
        """
        environment = os.environ if environment is None else environment
        known = [name.upper() for name in specs(cls)]
        for variable in environment:
            own = variable.removeprefix(_PREFIX)
            if own == variable or own in known:
                continue
            # The program's launcher may set other variables, such as DREAMLAB_PORT.
            if close := difflib.get_close_matches(own, known, 1, cutoff=0.8):
                raise DreamError(
                    f"there is no setting {variable}: did you mean {_PREFIX}{close[0]}?"
                )
        values = {}
        for name, spec in specs(cls).items():
            variable = _PREFIX + name.upper()
            if text := environment.get(variable, "").strip():
                try:
                    # The message names the variable, as that is what the user typed.
                    values[name] = spec.check(variable, spec.parse(text))
                except ValueError as error:
                    kind = _KINDS.get(spec.kind, spec.kind)
                    raise DreamError(f"{variable} is {text!r}; choose {kind}") from error
        return cls(**values)
