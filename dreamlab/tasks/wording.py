"""Figures of tasks in words, for whoever tells a person."""

from collections.abc import Sequence


def duration(seconds: float) -> str:
    """Return a duration such as ``"8 s"`` or ``"2 min 5 s"``, with no-break spaces."""
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, 60)
    parts = [f"{minutes} min"] if minutes else []
    parts += [f"{rest} s"] if rest or not minutes else []
    return " ".join(parts).replace(" ", "\u00a0")


def choose(ways: Sequence[str]) -> str:
    """Return the way out of a refusal, such as ``choose fewer steps or a smaller side``."""
    *others, last = ways
    return f"choose {', '.join(others)}{' or ' if others else ''}{last}"
