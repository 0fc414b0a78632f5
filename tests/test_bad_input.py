"""What strangers send: each file, setting and address gets its result or one plain sentence."""

import base64
import io
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dreamlab.comparison.comparison import MAX_SIDE, Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.images import Picture, load_image
from dreamlab.jobs.service import JobService
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui.session import decoding
from tests.support.addresses import packed
from tests.support.corpus import FILES, LARGE
from tests.support.jobs import PRELOAD, ended, until

GOOD = {"layers": {"block3_conv3": 1.0}}
SETUP = {"variants": [{"name": "a", **GOOD}]}

PNG = b"\x89PNG"

#: Longest sentence that is still one.
LONGEST = 320


#: What a sentence has only where something of the program itself has got into it.
TRACES = ("Traceback", "Error:", " at 0x", "site-packages")


def sentence(error: DreamError) -> str:
    """Check that an error is one line of plain words and return it."""
    text = str(error)
    assert 10 < len(text) < LONGEST, text
    assert text.isprintable(), text
    assert not any(word in text for word in TRACES), text
    return text


def named(name: str, data: bytes) -> io.BytesIO:
    """Make what an upload widget gives: bytes with a name."""
    file = io.BytesIO(data)
    file.name = name
    return file


@pytest.mark.filterwarnings("ignore::dreamlab.images.PictureNote")
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_or_refused_in_a_sentence(name):
    data, expected = FILES[name]
    if isinstance(expected, tuple):
        image = load_image(named(name, data))
        assert image.shape == (*expected, 3)
        assert np.isfinite(image).all() and np.abs(image).max() <= 1
    else:
        with pytest.raises(DreamError) as error:
            load_image(named(name, data))
        assert expected in sentence(error.value)


#: Reads a picture and prints by how many MB that raised the most memory the process ever held.
#: Not by `resource`: there a new process begins with what its parent held.
READ = """
import sys
from pathlib import Path
from dreamlab.images import load_image

def most():
    (line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1000

data, before = Path(sys.argv[1]).read_bytes(), most()
load_image(data, max_side=int(sys.argv[2]), max_memory=float(sys.argv[3]))
print(most() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("name", LARGE)
def test_a_large_picture_does_not_take_the_page_s_memory(name, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(LARGE[name]())
    command = [sys.executable, "-c", READ, str(path), str(MAX_SIDE), str(decoding.MEMORY)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 250


@pytest.mark.parametrize("name", FILES)
def test_no_file_of_the_corpus_carries_settings(name):
    with pytest.raises(DreamError) as error:
        DreamConfig.from_file(io.BytesIO(FILES[name][0]))
    sentence(error.value)


#: Settings of a dream that cannot be.
SETTINGS = [
    None,
    [],
    "settings",
    7,
    {},
    {"layers": {}},
    {"layers": []},
    {"layers": ["block3_conv3", 3]},
    {"layers": {"": 1}},
    {"layers": {"a": "1"}},
    {"layers": {"a": None}},
    {"layers": {"a": True}},
    {"layers": {"a": float("nan")}},
    {"layers": {"a": float("inf")}},
    {"layers": {"a": 1e300}},
    {"layers": {"a": 10**5000}},
    {"layers": {"a": 0}},
    {"layers": {"a": {"a": 1}}},
    {"layers": {"x" * 100_000: "y" * 100_000}},
    {**GOOD, "layer": 1},
    {**GOOD, "x" * 100_000: 1},
    {**GOOD, "__class__": "os.system"},
    {**GOOD, "octaves": 0},
    {**GOOD, "octaves": 10**9},
    {**GOOD, "octaves": 10**5000},
    {**GOOD, "octaves": 2.5},
    {**GOOD, "octaves": "5"},
    {**GOOD, "octaves": [5]},
    {**GOOD, "octaves": None},
    {**GOOD, "octaves": True},
    {**GOOD, "octave_scale": 1},
    {**GOOD, "octave_scale": float("nan")},
    {**GOOD, "iterations": -1},
    {**GOOD, "iterations": 1e18},
    {**GOOD, "step": -0.01},
    {**GOOD, "step": float("inf")},
    {**GOOD, "step": "0.01; rm"},
    {**GOOD, "max_loss": float("nan")},
    {**GOOD, "max_loss": "1"},
    {**GOOD, "gaussian_noise": -1},
    {**GOOD, "salt_pepper": 2},
    {**GOOD, "jitter": 10**6},
    {**GOOD, "seed": -1},
    {**GOOD, "seed": 2**32},
    {**GOOD, "precision": "float64"},
    {**GOOD, "precision": ["float32"]},
    {**GOOD, "precision": {"float32": 1}},
    {**GOOD, "preprocessing": "<script>alert(1)</script>"},
    {**GOOD, "preprocessing": None},
    {**GOOD, "tile": "automatic"},
    {**GOOD, "tile": 1},
    {**GOOD, "tile": None},
    {**GOOD, "channels": [1]},
    {**GOOD, "channels": {"block3_conv3": []}},
    {**GOOD, "channels": {"block3_conv3": 5}},
    {**GOOD, "channels": {"block3_conv3": [-1]}},
    {**GOOD, "channels": {"block3_conv3": [0.5]}},
    {**GOOD, "channels": {"block3_conv3": [True]}},
    {**GOOD, "channels": {"block3_conv3": "0"}},
    {**GOOD, "channels": {"x" * 100_000: [0]}},
    {**GOOD, "channels": {5: [0]}},
]


@pytest.mark.parametrize("values", SETTINGS, ids=range(len(SETTINGS)))
def test_settings_that_cannot_be_are_refused_in_a_sentence(values):
    with pytest.raises(DreamError) as error:
        DreamConfig.from_dict(values)
    sentence(error.value)


def test_lists_in_lists_are_refused_in_a_sentence():
    nested: list = []
    for _ in range(5000):
        nested = [nested]
    with pytest.raises(DreamError) as error:
        DreamConfig.from_dict({**GOOD, "octaves": nested})
    sentence(error.value)


#: Parts of a comparison in an address that cannot be, laid over one that can.
SETUPS = [
    {"variants": []},
    {"variants": {}},
    {"variants": None},
    {"variants": [None]},
    {"variants": [[]]},
    {"variants": [{}]},
    {"variants": [{"name": "a", **GOOD}] * 7},
    {"variants": [{"name": "a", **GOOD}] * 2000},
    {"variants": [{"name": "", **GOOD}]},
    {"variants": [{"name": 5, **GOOD}]},
    {"variants": [{"name": "x" * 41, **GOOD}]},
    {"variants": [{"name": "a\x00b", **GOOD}]},
    {"variants": [{"name": "\u202egnp.exe", **GOOD}]},
    {"variants": [{"name": "a", "layers": {"block9_conv9": 1}}]},
    {"variants": [{"name": "a", "layers": {"<b>": 1}}]},
    {"variants": [{"name": "a", "layers": {"\ud800": 1}}]},
    {"variants": [{"name": "a", "layers": {"block3_conv3": float("nan")}}]},
    {"variants": [{"name": "a", **GOOD, "overrides": []}]},
    {"variants": [{"name": "a", **GOOD, "overrides": {"layers": {}}}]},
    {"variants": [{"name": "a", **GOOD, "overrides": {"octaves": 1e99}}]},
    {"variants": [{"name": "a", **GOOD, "owner": "b"}]},
    {"common": []},
    {"common": {"step": "a lot"}},
    {"common": {"step": float("nan")}},
    {"common": {"iterations": 10**30}},
    {"common": {"layers": {"block3_conv3": 1}}},
    {"common": {"seed": [[[]]]}},
    {"model": "../../etc/passwd"},
    {"model": "own.keras"},
    {"model": None},
    {"model": ["vgg16"]},
    {"source": "http://example.com/cat.png"},
    {"source": 0},
    {"max_side": 10**9},
    {"max_side": 600.5},
    {"max_side": True},
    {"max_side": "600"},
    {"max_side": float("inf")},
    {"every": 0},
    {"every": -1},
    {"every": [1]},
    {"image": "data:image/png;base64,AAAA"},
]


@pytest.mark.parametrize("values", SETUPS, ids=range(len(SETUPS)))
def test_addresses_that_cannot_be_are_refused_in_a_sentence(values):
    with pytest.raises(DreamError) as error:
        Comparison.decode(packed(json.dumps({**SETUP, **values})))
    sentence(error.value)


#: Addresses that are not even a comparison.
ADDRESSES = {
    "nothing": "",
    "text": "hello",
    "100 kB": "A" * 100_000,
    "markup": "<script>alert(1)</script>",
    "not ASCII": "ä" * 50,
    "control characters": "\x00\x1b[31m",
    "no JSON": packed("no"),
    "no text": packed(b"\xff\xfe\xfd"),
    "no object": packed("[1, 2]"),
    "a number": packed("5"),
    "deep": packed("[" * 60_000),
    "just deep enough": packed('{"variants":' + "[" * 900 + "]" * 900 + "}"),
    "bomb": packed(b" " * 30_000_000)[:8_000],
    "large": packed(json.dumps({**SETUP, "model": "x" * 63_000})),
    "many digits": packed('{"max_side": ' + "9" * 60_000 + "}"),
    "cut short": packed(json.dumps(SETUP))[:-8],
    "pickle": base64.urlsafe_b64encode(b"\x80\x04cos\nsystem\n(S'true'\ntR.").decode(),
    "packed pickle": packed(b"\x80\x04cos\nsystem\n(S'true'\ntR."),
    "yaml": packed("!!python/object/apply:os.system ['true']"),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_is_no_address_is_refused_in_a_sentence(name):
    with pytest.raises(DreamError) as error:
        Comparison.decode(ADDRESSES[name])
    sentence(error.value)


# What was given stands in the sentence: it must not hold by itself what is looked for there, and
# Hypothesis tries the words that it finds in this file.
_TEXT = st.text().filter(lambda text: not any(word in text for word in TRACES))

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | _TEXT
    | st.sampled_from(["block3_conv3", "vgg16", "auto", "upload"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)
_NAMES = st.sampled_from(list(DreamConfig(**GOOD).to_dict())) | _TEXT
_PARTS = st.sampled_from(list(Comparison(variants=(Variant(name="a", **GOOD),)).to_dict())) | _TEXT


@given(st.dictionaries(_NAMES, _JSON, max_size=6), st.booleans())
def test_any_settings_make_a_config_or_one_sentence(values, good):
    values = {**values, **GOOD} if good else values
    try:
        config = DreamConfig.from_dict(values)
    except DreamError as error:
        sentence(error)
    else:
        assert DreamConfig.from_json(config.to_json()) == config


@given(st.dictionaries(_PARTS, _JSON, max_size=4), st.booleans())
def test_any_address_makes_a_setup_or_one_sentence(values, good):
    values = {**values, **SETUP} if good else values
    try:
        setup = Comparison.decode(packed(json.dumps(values)))
    except DreamError as error:
        sentence(error)
    else:
        assert Comparison.decode(setup.encode()) == setup


@given(st.binary(max_size=200), st.binary(max_size=40), st.integers(0, 400))
@settings(max_examples=150)
def test_any_bytes_are_a_picture_or_one_sentence(start, patch, place):
    good = FILES["plain.png"][0]
    for data in (start, good[:place] + patch + good[place + len(patch) :], start + good):
        try:
            image = load_image(data)
        except DreamError as error:
            sentence(error)
        else:
            assert image.ndim == 3 and image.shape[2] == 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::dreamlab.images.PictureNote")
def test_no_file_or_setting_ends_a_worker(monkeypatch):
    """All that can be read goes to a worker, as the page sends it."""
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    config = DreamConfig(layers={"block1_conv1": 1.0}, octaves=1, iterations=1, step=1e-5)
    with closing(JobService(DeploymentSettings(job_seconds=20))) as jobs:
        until(jobs.ready)
        (address,) = jobs.workers
        began = 0
        for name, (data, expected) in FILES.items():
            try:
                job = jobs.submit("a", DreamTask(Picture.of(load_image(data)), config))
            except DreamError as error:
                sentence(error)
                assert not isinstance(expected, tuple) or min(expected) < 32, name
                continue
            assert isinstance(expected, tuple), name
            status = ended(jobs, job)
            assert (status.state, status.error) == ("done", None), name
            began += 1
        assert began >= 10
        # The worker is the one from before, and still dreams.
        assert jobs.workers == {address}
        good = DreamTask(Picture.of(load_image(FILES["plain.png"][0])), config)
        assert ended(jobs, jobs.submit("a", good)).state == "done"
