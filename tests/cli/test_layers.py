"""The commands that list what there is to choose from."""

from dreamlab.cli.main import main
from dreamlab.config import PRESETS
from tests.support.console import error_line
from tests.support.tiny import tiny_network


def test_layers_are_listed_with_their_reach(capfd):
    assert main(["layers"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].split() == [
        "layer",
        "kind",
        "depth",
        "channels",
        "stride",
        "receptive",
        "field",
    ]
    assert "block5_conv3 Conv2D 13 512 16 196".split() in [line.split() for line in lines]
    # The table, and what the network is fed after an empty line.
    assert len(lines) == 1 + 18 + 2
    assert lines[-1].startswith("vgg16 is fed pictures in -1 to 1, as in the notebook;")
    assert main(["layers", "--model", "inception_v3"]) == 0
    assert len(capfd.readouterr().out.splitlines()) == 1 + 11 + 2
    assert main(["layers", "--model", "inception_v3", "--all"]) == 0
    assert len(capfd.readouterr().out.splitlines()) == 1 + 310 + 2


def test_layers_of_a_network_of_ones_own(asked, capfd):
    assert main(["layers", "--model", "own.keras"]) == 0
    lines = [line.split() for line in capfd.readouterr().out.splitlines()]
    assert [line[0] for line in lines[:5]] == ["layer", "first", "second", "pool", "third"]
    assert lines[5:] == [[], "tiny is fed pictures in -1 to 1, as it is made with no other".split()]
    assert lines[4] == ["third", "Conv2D", "3", "6", "2", "10"]


def test_layers_of_a_file_and_why_another_has_none(tmp_path, capfd):
    tiny_network().feature_extractor(["third"], "float32").save(tmp_path / "own.h5")
    assert main(["layers", "--model", str(tmp_path / "own.h5")]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:5]] == ["layer", "first", "second", "pool", "third"]
    (tmp_path / "own.pth").write_bytes(b"\x80\x02\x8a\nl\xfc\x9c")
    assert main(["layers", "--model", str(tmp_path / "own.pth")]) == 2
    assert error_line(capfd).startswith("dreamlab: own.pth is a file of PyTorch, and only net")


def test_layers_of_an_unknown_network(capfd):
    assert main(["layers", "--model", "vgg17"]) == 2
    assert "unknown model 'vgg17'; choose from vgg16" in error_line(capfd)


def test_presets_are_listed(capfd):
    assert main(["presets"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(PRESETS)
    assert lines[7].split()[1:4] == ["vgg16", "block2_conv2=0.02", "block3_conv3=0.03"]
    assert lines[-1].split()[1:3] == ["inception_v3", "mixed2=0.2"]
    assert lines[7].endswith("gaussian_noise=0.05 salt_pepper=0.002")
