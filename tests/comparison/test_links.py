"""Links of older versions restore their comparisons."""

import pytest

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant

#: Links that the page wrote before comparisons used specs, and their values.
LINKS = [
    (
        "eNptjstqwzAQRX8lzKIr1fgRJyBCfqH7hhAm8uCIShqQXDXB6N87dmg37W6e554ZMkaLYUqgTzME9AQa3gKB"
        "AocPijKf4erYfLQXwyG3oF_bqi8KzA1DIPfPwalR3bkU9ct7_yK7edkcrse_2O361YGuq149R_0PqFmDOFOM"
        "dqD1h82EeSlbBR7vF8dJmm1d1aWcRYq957Ac2okiTpaDrDsFiWgAvRec54GcSOVxbHbik_gzmsVyRId3K-wn"
        "OUmkxPQ7BSQGD6nLN2b9YdQ",
        Comparison(
            variants=(
                Variant(
                    name="One", layers={"block2_conv2": -2.5}, channels={"block2_conv2": [3, 1]}
                ),
                Variant(
                    name="Zwei & <b>",
                    layers={"block4_conv3": 0.5, "block5_conv2": 1.5},
                    overrides={"octaves": 2, "max_loss": 40.0},
                ),
            ),
            common={"iterations": 3, "seed": 7},
            source="galaxies",
            max_side=256,
            every=2,
        ),
    ),
    (
        "eNp1zk0KgzAQBeCrlLcORaPtImfoDUqRaQwiTTIQNVQkd28U3NR2N3_fYxZECj35cYC6L_DkDBRuNJtwKiFg"
        "1yrvFjwt65dsNPsooeS5SEl8AXkE1QaqP6A6gnoH9S9QH8Flf2kDDwHNzrFf96xHiiaflknAcWtsDopdV15z"
        "zMBT0GuypjG3jt7N0Ld5cC0KARNNmKH8ZG36AAk3Xis",
        Comparison.preset("Layers 1–4"),
    ),
    (
        "eNq1j0kOwjAMRe_idYRCSrvIlj0XQKgywaoqMlRJW1FVuTtumE7AMi_-_9krzBh79GMCfV7BoyPQcLSEHgRY"
        "XCjyzwpXG8xdtSb4WYGWO6nEi1WFVYVVb3b4sfqN6k90v6tzFl_TKfRp-Z9JQJgpxv5GpbvDKSW-tvWspdLE"
        "sYR2bAcaBooFSZXzRYAJzgW_xcbe8rCqG-5z4UaWF5-7bt_w4ilM0WyXGBz56fDRJtaBbqQUQGxfQPvJ2vwE"
        "IC9zgA",
        Comparison.preset("Clean against noisy", common={"tile": 256}),
    ),
]


@pytest.mark.parametrize(("link", "comparison"), LINKS)
def test_an_old_link_restores_the_same_comparison(link, comparison):
    restored = Comparison.decode(link)
    assert restored == comparison
    assert restored.encode() == link
    assert restored.configs() == comparison.configs()


def test_a_link_says_the_class_by_its_name():
    comparison = Comparison(
        model="efficientnet_lite0",
        variants=(
            Variant(
                name="Fish",
                layers={"predictions": 1.0},
                channels={"predictions": ["goldfish", 0, "tiger cat"]},
            ),
        ),
    )
    restored = Comparison.decode(comparison.encode())
    assert restored == comparison
    assert restored.variants[0].channels == {"predictions": (0, "goldfish", "tiger cat")}
