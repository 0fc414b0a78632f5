"""A setting that is added in one line is in the command line, link, metadata, report and page."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: The one line, in a class that takes the place of `DreamConfig` before anybody imports it.
ADDED = """
import dreamlab.config
import dreamlab.config.settings
from dreamlab.config.base import checked
from dreamlab.config.specs import number

@checked
class DreamConfig(dreamlab.config.settings.DreamConfig):
    zest: float = number(0.25, 0.0, 2.0, "How much zest there is.")

dreamlab.config.DreamConfig = dreamlab.config.settings.DreamConfig = DreamConfig
"""

CHECKS = {
    "command line": """
from dreamlab.cli.main import main
for command in ("dream", "attribution"):
    try:
        main([command, "--help"])
    except SystemExit:
        pass
    print("--zest N")
""",
    "link": """
from dreamlab.comparison.comparison import Comparison
link = Comparison.preset("Mixed", common={"zest": 0.5}).encode()
print(Comparison.decode(link).configs()[0].zest)
""",
    "metadata": """
import io
from dreamlab.config.provenance import Provenance
from dreamlab.config import SETTINGS_KEY
import numpy as np
from dreamlab.images import png
made = Provenance(DreamConfig(layers="a", zest=0.5), "vgg16", "random", "float32")
file = png(np.zeros((9, 9, 3), np.uint8), text={SETTINGS_KEY: made.to_json()})
print(DreamConfig.from_file(io.BytesIO(file)).zest)
""",
    "report": """
import numpy as np
from dreamlab.analysis.report import report
from dreamlab.config.provenance import Provenance
from dreamlab.results.recording import Recording
from dreamlab.images import Picture
from dreamlab.results.frame import Frame
from dreamlab.results.section import NamedDream
recording = Recording()
recording.original = Picture(np.zeros((9, 9, 3), np.uint8))
recording.provenance = Provenance(DreamConfig(layers="a", zest=0.5), "vgg16", "random", "float32")
recording.frames = [Frame(0, 0, True, recording.original)]
page = report([], dreams=[("Dreams", [NamedDream("One", "red", recording)])]).decode()
print(page[page.index("zest"):][:20])
""",
    "page": """
from streamlit.testing.v1 import AppTest
from dreamlab.ui.session import backend
from tests.support.fake_backend import FakeBackend
fake = FakeBackend()
backend.get = lambda: fake
page = AppTest.from_file("app.py", default_timeout=60).run()
control = page.number_input(key="common.zest")
print(control.min, control.max, control.value, control.help)
control.set_value(0.5).run()
page.button(key="dream").click().run()
print([request.config.zest for request in fake.requests.values()][0])
""",
    "readme": """
from dreamlab.config.base import specs
from tests.test_readme import spoken
print(*spoken("zest", specs(DreamConfig)["zest"]), specs(DreamConfig)["zest"].help)
""",
}

WANTED = {
    "command line": ["--zest N", "How much zest there is. (0 to 2; default: 0.25)"],
    "link": ["0.5"],
    "metadata": ["0.5"],
    "report": ["zest&quot;: 0.5"],
    "page": ["0.0 2.0 0.25 How much zest there is.", "0.5"],
    "readme": ["0.25 0 to 2 How much zest there is."],
}


@pytest.mark.parametrize("place", CHECKS)
def test_a_setting_added_in_one_line_is_in(place):
    script = ADDED + CHECKS[place]
    command = [sys.executable, "-W", "ignore", "-c", script]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    printed = " ".join(ran.stdout.split())
    for text in WANTED[place]:
        assert text in printed
