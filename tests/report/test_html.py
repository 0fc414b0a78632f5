import base64
import dataclasses
import html
import json
import math
import re
from html.parser import HTMLParser

from dreamlab.analysis import named
from dreamlab.analysis.attribution import AttributionSettings
from dreamlab.analysis.report import report
from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance
from dreamlab.images import Picture, load_image
from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint
from dreamlab.results.section import NamedDream
from tests.support.tiny import picture, tiny_network

ATTACK = '<script>alert("1")</script>'


class _Links(HTMLParser):
    """Collects tags, and all addresses that a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.tags, self.links, self.open = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def dreamt(name, losses, *, layers=("second",), colour="red", finished=True):
    """Return a dream with these losses, which its layers share equally."""
    recording = Recording()
    recording.provenance = Provenance(
        DreamConfig(layers=dict.fromkeys(layers, 1.0)), "tiny", "0" * 64, "float32"
    )
    recording.original = Picture.of(picture(12, 10))
    recording.frames = [Frame(0, 0, True, Picture.of(picture(9, 8)))]
    recording.losses = [
        LossPoint(0, 9, 8, step, loss, dict.fromkeys(layers, loss / len(layers)))
        for step, loss in enumerate(losses)
    ]
    recording.finished = finished
    return NamedDream(name, colour, recording)


def paths(text):
    """Return the lines of the charts in a page, by colour."""
    matches = re.findall(r'<path d="([^"]+)" fill="none" stroke="([^"]+)"', text)
    return {colour: path for path, colour in matches}


def test_a_report_holds_all_and_fetches_nothing():
    network = tiny_network(name=f"{ATTACK}.keras", smooth=True)
    settings = AttributionSettings(
        layers={"second": 1.0, "third": 2.0}, octaves=1, iterations=2, precision="float32"
    )
    findings = analyse(named("attribution"), picture(16, 18), network, settings)
    dreams = [dreamt(ATTACK, (1.0, 2.0), layers=("first", "second"))]
    page = report([findings], title=ATTACK, dreams=[(ATTACK, dreams)])
    text = page.decode()
    parsed = _Links()
    parsed.feed(text)
    assert parsed.open == []
    assert "script" not in parsed.tags
    assert text.count("&lt;script&gt;") >= 9
    # The original and the dream, then the attribution's original and its last step.
    assert [link.partition(";")[0] for link in parsed.links] == [
        *["data:image/jpeg"] * 2,
        *["data:image/png"] * 2,
    ]
    assert load_image(base64.b64decode(parsed.links[0].partition(",")[2])).shape == (12, 10, 3)
    assert load_image(base64.b64decode(parsed.links[1].partition(",")[2])).shape == (9, 8, 3)
    assert parsed.tags.count("svg") == 4
    assert not re.search(r"url\(|@import", text)
    assert "default-src 'none'" in text


def test_a_report_holds_each_dream_of_each_comparison():
    same = [
        dreamt("same", (2.0, 3.0, 4.0), colour="red"),
        dreamt("same", (10.0, 5.0), colour="blue", finished=False),
    ]
    text = report([], dreams=[("Dream 1", same), ("Dream 2", [dreamt("other", ())])]).decode()
    first, second = text.split("<h2>")[1:]
    assert first.startswith("Dream 1") and second.startswith("Dream 2")
    assert (first.count("<img"), second.count("<img")) == (3, 2)
    settings = json.loads(html.unescape(re.search("<pre>(.*?)</pre>", first, re.DOTALL)[1]))
    assert [(dream["name"], dream["model"], dream["config"]["layers"]) for dream in settings] == [
        ("same", "tiny", {"second": 1.0})
    ] * 2
    assert "<td>tiny</td><td>3</td><td>2</td><td>4</td>" in first
    assert "<td>tiny</td><td>2</td><td>10</td><td>5</td>" in first
    assert first.count("ended early") == 2  # beside the picture and instead of it
    # Multiples of the first loss: up to 2, and down to 1/2, one step shorter.
    assert paths(first) == {
        "red": "M52.0 95.0h0 L260.0 52.5 L468.0 10.0",
        "blue": "M52.0 95.0h0 L260.0 137.5",
    }
    assert "<td>tiny</td><td>0</td><td>–</td><td>–</td>" in second and "<svg" not in second


def test_a_loss_that_is_no_multiple_leaves_no_curve():
    silent, broken = dreamt("silent", (0.0, 1.0)), dreamt("broken", (1.0, math.inf), colour="blue")
    assert paths(report([], dreams=[("a", [silent, broken])]).decode()) == {"blue": "M52.0 10.0h0"}
    assert "<svg" not in report([], dreams=[("a", [silent])]).decode()


def test_shares_of_a_dream_that_suppresses_a_layer():
    mixed = dreamt("mixed", (4.0, 0.0), layers=("a", "b"))
    points = mixed.recording.losses
    points[0] = dataclasses.replace(points[0], losses={"a": 6.0, "b": -2.0})
    text = report([], dreams=[("x", [mixed])]).decode()
    assert "share of the loss of mixed" in text
    # Shares 3/4 and -1/4, then both 0; -1/4 to 3/4 map to y = 180 to 10.
    assert list(paths(text).values())[1:] == [
        "M52.0 10.0h0 L468.0 137.5",
        "M52.0 180.0h0 L468.0 137.5",
    ]
