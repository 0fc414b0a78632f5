"""The package calls nothing that Windows does not have."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: What Python has on Unix alone, or does something else on Windows, by what it is called.
UNIX = {
    "os.nice": r"\bos\.nice\b",
    "add_reader": r"\badd_(reader|writer)\b",
    "add_signal_handler": r"\badd_signal_handler\b",
    "os.kill": r"\bos\.(kill|killpg)\b",
    "os.fork": r"\bos\.(fork|forkpty|wait|waitpid)\b",
    "os.getuid": r"\bos\.(get|set)(e?[ug]id|pgid|sid|groups|priority|loadavg)\b",
    "os.uname": r"\bos\.(uname|sysconf|mkfifo|chown|chroot|sched_\w+)\b",
    "signal.SIGKILL": r"\bsignal\.SIG(KILL|STOP|CONT|HUP|USR1|USR2|ALRM|CHLD|PIPE|QUIT)\b",
    "signal.alarm": r"\bsignal\.(alarm|setitimer|pause)\b",
    "a module": r"^\s*(import|from)\s+(fcntl|resource|pwd|grp|termios|tty|pty|syslog|posix)\b",
}


def found(text: str) -> list[str]:
    """Return the names of what is found in a file, each with its line."""
    return [
        f"{name} in line {number}"
        for number, line in enumerate(text.splitlines(), 1)
        for name, pattern in UNIX.items()
        if re.search(pattern, line)
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("    os.nice(10)", "os.nice"),
        ("loop.add_reader(sys.stdin, gone.set)", "add_reader"),
        ("os.kill(pid, 0)", "os.kill"),
        ("if os.fork():", "os.fork"),
        ("os.getuid()", "os.getuid"),
        ("os.kill(pid, signal.SIGKILL)", "signal.SIGKILL"),
        ("import fcntl", "a module"),
        ("from resource import getrusage", "a module"),
    ],
)
def test_it_is_seen(line, name):
    assert f"{name} in line 2" in found(f"\n{line}")


def test_what_windows_has_too_is_none_of_it():
    assert not found("from importlib import resources\nos.killed\nprocess.nice(10)\nresource = 1")


def test_the_package_has_none_of_it():
    files = sorted(ROOT.joinpath("dreamlab").rglob("*.py"))
    assert len(files) > 50
    faults = {
        str(path.relative_to(ROOT)): names
        for path in files
        if (names := found(path.read_text("utf-8")))
    }
    assert not faults
