"""Times of day as the visitor's clock has them, and how long something is kept."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo

import streamlit as st

from dreamlab.tasks.wording import duration

_HOUR = 3600


def zone() -> tzinfo | None:
    """Return the time zone of the visitor's browser; None where it does not tell one."""
    west = st.context.timezone_offset  # in minutes
    if west is None or abs(west) >= 24 * 60:
        return None
    return timezone(timedelta(minutes=-west))


def clock(when: float, now: float, where: tzinfo | None) -> str:
    """Return a time of day, such as 14:32, with the date if that is another day's.

    Parameters
    ----------
    when, now : float
        The time, and that of the clock, as `time.time` has them.
    where : tzinfo or None
        The time zone; None for UTC, which is told.
    """
    told, today = (datetime.fromtimestamp(each, where or UTC) for each in (when, now))
    time_of_day = f"{told:%H:%M}" + " UTC" * (where is None)
    return time_of_day if told.date() == today.date() else f"{told.day} {told:%b}, {time_of_day}"


def hours(seconds: float) -> str:
    """Return a duration in hours if they are whole, such as ``2 hours``; else as `duration`."""
    whole, rest = divmod(round(seconds), _HOUR)
    return duration(seconds) if rest or not whole else f"{whole}\u00a0hour{'s' * (whole > 1)}"
