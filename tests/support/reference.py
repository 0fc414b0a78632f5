"""The reference of all public names, as pages: ``python -m tests.support.reference DIR``.

pdoc looks into a module's own names, where those of the lazy face are only once they were asked
for; so they are, first.
"""

import sys
from pathlib import Path

import pdoc

import dreamlab

#: What is told of besides the face: the folders whose names programs use.
MODULES = (
    "dreamlab.analysis",
    "dreamlab.comparison.compare",
    "dreamlab.config",
    "dreamlab.dream",
    "dreamlab.images",
    "dreamlab.models",
    "dreamlab.results.export",
    "dreamlab.results.film",
    "dreamlab.results.recording",
    "dreamlab.zoo",
)


def write(folder: Path) -> None:
    """Write the pages into a folder, made if need be; ``index.html`` leads to them."""
    for name in dreamlab.__all__:
        vars(dreamlab)[name] = getattr(dreamlab, name)
    pdoc.render.configure(docformat="numpy")
    pdoc.pdoc("dreamlab", *MODULES, output_directory=folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
