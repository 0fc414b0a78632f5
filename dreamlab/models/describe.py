"""Describes networks in files to a process that has no TensorFlow.

``python -m dreamlab.models.describe RANGE FILE...`` writes a line of JSON for each file: what
`dreamlab.own_models.Own` holds, and ``notes``, a list of sentences about it. RANGE is what
networks are fed that do not say it themselves, or empty.
"""

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from dreamlab.errors import DreamError
from dreamlab.models.file_kinds import label
from dreamlab.models.loading import load_model
from dreamlab.models.own_network import LayersLeftOut


def described(path: Path, input_range: str) -> dict[str, Any]:
    """Return what a network is, or the sentence why it cannot be used, as plain JSON types.

    Parameters
    ----------
    path : Path
        A file of Keras.
    input_range : str
        One of `dreamlab.config.input_range.INPUT_RANGES` for a network that does not say its own;
        may be empty.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LayersLeftOut)
        try:
            network = load_model(path)
            feeding = network.feeding.otherwise(input_range)
            problem = "" if feeding.range else _unfed(path)
            layers = [layer.to_dict() for layer in network.layers]
        except DreamError as error:
            return {"problem": str(error)}
        except Exception as error:  # a file that nobody foresaw is not to keep others from theirs
            return {
                "problem": f"{label(path)} cannot be used ({type(error).__name__}): save the "
                "network again with model.save('own.keras')"
            }
    return {
        "layers": layers,
        "smallest": network.smallest,
        "fed": feeding.in_words,
        "problem": problem,
        "notes": [str(each.message) for each in caught if each.category is LayersLeftOut],
    }


def _unfed(path: Path) -> str:
    return (
        f"{label(path)} does not say in which range its pictures are: start the page with "
        "--input-range, or DREAMLAB_INPUT_RANGE, as it was trained"
    )


def _main(input_range: str, *files: str) -> None:
    # Whatever a library prints is not to stand between the lines.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as lines:
        os.dup2(2, 1)
        for file in files:
            print(json.dumps(described(Path(file), input_range)), file=lines, flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
