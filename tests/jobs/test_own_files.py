"""The process that reads the owner's networks, and what the page makes of its answers."""

import logging
import os
import stat
import sys

import keras
import pytest
from keras import layers as kl

from dreamlab import own_models
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs import own_files
from dreamlab.jobs.own_files import offer_own
from dreamlab.layers import known_layers
from dreamlab.models import load_model
from dreamlab.zoo import networks_on_offer
from tests.support.own import classifier, picture_input


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(own_models, "_known", {})


def _own():
    """The networks on offer beside the zoo's, and why others are not."""
    names, problems = networks_on_offer()
    return [name for name in names if "." in name], problems


def _settings(folder, **more):
    return DeploymentSettings(models=str(folder), **more)


def test_without_a_folder_nothing_is_started(monkeypatch):
    monkeypatch.setattr(own_files.subprocess, "Popen", None)
    offer_own(DeploymentSettings())
    assert _own() == ([], [])


def test_a_folder_that_is_gone_is_one_sentence(tmp_path):
    with pytest.raises(DreamError, match="the networks' folder .* cannot be read"):
        offer_own(_settings(tmp_path / "absent"))


def test_a_process_reads_all_files_of_a_folder(tmp_path, caplog):
    classifier(kl.Rescaling(1 / 255, name="shares")).save(tmp_path / "says.keras")
    classifier(lambda x: x).save(tmp_path / "asks.h5")
    inputs = picture_input()
    keras.Model(inputs, kl.Lambda(lambda x: x * 2)(inputs)).save(tmp_path / "code.keras")
    (tmp_path / "cut.keras").write_bytes((tmp_path / "says.keras").read_bytes()[:2000])
    (tmp_path / "a\nb.keras").write_bytes(b"")
    with caplog.at_level(logging.WARNING, "dreamlab"):
        offer_own(_settings(tmp_path, input_range="0,1"))
    names, problems = _own()
    assert names == ["asks.h5", "says.keras"]
    assert known_layers("says.keras") == load_model(tmp_path / "says.keras").layers
    assert own_models.own("asks.h5").fed == (
        "asks.h5 is fed pictures in 0 to 1, as input_range says"
    )
    assert [problem.split(" ")[:2] for problem in problems] == [
        ["'a\\nb.keras'", "has"],
        ["code.keras", "holds"],
        ["cut.keras", "is"],
    ]
    logged = [record for record in caplog.records if record.name.startswith("dreamlab")]
    assert [record.message for record in logged] == problems
    assert all(len(problem) < 320 and problem.isprintable() for problem in problems)


def _stand_in(folder, script, monkeypatch):
    """Have a script run in Python's place."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(path))
    for name in ("1.keras", "2.keras", "3.keras"):
        (folder / name).write_bytes(b"")


@pytest.mark.skipif(os.name == "nt", reason="a script of the shell")
def test_a_file_that_ends_the_process_keeps_no_other_from_being_read(tmp_path, monkeypatch):
    # The arguments are -m, the module, the range and the files.
    script = """
shift 3
for file; do
  case $file in
    *2.keras) printf '{"layers": [], "smal'; kill -9 $$ ;;
    *) echo '{"layers": [], "smallest": 40, "fed": "x", "problem": "", "notes": []}' ;;
  esac
done"""
    _stand_in(tmp_path, script, monkeypatch)
    offer_own(_settings(tmp_path))
    assert _own() == (
        ["1.keras", "3.keras"],
        [
            "'2.keras' could not be read in 60 seconds, or takes more memory than there is: "
            "choose a smaller network"
        ],
    )


@pytest.mark.skipif(os.name == "nt", reason="a script of the shell")
def test_a_process_that_stays_is_ended(tmp_path, monkeypatch):
    _stand_in(tmp_path, "exec sleep 3600", monkeypatch)
    monkeypatch.setattr(own_files, "FILE_SECONDS", 0.05)
    offer_own(_settings(tmp_path))
    names, problems = _own()
    assert names == [] and len(problems) == 3
