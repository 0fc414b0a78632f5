"""Arrows point one way: a module imports only what stands above it. Read from the syntax trees."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: From the ground up; a module may import those in the lines above its own, and its neighbours in
#: a package.
ORDER = [
    ["dreamlab", "dreamlab.errors"],
    ["dreamlab.fields"],
    ["dreamlab.limits", "dreamlab.config", "dreamlab.zoo"],
    ["dreamlab.colour", "dreamlab.noise", "dreamlab.octaves", "dreamlab.provenance"],
    ["dreamlab.images", "dreamlab.resample"],
    ["dreamlab.recording", "dreamlab.contact_sheet", "dreamlab.film"],
    ["dreamlab.export", "dreamlab.example", "dreamlab.outputs"],
    ["dreamlab.geometry", "dreamlab.objective", "dreamlab.precision"],
    ["dreamlab.models", "dreamlab.memory", "dreamlab.tiles"],
    ["dreamlab.gradients"],
    ["dreamlab.dream"],
    ["dreamlab.analysis"],
    ["dreamlab.analysis_cli"],
    ["dreamlab.cli"],
    ["dreamlab.__main__"],
    ["dreamlab.jobs"],
    ["dreamlab.setup"],
    ["dreamlab.comparisons", "dreamlab.preflight"],
    ["dreamlab.ui"],
    ["app"],
]

#: The engine: all that may import TensorFlow and Keras.
ENGINE = {
    "dreamlab.dream",
    "dreamlab.geometry",
    "dreamlab.gradients",
    "dreamlab.memory",
    "dreamlab.models",
    "dreamlab.objective",
    "dreamlab.precision",
    "dreamlab.analysis.activations",
    "dreamlab.analysis.growth",
}

#: What an import inside a function may reach from below: it is made where the engine first runs.
LATE = ENGINE


def modules():
    for path in [ROOT / "app.py", *sorted((ROOT / "dreamlab").rglob("*.py"))]:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield name.removesuffix(".__init__"), ast.parse(path.read_text("utf-8"))


def place(name):
    """The line of ORDER that a module, or the package around it, stands in."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        short = ".".join(parts[:length])
        for line, names in enumerate(ORDER):
            if short in names and (short == name or short != "dreamlab"):
                return line
    raise AssertionError(f"{name} has no place in tests/test_layering.py: give it one")


def imports(tree):
    """What a tree imports: (module, whether at the top level)."""
    top = set(ast.iter_child_nodes(tree))
    typing = {
        node
        for guard in top
        if isinstance(guard, ast.If) and "TYPE_CHECKING" in ast.unparse(guard.test)
        for node in ast.walk(guard)
    }
    for node in ast.walk(tree):
        if node in typing:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node in top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                path = ROOT / inner.replace(".", "/")
                whole = path.with_suffix(".py").exists() or path.is_dir()
                yield (
                    inner if whole and node.module.startswith("dreamlab") else node.module,
                    (node in top),
                )


MODULES = dict(modules())


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_up_the_list_only(name):
    for imported, at_top in imports(MODULES[name]):
        if not imported.startswith("dreamlab") or place(imported) < place(name):
            continue
        neighbours = ".".join(imported.split(".")[:2]) == ".".join(name.split(".")[:2])
        same_line = place(imported) == place(name)
        late = not at_top and any(imported.startswith(one) for one in LATE)
        assert neighbours or same_line or late, f"{name} imports {imported}"


@pytest.mark.parametrize("name", MODULES)
def test_only_the_page_imports_streamlit(name):
    imported = {one.split(".")[0] for one, _ in imports(MODULES[name])}
    assert "streamlit" not in imported or name == "app" or name.startswith("dreamlab.ui")


@pytest.mark.parametrize("name", MODULES)
def test_only_the_engine_imports_tensorflow(name):
    imported = {one.split(".")[0] for one, _ in imports(MODULES[name])}
    engine = name in ENGINE or name.startswith("dreamlab.analysis")
    assert engine or not imported & {"tensorflow", "keras"}
