"""The command line as a whole, in this process and in one of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from dreamlab.cli.main import main
from dreamlab.config import DreamConfig
from tests.support.console import error_line

ROOT = Path(__file__).parents[2]


def test_bad_pictures_directories_and_commands(cat, asked, tmp_path, capfd):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    out = str(tmp_path / "o")
    for arguments, message in [
        ([], "the following arguments are required: dream|classify|layers|presets|atlas"),
        (["sleep"], "invalid choice: 'sleep'"),
        (["dream", cat], "the following arguments are required: --out"),
        (["dream", str(tmp_path / "bad.png"), "--out", out], "bad.png is not a PNG"),
        (["classify", str(tmp_path)], "is not a file; choose a picture file"),
        (["dream", "absent.png", "--out", out], "absent.png cannot be read"),
        (["dream", cat, "--out", cat], "cat.png cannot be written to: file exists"),
        (["dream", cat, "--out", cat + "/o"], "cannot be written to: not a directory"),
    ]:
        assert main(arguments) == 2
        assert message in error_line(capfd)
    assert not Path(out).exists()


def _python(*arguments, **options):
    environment = {
        name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        **options,
    )


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--help"], 0),
        (["dream", "--help"], 0),
        (["presets"], 0),
        (["layers", "--model", "resnet50"], 0),
        (["dream", "absent.png", "--out", "absent"], 2),
        (["dream", "dreamlab/samples/cat.png", "--out", "absent", "--octaves", "0"], 2),
    ],
)
def test_what_needs_no_network_does_not_import_tensorflow(arguments, status):
    code = (
        "import sys\n"
        "import dreamlab\n"
        "from dreamlab.cli.main import main\n"
        "try:\n"
        "    status = main(sys.argv[1:])\n"
        "except SystemExit as end:\n"
        "    status = end.code\n"
        "assert not {'tensorflow', 'keras', 'streamlit'} & sys.modules.keys()\n"
        "sys.exit(status)\n"
    )
    done = _python("-c", code, *arguments)
    assert done.returncode == status, done.stderr
    assert done.stderr.count("\n") == (1 if status else 0)


def test_the_package_is_a_command():
    done = _python("-m", "dreamlab", "presets")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].startswith("layer1")


@pytest.mark.slow
def test_the_real_thing_in_its_own_process(tmp_path):
    """The mixed preset on the sample cat: no word on standard error but the octaves left out."""
    out = tmp_path / "out"
    arguments = ["dream", "dreamlab/samples/cat.png", "--out", str(out), "--max-side", "128"]
    done = _python("-m", "dreamlab", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("dreamlab: left out 2 octaves (33 x 22, 46 x 30 px)")
    assert done.stderr.count("\n") == 1, done.stderr
    names = {path.name for path in out.iterdir()}
    octaves = ["octave_0_43x65.png", "octave_1_60x91.png", "octave_2_85x128.png"]
    pictures = ["dream.png", *octaves, "progression.gif", "progression.webp"]
    assert names == {*pictures, "original.png", "losses.csv", "losses.json", "config.json"}
    for name in pictures:
        with Image.open(out / name) as opened:
            opened.load()
            assert opened.size == ((65, 43) if "43x65" in name else opened.size)
    assert (out / "octave_2_85x128.png").read_bytes() == (out / "dream.png").read_bytes()
    losses = [row["loss"] for row in json.loads((out / "losses.json").read_text())]
    assert len(losses) == 30
    for octave in range(3):
        assert losses[10 * octave] < losses[10 * octave + 9]
    assert DreamConfig.from_file(out / "dream.png") == DreamConfig.preset("mixed")

    done = _python("-m", "dreamlab", *arguments, "--layer", "block9=1")
    assert done.returncode == 2
    assert done.stderr.startswith("dreamlab: vgg16 has no layer 'block9'")
    assert done.stderr.count("\n") == 1
