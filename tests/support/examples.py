"""Writes the shipped examples of the analyses: `python -m tests.support.examples [NAME...]`.

Each is run on the sample cat at 300 px with VGG16 and its default settings, in float32, so that it
comes out alike on any machine.
"""

import argparse
from pathlib import Path

from dreamlab.analysis import ANALYSES, shipped
from dreamlab.analysis.face import face
from dreamlab.analysis.run import analyse

_PACKAGE = Path(__file__).parents[2] / "dreamlab"


def main() -> None:
    """Run the named analyses, or all, and write their examples."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.examples", description=__doc__)
    parser.add_argument("names", nargs="*", default=list(ANALYSES), help="analyses; all by default")
    for name in parser.parse_args().names:
        # Of several pictures the samples' crops.
        picture = None if ANALYSES[name].several else _PACKAGE / "samples" / "cat.png"
        findings = analyse(name, picture, "vgg16", precision="float32")
        folder = _PACKAGE / "samples" / "analyses" / name
        shipped.write(folder, findings, face(findings))
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(f"{name}: {len(findings.items)} items, {size / 1e3:.0f} kB. {findings.sentence}")


if __name__ == "__main__":
    main()
