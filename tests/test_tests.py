"""The tests themselves: where they lie, and whom they import."""

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PACKAGE = ROOT / "dreamlab"

#: Folders that hold no tests of a folder of the package.
APART = {"bench", "browser", "data", "load", "support"}

FILES = {str(path.relative_to(TESTS)): path for path in sorted(TESTS.rglob("*.py"))}


def imported(tree: ast.AST) -> list[str]:
    """Return all names that a tree imports, with the modules they are of."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names]
    return found


def of_tests(name: str) -> bool:
    """Say whether a name is of a module whose tests or fixtures pytest gathers."""
    top, *parts = name.split(".")
    return top in ("tests", "") and any(
        part == "conftest" or part.startswith("test_") for part in parts
    )


def test_imports_of_tests_are_seen():
    code = "from tests.jobs.test_service import x\ndef f():\n    from tests.browser import conftest"
    assert all(map(of_tests, imported(ast.parse(code + "\nfrom .test_page import y"))))
    code = "import tests.support.tiny\nfrom tests.support import jobs\nfrom dreamlab import test_x"
    assert not any(map(of_tests, imported(ast.parse(code))))


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_imported_from_a_module_of_tests(name):
    tree = ast.parse(FILES[name].read_text("utf-8"))
    assert [name for name in imported(tree) if of_tests(name)] == []


def test_folders_are_those_of_the_package():
    folders = {path.name for path in TESTS.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    wings = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders - APART == wings


def test_the_top_level_holds_what_was_agreed_and_nothing_else():
    agreed = {"app.py", "dreamlab", "tests", "requirements.txt", "README.md", ".streamlit"}
    beside = {".ci", ".gitignore", "pyproject.toml"}
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout, whose files git lists")
    listed = subprocess.run(
        [git, "-c", "safe.directory=*", "ls-files"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip(f"git does not list the files: {listed.stderr}")
    assert {path.partition("/")[0] for path in listed.stdout.splitlines()} == agreed | beside
