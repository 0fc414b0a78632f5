"""The one error that reaches users."""


class DreamError(Exception):
    """Something the user can put right, said in one sentence.

    The message names what failed, the value that was given, and the way out:
    ``"octaves is 0; choose 1 to 20"``. Whoever shows it shows the message alone.
    """
