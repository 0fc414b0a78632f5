"""The standard error stream while native code decodes."""

import os
import subprocess
import sys

import pytest

from dreamlab.images import native


def test_what_others_write_meanwhile_is_kept(capfd):
    with native.quiet():
        os.write(2, b"2026-01-01 12:00:00,123 job7 ended\n")
        os.write(2, b"LZWDecode: Not enough data at scanline 0 (short 9 bytes).\n")
        os.write(2, b"TIFFReadDirectory: Warning, Unknown field with tag 65000.\n")
        os.write(2, b"half a line")
    os.write(2, b", and its end\n")
    said = capfd.readouterr().err
    assert said == "2026-01-01 12:00:00,123 job7 ended\nhalf a line, and its end\n"


def test_the_stream_is_there_again_after_an_error(capfd):
    with pytest.raises(KeyError), native.quiet():
        raise KeyError
    os.write(2, b"TIFFOpen: afterwards.\n")
    assert capfd.readouterr().err == "TIFFOpen: afterwards.\n"


def test_no_such_stream_is_no_fault():
    code = "from dreamlab.images import native\nwith native.quiet():\n print('done')"
    command = [sys.executable, "-c", f"import os; os.close(2)\n{code}"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"done\n"
