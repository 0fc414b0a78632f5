"""The place of networks: a set of pictures, what separates its classes, and what is found in it."""

import io
import zipfile

import pytest

from dreamlab.analysis.catalogue import named
from dreamlab.analysis.run import analyse
from dreamlab.images.picture_set import SIDE
from dreamlab.images.shipped_task import shipped_task
from dreamlab.ui.inputs import picture_set
from tests.support.fake_backend import open_page, sound, words
from tests.support.panel import SETUP
from tests.support.pictures import noise_png


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake, setup=SETUP.encode(), analysis="separability")


def zipped(classes=("day", "night"), each=3):
    """A ZIP with a folder a class."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for place, name in enumerate(classes):
            for number in range(each):
                file.writestr(f"{name}/{number}.png", noise_png(seed=10 * place + number))
    return data.getvalue()


def given(page, *files):
    """The page with pictures of the visitor."""
    page.segmented_control(key="task.source").set_value("Files or a ZIP").run()
    upload = next(widget for widget in page.file_uploader if widget.key.startswith("task.upload"))
    upload.upload([(name, data, kind) for name, data, kind in files]).run()
    return sound(page)


def press(page, name, model="vgg16"):
    page.button(key=f"{name}.{model}.run").click().run()
    return sound(page)
