"""What a link opens, and what it never carries."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from dreamlab import own_models
from dreamlab.analysis.catalogue import ANALYSES, OF_LAYERS
from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.preflight import Check
from dreamlab.comparison.variant import Variant
from dreamlab.layer_info import LayerInfo
from dreamlab.own_models import Own, offer
from dreamlab.ui.session.url_state import link
from dreamlab.zoo import ARCHITECTURES
from tests.support.fake_backend import FakeBackend, names, open_page, sound, upload, words
from tests.support.panel import SETUP, open_panel, run_to_end
from tests.support.sets import packed, pictures

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def shared(page):
    """The parameters of the link under *Share*, by name."""
    (address,) = [block.value for block in page.code if "setup=" in block.value]
    return dict(parse_qsl(urlsplit(address).query))


def carries(page, *names):
    """Whether the address or the link has one of the names, packed or not."""
    told = {**page.query_params, "shared": str(shared(page))}
    setups = [told.get("setup", ""), shared(page)["setup"]]
    text = str(told) + "".join(Comparison.decode(one).to_json() for one in setups if one)
    return [name for name in names if name in text]


# places


@pytest.mark.parametrize(
    ("part", "tab", "address"),
    [
        ("Layers", "Layer by layer", {"part": "layers"}),
        ("networks", "Networks", {"analysis": "separability"}),
        ("COMPARE", "Compare", {}),
    ],
)
def test_a_link_opens_a_tab(monkeypatch, fake, part, tab, address):
    page = open_page(monkeypatch, fake, part=part)
    assert page.session_state["part"] == tab
    assert dict(page.query_params) == address
    assert {name: value for name, value in shared(page).items() if name != "setup"} == address


def test_a_tab_that_is_not_there_is_a_sentence(monkeypatch, fake):
    page = open_page(monkeypatch, fake, part="elsewhere", comparison="mixed")
    said = "The part in the address was left out: it is 'elsewhere'; choose from compare, layers"
    assert said in words(page)
    assert names(page) == ["Mixed"]
    assert "part" not in page.query_params


@pytest.mark.parametrize("analysis", ANALYSES)
def test_a_link_opens_each_analysis_and_is_written_as_it_came(monkeypatch, fake, analysis):
    page = open_page(monkeypatch, fake, analysis=analysis)
    assert page.query_params["analysis"] == analysis
    assert not {"part", "model", "beside", "layer"} & set(page.query_params)
    assert shared(page)["analysis"] == analysis


def test_a_link_opens_a_channel_of_a_layer_of_a_network(monkeypatch, fake):
    words_ = {"model": "efficientnet_lite0", "layer": "block4c_add", "channel": "17"}
    page = open_page(monkeypatch, fake, part="Layers", analysis="channels", **words_)
    assert page.session_state["part"] == "Layer by layer"
    assert "left out" not in words(page)
    page.button(key="channels.efficientnet_lite0.run").click().run()
    task = sound(page) and fake.requests["job1"]
    assert (task.model, task.settings.layer, task.settings.channels) == (
        "efficientnet_lite0",
        "block4c_add",
        (17,),
    )
    written = {"layer": "block4c_add", "channels": "17", "model": "efficientnet_lite0"}
    for told in (dict(page.query_params), shared(page)):
        assert {name: told.get(name) for name in written} == written
    # The comparison is as it was: the words are of the analysis.
    assert page.session_state["model"] == "vgg16"


#: A setting of each analysis that is not as it starts, and what the run has.
SET = {
    "atlas": ({"layers": "block1_pool,block3_conv1", "amount": "0.2"}, {"amount": 0.2}),
    "channels": ({"direction": "3=1,5=-0.5", "grown": "no"}, {"grown": False}),
    "grid": ({"octaves": "4"}, {"octaves": 4}),
    "where": ({"positions": "5", "untrained": "no"}, {"positions": 5, "untrained": False}),
    "inversion": ({"steps": "20", "max_side": "64"}, {"steps": 20, "max_side": 64}),
    "caricature": ({"start": "noise", "power": "2"}, {"power": 2.0}),
    "profile": ({"cues": "blur,noise", "draws": "3"}, {"draws": 3}),
    "robustness": ({"gaussian": "0.1, 0.2"}, {"gaussian": (0.1, 0.2)}),
    "excitation": ({"effort": "equal steps", "iterations": "3"}, {"iterations": 3}),
    "similarity": ({"crops": "80", "beside": "efficientnet_lite0"}, {"crops": 80}),
    "attribution": ({"variant": "2"}, {"layers": {"block3_conv3": 2.0}}),
    "separability": ({"pooling": "max", "seed": "4"}, {"pooling": "max", "seed": 4}),
    "examples": ({"layer": "block3_conv2", "channel": "7"}, {"channels": (7,)}),
}


def test_each_analysis_has_settings_to_try():
    assert list(SET) == list(ANALYSES)


@pytest.mark.parametrize("analysis", SET)
def test_a_link_sets_an_analysis_and_the_address_says_so_again(monkeypatch, fake, analysis):
    told, expected = SET[analysis]
    page = open_page(monkeypatch, fake, setup=SETUP.encode(), analysis=analysis, **told)
    assert "left out" not in words(page)
    key = analysis if analysis == "separability" else f"{analysis}.vgg16"
    page.button(key=f"{key}.run").click().run()
    settings = sound(page) and fake.requests["job1"].settings
    for name, value in expected.items():
        assert getattr(settings, name) == value, name
    again = open_page(monkeypatch, fake, **shared(page))
    assert shared(again) == shared(page)
    assert "left out" not in words(again)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            {"layer": "block9"},
            "The setting layer in the address was left out: layer is 'block9'; choose",
        ),
        ({"channel": "9000"}, "The setting channels in the address was left out: "),
        ({"channel": "few"}, "The setting channels in the address was left out: "),
        (
            {"count": "0"},
            "The setting count in the address was left out: count is 0; choose 1 to 64",
        ),
        (
            {"grown": "maybe"},
            "The setting grown in the address was left out: grown is 'maybe'; choose",
        ),
        ({"model": "vgg17"}, "The network in the address was left out: unknown model 'vgg17'"),
        ({"beside": "vgg16"}, "The network in the address was left out: VGG16 stands beside"),
    ],
)
def test_a_wrong_value_is_a_sentence_and_the_rest_holds(monkeypatch, fake, told, sentence):
    page = open_page(monkeypatch, fake, analysis="channels", steps="7", found="1", **told)
    assert words(page).count("left out") == 1 and sentence in words(page)
    assert page.number_input(key="channels.vgg16.set.steps").value == 7
    assert not {*told, "found"} & set(page.query_params)
    assert not fake.requests  # what is wrong in part is not worked out
    assert "left out" not in words(sound(page.run()))


def test_what_is_set_is_in_the_address(monkeypatch, fake):
    page = open_page(monkeypatch, fake, analysis="robustness")
    page.number_input(key="robustness.vgg16.set.iterations").set_value(3).run()
    assert page.query_params["iterations"] == "3"
    page.selectbox(key="look.second").set_value("efficientnet_lite0").run()
    assert page.query_params["beside"] == "efficientnet_lite0"
    page.button(key="back").click().run()
    assert dict(sound(page).query_params) == {"part": "layers"}


def test_the_second_of_two_networks_is_set_too(monkeypatch, fake):
    page = open_page(
        monkeypatch, fake, analysis="robustness", beside="efficientnet_lite0", iterations="3"
    )
    for model in ("vgg16", "efficientnet_lite0"):
        assert page.number_input(key=f"robustness.{model}.set.iterations").value == 3


# words for the comparison


@pytest.mark.parametrize(
    ("typed", "model", "layers", "channels"),
    [
        ({"layer": "block4_conv3"}, "vgg16", "block4_conv3", ()),
        (
            {"model": "efficientnet_lite0", "layer": "block4c_add", "channel": "17"},
            "efficientnet_lite0",
            "block4c_add",
            (17,),
        ),
        (
            {"model": "efficientnet_lite0", "layer": "predictions", "channel": "goldfish"},
            "efficientnet_lite0",
            "predictions",
            ("goldfish",),
        ),
    ],
)
def test_a_layer_can_be_typed(monkeypatch, fake, typed, model, layers, channels):
    page = open_page(monkeypatch, fake, octaves="2", **typed)
    assert "left out" not in words(page)
    page.button(key="dream").click().run()
    (task,) = fake.requests.values()
    assert (task.model, list(task.config.layers)) == (model, [layers])
    assert task.config.channels == ({layers: channels} if channels else {})
    assert task.config.octaves == 2
    assert set(page.query_params) == {"setup", "visit", "dreamt"}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("max_side", "300", 300), ("background", "black", "black"), ("every", "3", 3)],
)
def test_a_setting_of_the_whole_comparison_can_be_typed(monkeypatch, fake, name, text, value):
    page = open_page(monkeypatch, fake, **{name: text})
    assert page.session_state[name] == value and "left out" not in words(page)
    assert set(page.query_params) == {"setup"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"every": "0"}, "every is 0; choose 1 to 1000"),
        ({"layer": "block9"}, "vgg16 has no layer 'block9'"),
        ({"layer": "block1_conv1", "channel": "64"}, "The channel in the address was left out"),
        ({"channel": "3"}, "it is of no layer; name one, as layer=block4_conv3"),
        ({"model": "vgg17"}, "unknown model 'vgg17'"),
        ({"octaves": "none"}, "octaves is 'none'; choose a whole number"),
    ],
)
def test_a_wrong_word_leaves_the_others(monkeypatch, fake, typed, sentence):
    page = open_page(monkeypatch, fake, source="galaxies", dreamt="1", **typed)
    assert words(page).count("left out") == 1 and sentence in words(page)
    assert page.session_state["source"] == "galaxies"
    assert not fake.requests and "dreamt" not in page.query_params


@pytest.mark.parametrize(
    ("word", "meant"), [("comparsion", "comparison"), ("Octaves", "octaves"), ("foud", "found")]
)
def test_a_word_that_is_misspelt_is_a_sentence(monkeypatch, fake, word, meant):
    told = {word: "1", "source": "galaxies", "dreamt": "1", "utm_source": "a"}
    page = open_page(monkeypatch, fake, **told)
    assert f"The address has {word}, which means nothing: did you mean {meant}?" in words(page)
    assert words(page).count("did you mean") == 1
    assert page.session_state["source"] == "galaxies"
    assert not fake.requests and set(page.query_params) == {"setup", "utm_source"}


# results


def dreamt(page, fake):
    page.button(key="dream").click().run()
    fake.finish()
    return sound(page.run())


def test_a_running_dream_is_in_the_address(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode())
    assert "dreamt" not in page.query_params and "dreamt" not in shared(page)
    page.button(key="dream").click().run()
    assert page.query_params["dreamt"] == shared(page)["dreamt"] == "1"
    anew = FakeBackend()
    open_page(monkeypatch, anew, browser="other", **shared(page))
    mine, theirs = ([task.key for task in each.requests.values()] for each in (fake, anew))
    assert mine == theirs


def test_a_finished_dream_is_in_the_address_and_another_browser_dreams_it(monkeypatch, fake):
    page = dreamt(open_page(monkeypatch, fake, setup=SETUP.encode()), fake)
    assert page.query_params["dreamt"] == shared(page)["dreamt"] == "direct"
    assert "Opens this comparison with its dreams" in words(page)
    # What the settings left to the machine is asked for as it turned out.
    mine = [task.key_of(fake.result(job)) for job, task in fake.requests.items()]
    for told in (dict(page.query_params), shared(page)):
        anew = FakeBackend()
        other = open_page(monkeypatch, anew, browser="other", **told)
        assert [task.key for task in anew.requests.values()] == mine
        assert "no longer kept" not in words(other)
        assert other.query_params["visit"] != page.query_params["visit"]
        other.run()
        assert len(anew.requests) == len(mine)  # once
        anew.finish()
        again = shared(sound(other.run()))
        assert again["dreamt"] == "1"  # nothing is left open
        last = FakeBackend()
        open_page(monkeypatch, last, browser="third", **again)
        assert [task.key for task in last.requests.values()] == mine


def test_dreams_of_a_link_can_be_cancelled(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode(), dreamt="winograd")
    assert {task.config.convolution for task in fake.requests.values()} == {"winograd"}
    page.button(key="cancel_all").click().run()
    assert "dreamt" not in sound(page.run()).query_params


def test_other_settings_are_not_dreamt_yet(monkeypatch, fake):
    page = dreamt(open_page(monkeypatch, fake, setup=SETUP.encode()), fake)
    page.number_input(key="common.octaves").set_value(3).run()
    assert "dreamt" not in page.query_params and "dreamt" not in shared(page)
    page.number_input(key="common.octaves").set_value(2).run()
    assert page.query_params["dreamt"] == "direct"
    page.segmented_control(key="source").set_value("galaxies").run()
    assert "dreamt" not in page.query_params


def test_a_full_queue_is_a_sentence_and_the_button_stays(monkeypatch, fake):
    fake.full = True
    page = open_page(monkeypatch, fake, setup=SETUP.encode(), dreamt="1")
    said = "Mixed and Single were not sent off: the queue is full; try again in a minute."
    assert said in words(page)
    assert not page.button(key="dream").disabled
    assert "dreamt" not in page.query_params


def test_what_cannot_run_is_not_sent_off(monkeypatch, fake):
    monkeypatch.setattr("dreamlab.ui.inputs.plan.check", lambda *a, **more: Check(problem="no"))
    page = open_page(monkeypatch, fake, setup=SETUP.encode(), dreamt="1")
    assert page.button(key="dream").disabled and not fake.requests
    assert "Cannot run yet: put the variants marked above right first." in words(page)
    assert "dreamt" not in page.query_params


@pytest.mark.parametrize("value", ["", "0", "yes", "auto", "<b>"])
def test_any_other_value_asks_for_nothing(monkeypatch, fake, value):
    open_page(monkeypatch, fake, setup=SETUP.encode(), dreamt=value)
    assert not fake.requests


def test_a_broken_comparison_is_not_dreamt(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode()[:-4], dreamt="1")
    assert "The comparison in the address was left out" in words(page)
    assert not fake.requests


def test_the_same_browser_has_its_dreams_and_sends_nothing_off(monkeypatch, fake):
    page = dreamt(open_page(monkeypatch, fake, setup=SETUP.encode()), fake)
    count = len(fake.requests)
    again = open_page(monkeypatch, fake, **dict(page.query_params))
    assert len(fake.requests) == count
    assert dict(again.query_params) == dict(page.query_params)


def test_dreams_that_are_kept_no_longer_are_dreamt_anew(monkeypatch, fake):
    page = dreamt(open_page(monkeypatch, fake, setup=SETUP.encode()), fake)
    told = dict(page.query_params)
    keys = [task.key_of(fake.result(job)) for job, task in fake.requests.items()]
    anew = FakeBackend()
    sound(open_page(monkeypatch, anew, **told))
    assert [task.key for task in anew.requests.values()] == keys


@pytest.mark.parametrize("analysis", OF_LAYERS)
def test_what_an_analysis_found_is_in_the_address(monkeypatch, fake, analysis):
    page = run_to_end(
        open_panel(open_page(monkeypatch, fake, setup=SETUP.encode()), analysis), fake, analysis
    )
    assert page.query_params["found"] == shared(page)["found"] == "1"
    anew = FakeBackend()
    other = open_page(monkeypatch, anew, browser="other", **shared(page))
    assert [task.key for task in anew.requests.values()] == [fake.requests["job1"].key]
    anew.finish()
    sound(other.run())
    assert "A finished example" not in words(other)
    assert len(anew.requests) == 1


def test_what_was_found_of_the_shipped_task_is_in_the_address(monkeypatch, fake):
    page = open_page(monkeypatch, fake, analysis="separability")
    page.button(key="separability.run").click().run()
    told = shared(sound(page))
    assert told["found"] == "1"
    anew = FakeBackend()
    open_page(monkeypatch, anew, browser="other", **told)
    assert [task.analysis for task in anew.requests.values()] == ["separability"]


def test_an_analysis_that_cannot_be_sent_off_says_so(monkeypatch, fake):
    fake.full = True
    page = open_page(monkeypatch, fake, analysis="atlas", found="1")
    assert "The analysis was not sent off: the queue is full" in words(page)
    assert not page.button(key="atlas.vgg16.run").disabled


# what is a visitor's


def uploaded(page):
    return sound(
        page.file_uploader(key="upload").upload("my-diary.png", upload(), "image/png").run()
    )


@pytest.mark.parametrize("analysis", [None, "atlas", "channels", "similarity"])
def test_no_upload_is_behind_a_link(monkeypatch, fake, analysis):
    page = uploaded(open_page(monkeypatch, fake, setup=SETUP.encode()))
    if analysis is None:
        dreamt(page, fake)
    else:
        run_to_end(open_panel(page, analysis), fake, analysis)
    assert page.session_state["source"] == "upload" and fake.requests
    for told in (dict(page.query_params), shared(page)):
        assert not {"dreamt", "found"} & set(told)
    digests = [task.picture.digest for task in fake.requests.values() if task.picture]
    assert not carries(page, "diary", *digests)
    if analysis in (None, "atlas"):
        assert all(task.key is None for task in fake.requests.values())


@pytest.mark.parametrize("word", [{"dreamt": "1"}, {"analysis": "channels", "found": "1"}])
def test_a_made_up_link_to_an_upload_asks_for_nothing(monkeypatch, fake, word):
    setup = SETUP.replace(source="upload").encode()
    page = open_page(monkeypatch, fake, setup=setup, **word)
    assert not fake.requests
    assert not {"dreamt", "found"} & set(page.query_params)
    uploaded(page)
    assert not fake.requests


def test_no_pictures_of_a_set_are_behind_a_link(monkeypatch, fake):
    names = [f"{name}/{number}.png" for name in ("illness", "health") for number in range(3)]
    page = open_page(monkeypatch, fake, analysis="separability")
    page.segmented_control(key="task.source").set_value("Files or a ZIP").run()
    (chooser,) = [each for each in page.file_uploader if each.key.startswith("task.upload")]
    chooser.upload("patients.zip", packed(pictures(*names)), "application/zip").run()
    page.button(key="separability.run").click().run()
    task = sound(page) and fake.requests["job1"]
    assert task.pictures is not None and task.key is None
    assert "found" not in page.query_params and "found" not in shared(page)
    assert not carries(page, "illness", "health", "patients", task.pictures.digest)


def of_owner(monkeypatch):
    """A comparison of a network of the owner's own."""
    monkeypatch.setattr(own_models, "_known", {})
    layer = LayerInfo("conv", "Conv2D", 1, 4, 1, 3, 3.06e4, (("same", 1),))
    offer(Own("mine.keras", (layer,)))
    return SETUP.replace(
        model="mine.keras", variants=[Variant(name="A", layers={"conv": 1.0}).to_dict()]
    )


def test_no_dream_of_the_owner_s_network_is_behind_a_link(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=of_owner(monkeypatch).encode(), dreamt="1")
    assert not fake.requests and "dreamt" not in page.query_params
    dreamt(page, fake)
    assert fake.requests and "dreamt" not in {**page.query_params, **shared(page)}


COME, STAY = "Your results come along once they are there.", "Your results stay here."


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, COME),
        ({"analysis": "atlas"}, COME),
        ({"analysis": "separability"}, COME),
        ({"part": "layers"}, "Opens the analyses of layers, with the comparison."),
        ({"source": "upload"}, "Your picture stays here, and so do your results."),
        ({"analysis": "separability", "source": "upload"}, "Your picture stays here, and so"),
    ],
)
def test_share_says_whether_results_come_along(monkeypatch, fake, told, said):
    page = open_page(monkeypatch, fake, **told)
    assert said in words(page)
    assert (COME in words(page)) == (said == COME)


def test_results_of_a_set_of_one_s_own_do_not_come_along(monkeypatch, fake):
    page = open_page(monkeypatch, fake, analysis="separability")
    page.segmented_control(key="task.source").set_value("Files or a ZIP").run()
    assert STAY in words(page)
    (chooser,) = [each for each in page.file_uploader if each.key.startswith("task.upload")]
    chooser.upload("a.zip", packed(pictures("a/1.png", "a/2.png", "b/1.png", "b/2.png"))).run()
    assert STAY in words(page) and COME not in words(page)


def test_results_of_the_owner_s_network_do_not_come_along(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=of_owner(monkeypatch).encode())
    assert STAY in words(page) and COME not in words(page)


@pytest.mark.parametrize("page", ["http://here", "http://here/?visit=secret#x"])
def test_the_link_has_commas_to_be_read(fake, page):
    address = link(page, SETUP, {"networks": "vgg16,vgg19"})
    assert address == f"http://here/?setup={SETUP.encode()}&networks=vgg16,vgg19"


def test_every_network_can_be_linked(monkeypatch, fake):
    for name in ARCHITECTURES:
        page = open_page(monkeypatch, fake, analysis="atlas", model=name)
        assert "left out" not in words(page)


@pytest.mark.parametrize("address", re.findall(r"^\?(\S+=\S+)$", README, re.MULTILINE))
def test_the_addresses_of_the_readme(monkeypatch, fake, address):
    told = dict(parse_qsl(address))
    page = open_page(monkeypatch, fake, **told)
    assert "left out" not in words(page)
    opened = shared(page)
    for name in told if "analysis" in told else ():
        if name not in ("channel", "networks"):  # the first has another name, the second is usual
            assert opened[name] == told[name]
