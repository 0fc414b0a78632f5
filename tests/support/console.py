"""What a command printed."""


def error_line(capfd) -> str:
    """Return the one line on standard error, having checked that nothing else was printed."""
    out, err = capfd.readouterr()
    assert out == ""
    assert err.endswith("\n") and err.count("\n") == 1, err
    return err.strip()
