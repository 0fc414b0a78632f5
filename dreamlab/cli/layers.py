"""The commands ``layers`` and ``presets``, which list what is available."""

import argparse
import itertools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from dreamlab.cli.console import (
    DEFAULT_MODEL,
    add_model,
    network,
    print_table,
    quietly_import_tensorflow,
)
from dreamlab.config import PRESETS
from dreamlab.config.input_range import check_input_range, fed_in_words
from dreamlab.config.presets import network_of
from dreamlab.images import load_image
from dreamlab.layers import (
    LAYER_TABLE,
    LOSS_TABLE,
    PARTNER_TABLE,
    is_offered,
    known_layers,
    layer_table,
)
from dreamlab.results import folder
from dreamlab.zoo import ARCHITECTURES, UNTRAINED, architecture, base, shipped


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands."""
    layers = commands.add_parser("layers", help="list a network's layers", allow_abbrev=False)
    layers.set_defaults(run=_layers)
    add_model(layers)
    layers.add_argument("--all", action="store_true", help="every layer, not only the usual ones")
    layers.add_argument(
        "--write",
        action="store_true",
        help="build all networks and write the tables of their layers that come with dreamlab",
    )
    presets = commands.add_parser("presets", help="list the presets", allow_abbrev=False)
    presets.set_defaults(run=_presets)


def _layers(options: argparse.Namespace) -> int:
    if options.write:
        return _write_layers()
    model = options.model or DEFAULT_MODEL
    if architecture(model) is not None:
        layers, fed = known_layers(model), _fed(model, options.input_range)
    else:
        loaded = network(options)
        layers, fed = loaded.layers, loaded.feeding.in_words
    listed = [layer for layer in layers if options.all or is_offered(model, layer.name)]
    rows: list[tuple[str, ...]] = [
        ("layer", "kind", "depth", "channels", "stride", "receptive field")
    ]
    for layer in listed:
        sees = "everything" if layer.receptive_field is None else layer.receptive_field
        row = layer.name, layer.kind, layer.depth, layer.channels, layer.stride, sees
        rows.append(tuple(str(cell) for cell in row))
    sizes = [layer.sizes for layer in listed]
    if any(sizes):
        rows = [(*row, cell) for row, cell in zip(rows, ["sizes", *sizes], strict=True)]
    print_table(rows)
    print(f"\n{fed}")
    return 0


def _fed(model: str, told: str | None) -> str:
    """Return a sentence about what a network of the zoo is fed."""
    if told is not None:
        return fed_in_words(model, check_input_range(told), "input_range says")
    known = ARCHITECTURES[base(model)]
    return fed_in_words(model, known.input_range, known.source, notebook=known.notebook_range)


def _write_layers() -> int:
    quietly_import_tensorflow()
    from dreamlab.models import load_model

    tables = {name: load_model(name, weights=None).layers for name in ARCHITECTURES}
    folder.write_file(LAYER_TABLE, layer_table(tables).encode())
    print(f"wrote {sum(map(len, tables.values()))} layers to {LAYER_TABLE}")
    _write_losses()
    _write_partners()
    return 0


def _write_losses() -> None:
    from dreamlab.dream.first_losses import first_losses
    from dreamlab.models import load_model

    cat = load_image(resources.files("dreamlab").joinpath("samples", "cat.png").read_bytes())
    losses = {}
    for name in [*shipped(), *(name + UNTRAINED for name in ARCHITECTURES)]:
        measured = first_losses(load_model(name), cat)
        losses[name] = {layer: float(f"{loss:.4g}") for layer, loss in measured.items()}
    folder.write_file(LOSS_TABLE, (json.dumps(losses, indent=1) + "\n").encode())
    print(f"wrote {sum(map(len, losses.values()))} losses to {LOSS_TABLE}")


def _write_partners() -> None:
    from dreamlab.analysis.run import analyse

    partners: dict[str, dict[str, Any]] = {}
    for first, second in itertools.combinations(shipped(), 2):
        findings = analyse("similarity", model=first, beside=second, precision="float32")
        partners.setdefault(first, {})[second] = {
            item.key: {name: round(figure, 3) for name, figure in item.values["cka"].items()}
            for item in findings.items
        }
    folder.write_file(PARTNER_TABLE, (json.dumps(partners, indent=1) + "\n").encode())
    print(f"wrote how alike layers of {len(shipped())} networks are to {PARTNER_TABLE}")


def _shown(value: Any) -> str:
    """Return a preset's value as an option takes it."""
    if not isinstance(value, Mapping):
        return str(value)
    return " ".join(f"{layer}={','.join(map(str, of))}" for layer, of in value.items())


def _presets(options: argparse.Namespace) -> int:
    rows: list[tuple[str, ...]] = [("preset", "network", "layers", "other settings")]
    for name, values in PRESETS.items():
        layers = " ".join(f"{layer}={weight:g}" for layer, weight in values["layers"].items())
        others = [f"{key}={_shown(value)}" for key, value in values.items() if key != "layers"]
        rows.append((name, network_of(name), layers, " ".join(others)))
    print_table(rows)
    return 0
