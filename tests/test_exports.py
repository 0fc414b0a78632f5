"""What each package says that it offers."""

import ast
import importlib
import re
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def listed(path: Path) -> bool:
    """Say whether a package lists what it offers."""
    return any(
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for node in ast.parse(path.read_text("utf-8")).body
    )


PACKAGES = {
    ".".join(path.relative_to(ROOT).parent.parts): path
    for path in sorted((ROOT / "dreamlab").rglob("__init__.py"))
    if listed(path)
}


def order(name: str) -> tuple:
    """Return a key that sorts as Ruff does: CONSTANTS, Classes, functions; numbers by value."""
    group = 0 if name.isupper() else 1 if name[0].isupper() else 2
    parts = re.split(r"(\d+)", name)
    return group, [(int(part) if part.isdigit() else 0, part) for part in parts]


def own(package: str) -> set[str]:
    """Return the public names that an ``__init__`` defines, or imports out of its own folder."""
    found = set()
    for node in ast.parse(PACKAGES[package].read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{package}."):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    module = importlib.import_module(package)
    return {
        name
        for name in found
        if not name.startswith("_") and not isinstance(getattr(module, name), types.ModuleType)
    }


def test_packages_that_say_what_they_offer_are_found():
    assert {"dreamlab.config", "dreamlab.dream", "dreamlab.images"} <= set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_offered_is_there_and_in_order(package):
    module = importlib.import_module(package)
    offered = list(module.__all__)
    assert offered == sorted(set(offered), key=order)
    for name in offered:
        assert hasattr(module, name), f"{package} has no {name}"


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_gathers_is_offered(package):
    offered = set(importlib.import_module(package).__all__)
    assert own(package) <= offered, f"not in __all__ of {package}: {own(package) - offered}"
