"""Arrows point one way. The rule is read from the folders, the imports from the syntax trees.

Each folder of the package (a module beside them counts as one) has a floor; it may import those
on lower floors, wherever in its code the import stands. Imports for type checkers alone are none.
"""

import ast
import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dreamlab"

LAYOUT = re.search(
    r"## Layout\n\n```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
)[1]

#: From the ground up, as the README's layout says; what stands in a line may not import each other.
FLOORS = [
    set(names)
    for line in reversed(LAYOUT.splitlines())
    if (names := re.findall(r"(\w+)(?:/|\.py)(?= |$)", line[:23])) and line.startswith("  ")
]

#: The face of the package, its front door and the script on top import whatever they show.
ABOVE = {"__init__", "__main__", "app"}


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


FILES = {dotted(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def wing(module):
    """The folder, or the module beside the folders, that a module is of."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(tree):
    """All modules that a tree imports, anywhere in it, but those for type checkers alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "an import with dots: write the whole name"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in FILES else node.module
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            # importlib.import_module("...") is an import too.
            yield from (
                argument.value
                for argument in node.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )
        yield from imports(node)


IMPORTS = {
    name: set(imports(ast.parse(path.read_text("utf-8")))) - {name} for name, path in FILES.items()
}


def test_the_layout_is_that_of_the_tree():
    """At the top and in the package; `tests` has a folder for each wing that has tests."""
    tops = {line.split()[0].strip("/") for line in LAYOUT.splitlines() if line[0] != " "}
    there = {path.name for path in ROOT.iterdir()}
    assert tops == {"app.py", "dreamlab", "tests"} <= there
    wings = set(itertools.chain(*FLOORS))
    extra = set(re.findall(r"(\w+)/", LAYOUT.splitlines()[-1].split("with", 1)[1]))
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert extra <= folders - {"__pycache__"} <= extra | wings | {"__pycache__"}


def test_every_folder_has_a_floor():
    placed = list(itertools.chain(*FLOORS))
    assert len(placed) == len(set(placed))
    assert set(placed) | ABOVE - {"app"} == {wing(name) for name in FILES}


def test_late_and_spelt_out_imports_are_seen():
    code = "def f():\n    if x:\n        import a.b\n    importlib.import_module('c')\n"
    assert set(imports(ast.parse(code))) == {"a.b", "c"}
    assert not set(imports(ast.parse("if TYPE_CHECKING:\n    import a")))


@pytest.mark.parametrize("name", FILES)
def test_imports_point_down(name):
    floors = {member: floor for floor, members in enumerate(FLOORS) for member in members}
    mine = wing(name)
    for imported in IMPORTS[name]:
        other = wing(imported)
        if not imported.startswith("dreamlab") or other == mine or mine in ABOVE:
            continue
        assert other not in ABOVE, f"{name} imports {imported}"
        assert floors[other] < floors[mine], f"{name} imports {imported}"


def test_there_is_no_circle():
    """No file reaches itself: not within a folder either."""
    arrows = {name: {other for other in IMPORTS[name] if other in FILES} for name in FILES}
    arrows["dreamlab"] = set()  # the face is lazy: it imports nothing by itself
    done, path = set(), []

    def follow(name):
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name in done:
            return
        path.append(name)
        for other in sorted(arrows[name]):
            follow(other)
        path.pop()
        done.add(name)

    for name in arrows:
        follow(name)


@pytest.mark.parametrize("name", FILES)
def test_tensorflow_is_imported_by_models_and_dream_alone(name):
    heavy = {imported.split(".")[0] for imported in IMPORTS[name]} & {"tensorflow", "keras"}
    assert not heavy or wing(name) in ("models", "dream")


@pytest.mark.parametrize("name", FILES)
def test_streamlit_is_imported_by_the_page_alone(name):
    page = {imported.split(".")[0] for imported in IMPORTS[name]} & {"streamlit", "altair"}
    assert not page or wing(name) == "ui"


@pytest.mark.parametrize("name", FILES)
def test_argparse_is_imported_by_the_command_line_alone(name):
    assert "argparse" not in IMPORTS[name] or wing(name) == "cli"


@pytest.mark.parametrize("name", FILES)
def test_files_are_short(name):
    assert len(FILES[name].read_text("utf-8").splitlines()) <= 250


@pytest.mark.parametrize("name", FILES)
def test_the_environment_of_a_deployment_is_read_by_programs_alone(name):
    programs = {"cli", "jobs", "ui"} | ABOVE
    assert "dreamlab.config.deployment" not in IMPORTS[name] or wing(name) in programs


@pytest.mark.parametrize("name", FILES)
def test_numba_is_imported_by_the_kernels_alone_and_they_import_little_else(name):
    heavy = {imported.split(".")[0] for imported in IMPORTS[name]}
    if wing(name) == "kernels":
        assert not heavy & {"tensorflow", "keras", "PIL"}
    else:
        assert not heavy & {"numba", "llvmlite"}


@pytest.mark.parametrize("name", [name for name in FILES if wing(name) == "probe"])
def test_the_probe_imports_numpy_and_the_error_alone(name):
    ours = {"dreamlab.probe", "dreamlab.errors"}
    outside = {other for other in IMPORTS[name] if not other.startswith(tuple(ours))}
    assert outside <= {"collections.abc", "dataclasses", "math", "numpy"}
