"""Writes the shipped examples of the analyses: `python -m tests.support.examples [NAME...]`.

Each is run on the sample cat at 300 px with VGG16 and its default settings, in float32, so that it
comes out alike on any machine; those of a set on the shipped task, beside the other network that
comes with dreamlab and an untrained one.
"""

import argparse
from pathlib import Path

from dreamlab.analysis import ANALYSES, shipped
from dreamlab.analysis.face import face
from dreamlab.analysis.run import analyse

#: The networks beside VGG16 where more than one may be.
_BESIDE = ("efficientnet_lite0", "vgg16:untrained")

_PACKAGE = Path(__file__).parents[2] / "dreamlab"


def main() -> None:
    """Run the named analyses, or all, and write their examples."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.examples", description=__doc__)
    parser.add_argument("names", nargs="*", default=list(ANALYSES), help="analyses; all by default")
    for name in parser.parse_args().names:
        # Of several pictures the samples' crops, of a set the shipped task.
        own = ANALYSES[name].several or ANALYSES[name].of_set
        picture = None if own else _PACKAGE / "samples" / "cat.png"
        beside = {"beside": _BESIDE} if ANALYSES[name].beside > 1 else {}
        findings = analyse(name, picture, "vgg16", precision="float32", **beside)
        folder = _PACKAGE / "samples" / "analyses" / name
        shipped.write(folder, findings, face(findings))
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(f"{name}: {len(findings.items)} items, {size / 1e3:.0f} kB. {findings.sentence}")


if __name__ == "__main__":
    main()
