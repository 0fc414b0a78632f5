"""Reads a network from a user's own file."""

import json
import re
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import keras
import tensorflow as tf
from keras.src.saving.serialization_lib import SafeModeScope

from dreamlab.errors import DreamError
from dreamlab.models.file_faults import check_no_code, fault
from dreamlab.models.file_kinds import CONFIG, METADATA, kind_of, label
from dreamlab.models.unpacked_size import check_size


def read_own(path: Path) -> keras.Model:
    """Load a network from a file that Keras 2 or 3 has saved, whatever its name.

    No code in the file is run.

    Parameters
    ----------
    path : Path
        A file or folder that exists.

    Raises
    ------
    DreamError
        If Keras cannot load it; the message says what the file is or holds, and the way out.
    """
    try:
        suffix = kind_of(path)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise DreamError(
            f"{label(path)} cannot be read ({reason}): copy it to where it can"
        ) from error
    config, version = _description(path, suffix)
    check_no_code(label(path), config)
    try:
        # The scope, as a user may have allowed Keras to run code of files that are trusted.
        with _called(path, suffix) as named, SafeModeScope(True), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Keras, about how the model was written
            model = keras.models.load_model(named, compile=False, safe_mode=True)
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise DreamError(
            f"{label(path)} needs more memory than there is: choose a smaller network"
        ) from error
    except zipfile.BadZipFile as error:
        raise DreamError(_damaged(path)) from error
    except Exception as error:  # what a damaged or foreign file does to Keras may be anything
        raise fault(label(path), suffix, config, version, error) from error
    if isinstance(model, keras.Sequential) and not model.built:
        raise DreamError(
            f"{label(path)} does not say what it takes: put keras.Input((96, 96, 3)), or its own "
            "size, before its layers and save it again"
        )
    if not isinstance(model, keras.Model):
        raise DreamError(
            f"{label(path)} holds a {type(model).__name__}, not a network: "
            "save a keras.Model with model.save"
        )
    return model


def _description(path: Path, suffix: str) -> tuple[Any, str]:
    """Return the network's layers as the file describes them, and the Keras that saved it.

    The file is measured first.
    """
    try:
        check_size(path, suffix)
        if suffix == ".h5":
            with h5py.File(path) as file:
                version = file.attrs.get("keras_version", "")
                if isinstance(version, bytes):
                    version = version.decode()
                return json.loads(file.attrs["model_config"]), _plain(version)
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read(CONFIG))
            names = archive.namelist()
            facts = json.loads(archive.read(METADATA)) if METADATA in names else {}
            return config, _plain(facts.get("keras_version"))
    except DreamError:
        raise
    except Exception as error:  # damage may show anywhere in it
        raise DreamError(_damaged(path)) from error


def _plain(version: Any) -> str:
    """Return the number of a version, or nothing if it is none."""
    text = str(version)
    return text if re.fullmatch(r"\d[\w.+-]{0,20}", text) else ""


def _damaged(path: Path) -> str:
    return f"{label(path)} is damaged: copy or download it again"


@contextmanager
def _called(path: Path, suffix: str) -> Iterator[Path]:
    """Give a file with the suffix by which Keras tells what it is: itself, or a copy."""
    if path.name.endswith(suffix) or suffix == ".h5" and path.name.endswith(".hdf5"):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="dreamlab-") as folder:
        yield Path(shutil.copyfile(path, Path(folder) / f"own{suffix}"))
