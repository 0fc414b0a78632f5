"""What each analysis costs on the sample cat with VGG16: python -m tests.bench.analyses.

All run with their default settings, one after the other in one process whose engine is warm, as a
worker's is. Nothing is asserted: the figures depend on the machine and on what else it does.
"""

from pathlib import Path

from dreamlab.analysis import ANALYSES, Analysis, Findings
from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.images import load_image
from dreamlab.models import Network, load_model

_CAT = Path(__file__).parents[2] / "dreamlab" / "samples" / "cat.png"

#: Most seconds that an analysis may take, where that is laid down.
_BARS = {"atlas": 30.0}


def main() -> None:
    """Measure and print."""
    network = load_model("vgg16")
    _warm(network)
    print(f"{'analysis':12} {'picture':>10} {'found':>6} {'seconds':>8} {'bar':>8}")
    for name, analysis in ANALYSES.items():
        found, size = _run(analysis, network)
        bar = f"{_BARS[name]:g} s" if name in _BARS else "–"
        print(
            f"{name:12} {size:>10} {len(found.items):6} {found.seconds:8.1f} {bar:>8}", flush=True
        )


def _warm(network: Network) -> None:
    """Take a step, so that TensorFlow is up and the number format is chosen."""
    config = DreamConfig(layers={network.layers[0].name: 1.0}, octaves=1, iterations=1)
    for _ in dream(load_image(_CAT, max_side=64), network, config):
        pass


def _run(analysis: Analysis, network: Network) -> tuple[Findings, str]:
    settings = analysis.settings()
    image = load_image(_CAT, max_side=settings.max_side)
    height, width = image.shape[:2]
    return analyse(analysis, image, network, settings), f"{width} x {height}"


if __name__ == "__main__":
    main()
