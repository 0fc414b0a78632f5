"""Writes the layers' pictures: `python -m tests.support.layer_pictures [NETWORK...]`.

Each is what the atlas finds of the sample cat at 300 px, in float32. It takes more steps than by
default, with jitter, so that layers can be told apart in a small picture.
"""

import argparse
from pathlib import Path

from dreamlab.analysis import layer_pictures
from dreamlab.analysis.run import analyse
from dreamlab.zoo import shipped

_SETTINGS = {"effort": "equal steps", "iterations": 16, "step": 0.03, "jitter": 12}

_PACKAGE = Path(__file__).parents[2] / "dreamlab"


def main() -> None:
    """Run the atlas with the named networks, or all that come with dreamlab."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.support.layer_pictures", description=__doc__
    )
    parser.add_argument("names", nargs="*", default=shipped(), help="networks; all by default")
    for name in parser.parse_args().names:
        cat = _PACKAGE / "samples" / "cat.png"
        atlas = analyse("atlas", cat, name, precision="float32", **_SETTINGS)
        folder = _PACKAGE / "samples" / "layers" / name
        layer_pictures.write(folder, atlas)
        sizes = [file.stat().st_size for file in folder.iterdir()]
        print(f"{name}: {len(sizes)} layers, {sum(sizes) / 1e3:.0f} kB.")


if __name__ == "__main__":
    main()
