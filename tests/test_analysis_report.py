import base64
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from dreamlab.analysis import Table, charts, named
from dreamlab.analysis.attribution import AttributionSettings
from dreamlab.analysis.report import report
from dreamlab.analysis.running import analyse
from dreamlab.images import png, to_pixels
from tests.tiny import picture, tiny_network

ATTACK = '<script>alert("1")</script>'
TABLE = Table("t", "A & B", ("step", "a<b", "b"), ((1, 0.0, 4.0), (2, None, 2.0), (3, 1.0, 0.0)))


class _Links(HTMLParser):
    """Gathers tags, and all that a browser would fetch."""

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


def test_a_report_holds_all_and_fetches_nothing():
    network = tiny_network(name=f"{ATTACK}.keras", smooth=True)
    settings = AttributionSettings(
        layers={"second": 1.0, "third": 2.0}, octaves=1, iterations=2, precision="float32"
    )
    found = analyse(named("attribution"), picture(16, 18), network, settings)
    dream = png(to_pixels(picture(8, 8)))
    page = report([found], title=ATTACK, pictures=[(ATTACK, dream)], settings={"name": ATTACK})
    text = page.decode()
    parsed = _Links()
    parsed.feed(text)
    assert parsed.open == []
    assert "script" not in parsed.tags
    assert text.count("&lt;script&gt;") >= 4
    assert len(parsed.links) == 3  # the dream, the original, the last step
    assert all(link.startswith("data:image/png;base64,") for link in parsed.links)
    assert base64.b64decode(parsed.links[0].partition(",")[2]) == dream
    assert parsed.tags.count("svg") == 2
    assert not re.search(r"url\(|@import", text)
    assert "default-src 'none'" in text


def test_a_line_chart_against_its_figures():
    tree = ElementTree.fromstring(charts.lines(TABLE))
    space = "{http://www.w3.org/2000/svg}"
    paths = [one.get("d") for one in tree.iter(f"{space}path") if one.get("stroke-width")]
    # 0 to 4 is from 212 up to 48, and steps 1 to 3 from 48 to 592; a gap lifts the pen.
    assert paths == ["M48.0 212.0 M592.0 171.0", "M48.0 48.0 L320.0 130.0 L592.0 212.0"]
    assert "a<b" in [one.text for one in tree.iter(f"{space}text")]


@pytest.mark.parametrize(
    ("figure", "drawn", "expected"),
    [(10, "ratios", 1), (0.1, "ratios", -1), (1, "ratios", 0), (100, "ratios", 1)]
    + [(0, "ratios", -1), (-0.5, "cosines", -0.5)],
)
def test_warmth(figure, drawn, expected):
    assert charts.warmth(figure, drawn) == pytest.approx(expected)


def test_a_heat_table():
    table = Table("t", "T", ("dreamt", "a"), (("x", 10.0), ("y", 1.0), ("z", None)), "ratios")
    found = charts.heat_table(table)
    assert '<td style="background:rgb(255,89,89)">10</td>' in found
    assert '<td style="background:rgb(255,255,255)">1</td>' in found
    assert "<td>–</td>" in found
