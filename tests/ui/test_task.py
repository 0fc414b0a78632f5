"""The place of networks: a set of pictures, what separates its classes, and what is found in it."""

import dataclasses
import functools
import sys

import pytest

from dreamlab.analysis import catalogue, named, shipped
from dreamlab.images.shipped_task import shipped_task
from dreamlab.ui import networks
from dreamlab.ui.inputs import picture_set
from dreamlab.ui.session import uploads
from tests.support import fake_findings
from tests.support.fake_backend import open_page, sound, words
from tests.support.panel import SETUP
from tests.support.separability import layer, said
from tests.support.sets import packed, picture, pictures

#: Two classes of three pictures.
NAMES = [f"{name}/{number}.png" for name in ("day", "night") for number in range(3)]
ZIP = "task.zip", packed(pictures(*NAMES)), "application/zip"


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake, setup=SETUP.encode(), analysis="separability")


def uploaders(page):
    return [widget for widget in page.file_uploader if widget.key.startswith("task.upload")]


def given(page, *files):
    """The page with pictures of the visitor."""
    page.segmented_control(key="task.source").set_value("Files or a ZIP").run()
    (upload,) = uploaders(sound(page))
    for file in files:
        upload.upload(*file)
    return sound(upload.run())


def run(page, fake):
    page.button(key="separability.run").click().run()
    fake.finish()
    return sound(page.run())


def test_a_link_opens_the_networks_with_the_shipped_task_and_a_finished_example(page):
    assert page.session_state["part"] == "Networks"
    said = words(sound(page))
    assert "48 pictures · plain 12 · red 12 · star 12 · striped 12" in said.replace("\u00a0", " ")
    findings = shipped.example("separability")
    assert findings.sentence in said
    assert "A finished example on the shipped task: VGG16, EfficientNet-Lite0 and" in said
    charts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    drawn = [table.title for table in findings.tables() if table.drawn]
    assert [title for title in charts if title in drawn] == drawn


def test_a_run_has_the_shipped_task_and_the_chosen_networks(page, fake):
    run(page, fake)
    (task,) = fake.requests.values()
    assert (task.analysis, task.model, task.picture, task.pictures) == (
        "separability",
        "vgg16",
        None,
        None,
    )
    assert task.settings.beside == ("efficientnet_lite0",)
    assert task.settings.preprocessing == "imagenet"  # as trained, whatever the dreams are fed
    assert fake.findings("job1").sentence in words(page)


def test_pictures_of_ones_own_are_what_runs(page, fake):
    given(page, ZIP)
    assert "6 pictures · day 3 · night 3" in words(page).replace("\u00a0", " ")
    assert not uploaders(page)  # the files themselves are let go
    run(page, fake)
    (task,) = fake.requests.values()
    assert task.pictures.counts == {"day": 3, "night": 3}
    assert task.nbytes == task.pictures.nbytes
    page.button(key="task.remove").click().run()
    assert "Cannot run yet: there are no pictures; drop some in" in words(sound(page))
    page.segmented_control(key="task.source").set_value("The shipped task").run()
    assert "Pictures, networks or settings have changed since" in words(sound(page))


def test_files_have_their_classes_by_name_and_what_is_left_out_is_named(page):
    files = [
        (f"{name}_{n}.png", picture(n + 7 * (name == "b")), "image/png")
        for name in "ab"
        for n in range(3)
    ]
    given(page, *files, ("notes.txt", b"no picture", "text/plain"))
    said = words(page).replace("\u00a0", " ")
    assert "6 pictures · a 3 · b 3" in said
    assert "notes.txt" in said


@pytest.mark.parametrize(
    "file, sentence",
    [
        (("notes.txt", b"no picture", "text/plain"), "The pictures were not taken: "),
        (("bad.zip", b"PK\x03\x04 no archive", "application/zip"), "The pictures were not taken: "),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_nothing_is_lost(page, fake, file, sentence):
    run(page, fake)
    given(page, file)
    assert sentence in words(page)
    page.segmented_control(key="task.source").set_value("The shipped task").run()
    assert fake.findings("job1").sentence in words(sound(page))


@pytest.mark.parametrize("data", [ZIP[1], b"no archive"])
def test_the_files_are_let_go_once_they_are_read_and_refused_ones_are_told(page, monkeypatch, data):
    gone = []
    monkeypatch.setattr(uploads, "let_go", lambda files: gone.extend(file.name for file in files))
    given(page, ("task.zip", data, "application/zip"))
    assert gone == ["task.zip"]


def test_files_that_the_server_refused_are_told_for_as_long_as_the_others_are_there(
    page, monkeypatch
):
    refused = iter([3])
    monkeypatch.setattr(uploads, "refused", lambda: next(refused, 0))
    given(page, ZIP)
    assert "3 files not sent, as all together are over 100 MB" in words(sound(page.run()))


def test_no_picture_of_a_visitor_is_in_an_address(page, fake):
    run(given(page, ZIP), fake)
    links = [block.value for block in page.code if "setup=" in block.value]
    assert links and all("analysis=separability" in link for link in links)
    address = "".join(f"{name}={value}" for name, value in page.query_params.items())
    assert "day" not in address + "".join(links)


def kept_for_all():
    """Number of entries of each cache of the page that all visitors share."""
    modules = [each for name, each in sys.modules.items() if name.startswith("dreamlab.ui")]
    caches = [
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, functools._lru_cache_wrapper)
    ]
    return {f"{each.__module__}.{each.__qualname__}": each.cache_info().currsize for each in caches}


def test_the_charts_of_a_visitor_s_classes_are_in_no_cache_of_all_visitors(monkeypatch, page, fake):
    monkeypatch.setitem(fake_findings._FOUND, "separability", lambda task: said(layer()).items)
    given(page, ZIP)
    before = kept_for_all()
    run(page, fake)
    assert page.get("vega_lite_chart")
    assert before and kept_for_all() == before


def test_the_sets_of_all_visitors_are_bounded(page, monkeypatch):
    monkeypatch.setattr(picture_set, "_MOST_HELD", 4 * shipped_task().nbytes // 48)
    given(page, ZIP)
    assert "the page holds as many pictures of its visitors as it may" in words(page)
    assert uploaders(page)


def test_the_networks_are_in_the_link(monkeypatch, fake):
    page = open_page(
        monkeypatch, fake, analysis="separability", networks="efficientnet_lite0,vgg17"
    )
    said = words(sound(page))
    assert "A network in the address was left out: unknown model 'vgg17'" in said
    assert page.multiselect(key="task.networks").value == ["efficientnet_lite0"]
    assert page.query_params["networks"] == "efficientnet_lite0"  # a reload says it no more
    assert "separability.run" in {button.key for button in page.button}
    (link,) = [block.value for block in page.code if "setup=" in block.value]
    assert link.endswith("&analysis=separability&networks=efficientnet_lite0")


def test_another_choice_of_networks_keeps_what_was_found_and_how_it_was_set(page, fake):
    page.selectbox(key="separability.set.pooling").set_value("max").run()
    run(page, fake)
    page.multiselect(key="task.networks").set_value(["efficientnet_lite0"]).run()
    said = words(sound(page))
    assert fake.findings("job1").sentence in said
    assert "Pictures, networks or settings have changed since" in said
    assert page.selectbox(key="separability.set.pooling").value == "max"
    page.button(key="separability.run").click().run()
    assert fake.requests["job2"].model == "efficientnet_lite0"
    page.multiselect(key="task.networks").set_value(["vgg16"]).run()
    assert "separability.cancel" in {button.key for button in sound(page).button}


def test_networks_in_the_link_above_the_most_are_told(monkeypatch, fake):
    names = "vgg16,vgg16,efficientnet_lite0,vgg16:untrained,efficientnet_lite0:untrained,vgg19"
    page = open_page(monkeypatch, fake, analysis="separability", networks=names)
    assert "Up to 4 networks are compared; left out of the address: vgg19." in words(sound(page))
    assert page.multiselect(key="task.networks").value == names.split(",")[1:-1]


def test_a_run_says_whose_pictures_it_was_of(page, fake):
    run(page, fake)
    assert "VGG16 and EfficientNet-Lite0 · the shipped task · " in words(page)
    run(given(page, ZIP), fake)
    assert "VGG16 and EfficientNet-Lite0 · your pictures · " in words(page)


def test_a_single_class_cannot_run(page):
    given(page, ("one.zip", packed(pictures("day/1.png", "day/2.png")), "application/zip"))
    assert (
        "Cannot run yet: classes are told apart, and there are none: give a folder for each class"
        in words(page)
    )
    assert page.button(key="separability.run").disabled


def test_a_cancelled_run_goes_on_with_the_same_pictures_alone(page, fake):
    given(page, ZIP)
    page.button(key="separability.run").click().run()
    fake.advance(5)
    fake.cancel("job1")
    pictures = fake.requests["job1"].pictures
    sound(page.run())
    page.button(key="separability.resume").click().run()
    assert len(fake.resumed["job2"]) == 5
    assert fake.requests["job2"].pictures == pictures
    fake.advance(7)
    fake.cancel("job2")
    page.run()
    page.segmented_control(key="task.source").set_value("The shipped task").run()
    assert "separability.resume" not in {button.key for button in sound(page).button}


def test_what_a_channel_looks_for_stands_beside_what_it_finds(page, fake):
    said, findings = words(page), shipped.example("examples")
    assert findings.sentence in said
    assert "The layer as a whole" in said and "Strongest" in said
    alts = [image.proto.imgs[0].alt for image in page.image]
    captions = [item.caption for item in findings.items if item.picture is not None]
    assert set(captions) <= set(alts)
    key = "block4_conv3-all-strongest-1"
    page.button(key=f"large-example-0-{key}").click().run()
    assert "examples.vgg16.close" in {button.key for button in sound(page).button}


def test_the_best_layer_is_looked_into_by_a_click(page, fake):
    run(page, fake)
    page.button(key="task.look_into").click().run()
    best = "efficientnet_lite0"
    name = fake.findings("job1").sentence.partition(" ")[0]
    assert sound(page).segmented_control(key="task.network.examples").value == best
    assert page.selectbox(key=f"examples.{best}.set.layer").value == name
    page.button(key=f"examples.{best}.run").click().run()
    task = fake.requests["job2"]
    assert (task.analysis, task.model, task.settings.layer) == ("examples", best, name)


def test_a_further_analysis_of_a_set_has_a_panel_of_its_own(monkeypatch, page, fake):
    again = dataclasses.replace(named("examples"), name="again")
    monkeypatch.setattr(catalogue, "ANALYSES", {**catalogue.ANALYSES, "again": again})
    monkeypatch.setattr(networks, "OF_SETS", {**catalogue.OF_SETS, "again": again})
    sound(page.run())
    page.segmented_control(key="task.network.again").set_value("efficientnet_lite0").run()
    sound(page).button(key="again.efficientnet_lite0.run").click().run()
    (task,) = fake.requests.values()
    assert (task.analysis, task.model) == ("again", "efficientnet_lite0")
    assert "examples.vgg16.run" in {button.key for button in page.button}


def test_without_classes_there_is_what_a_layer_finds(page, fake):
    given(page, *[(f"IMG_{n}.png", picture(n), "image/png") for n in range(4)])
    assert "4 pictures · no classes" in words(page).replace("\u00a0", " ")
    assert page.button(key="separability.run").disabled
    assert not page.button(key="examples.vgg16.run").disabled


def test_the_pictures_are_drawn_small_once(page, monkeypatch):
    drawn = []
    real = picture_set.overview
    monkeypatch.setattr(picture_set, "overview", lambda of: drawn.append(of) or real(of))
    given(page, ZIP)
    for _ in range(2):
        sound(page.run())
    assert [len(of) for of in drawn] == [6]
    page.button(key="task.remove").click().run()
    assert "task.overview" not in page.session_state
