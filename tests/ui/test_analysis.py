import csv
import io
import zipfile

import pytest
from PIL import Image

from dreamlab.analysis.catalogue import OF_LAYERS
from dreamlab.comparison.comparison import MAX_LIST, Comparison
from dreamlab.comparison.variant import Variant
from tests.support.fake_backend import edit, open_page, sound, words
from tests.support.panel import SETUP, open_panel, run_to_end, take


@pytest.fixture
def page(monkeypatch, fake):
    return open_panel(open_page(monkeypatch, fake, setup=SETUP.encode()))


def keys(page) -> set[str]:
    kinds = (page.number_input, page.multiselect, page.selectbox, page.text_input)
    return {widget.key for kind in kinds for widget in kind if ".set." in (widget.key or "")}


def buttons(page, key):
    return [button for button in page.button if button.key == key]


def test_lists_that_are_typed_are_bounded(page):
    lists = [
        widget
        for widget in edit(page, page.session_state["variants"][0]).text_input
        if ".channels." in widget.key
    ]
    lists += [
        widget for widget in open_panel(page, "robustness").text_input if ".set." in widget.key
    ]
    assert len(lists) == 4  # one of the variant, three of the analysis
    assert all(widget.proto.max_chars == MAX_LIST for widget in lists)


def test_nothing_is_drawn_while_the_tab_is_closed(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode())
    assert not buttons(page, "atlas.vgg16.run")
    assert buttons(open_panel(page), "atlas.vgg16.run")


@pytest.mark.parametrize("analysis", OF_LAYERS)
def test_every_analysis_runs_to_its_end(page, fake, analysis):
    run_to_end(open_panel(page, analysis), fake, analysis)
    (request,) = fake.requests.values()
    assert (request.analysis, request.model) == (analysis, "vgg16")
    findings = fake.findings("job1")
    pictures = sum(bool(item.picture) for item in findings.items)
    assert f"VGG16 · {len(findings.items)} found" in words(page)
    assert findings.sentence in words(page)
    # The page has more pictures: one in the sidebar, and under Compare that of a phone and six of
    # the example.
    assert len(open_panel(page, analysis).image) == 8 + pictures
    tables = [table for table in OF_LAYERS[analysis].tables(findings) if table.drawn]
    charts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    assert [title for title in charts if "Loss at" not in title] == [
        table.title for table in tables
    ]


@pytest.mark.parametrize(
    "analysis, kind, field, value, expected",
    [
        ("atlas", "multiselect", "layers", ["block1_conv1"], ("block1_conv1",)),
        ("atlas", "selectbox", "effort", "equal steps", "equal steps"),
        ("atlas", "number_input", "amount", 0.2, 0.2),
        ("atlas", "number_input", "most_steps", 9, 9),
        ("atlas", "number_input", "jitter", 4, 4),
        ("atlas", "number_input", "max_side", 128, 128),
        ("excitation", "number_input", "amount", 0.3, 0.3),
        ("channels", "selectbox", "layer", "block2_conv2", "block2_conv2"),
        ("channels", "text_input", "channels", "3, 1", (3, 1)),
        ("channels", "text_input", "channels", "3 1", (3, 1)),
        ("channels", "text_input", "direction", "34=1, 12=-0.5", {34: 1.0, 12: -0.5}),
        ("channels", "number_input", "count", 4, 4),
        ("channels", "selectbox", "quality", "good", "good"),
        ("channels", "checkbox", "negative", True, True),
        ("channels", "number_input", "diverse", 2, 2),
        ("channels", "selectbox", "start", "photo", "photo"),
        ("channels", "checkbox", "grown", False, False),
        ("channels", "number_input", "steps", 7, 7),
        ("channels", "number_input", "side", 64, 64),
        ("channels", "number_input", "jitter", 2, 2),
        ("channels", "number_input", "seed", 5, 5),
        ("attribution", "number_input", "max_side", 64, 64),
        ("robustness", "text_input", "gaussian", "0 0.1", (0.0, 0.1)),
        ("robustness", "text_input", "salt_pepper", "0.3", (0.3,)),
        ("robustness", "number_input", "iterations", 2, 2),
        ("robustness", "number_input", "seed", 3, 3),
    ],
)
def test_every_control_has_an_effect(page, fake, analysis, kind, field, value, expected):
    open_panel(page, analysis)
    getattr(page, kind)(key=f"{analysis}.vgg16.set.{field}").set_value(value).run()
    sound(page.button(key=f"{analysis}.vgg16.run").click().run())
    assert getattr(fake.requests["job1"].settings, field) == expected


def test_a_control_without_effect_is_not_drawn(page):
    names = {key.rsplit(".", 1)[1] for key in keys(page)}
    assert names == {"layers", "effort", "amount", "most_steps", "jitter", "max_side"}
    sound(page.selectbox(key="atlas.vgg16.set.effort").set_value("equal steps").run())
    names = {key.rsplit(".", 1)[1] for key in keys(page)}
    assert names == {"layers", "effort", "iterations", "step", "jitter", "max_side"}


def test_settings_of_the_sidebar_count(page, fake):
    page.selectbox(key="common.preprocessing").set_value("imagenet")
    page.selectbox(key="common.precision").set_value("float32").run()
    page.button(key="atlas.vgg16.run").click().run()
    settings = fake.requests["job1"].settings
    assert (settings.preprocessing, settings.precision) == ("imagenet", "float32")


def test_what_cannot_run_says_why(page):
    open_panel(page, "channels")
    page.text_input(key="channels.vgg16.set.channels").set_value("1, two ducks").run()
    assert "Cannot run yet: block4_conv3 of vgg16 has no classes, so 'two ducks'" in words(page)
    assert page.button(key="channels.vgg16.run").disabled
    page.text_input(key="channels.vgg16.set.channels").set_value("512").run()
    assert "block4_conv3 has no channel 512; choose 0 to 511" in words(sound(page))
    page.text_input(key="channels.vgg16.set.channels").set_value("")
    page.text_input(key="channels.vgg16.set.direction").set_value("3").run()
    assert "Direction is '3'; write CHANNEL=WEIGHT with commas between" in words(sound(page))


def test_it_fills_in_while_it_runs_and_is_cancelled_and_resumed(page, fake):
    page.button(key="atlas.vgg16.run").click().run()
    fake.advance(2)
    sound(page.run())
    assert len(page.image) == 8 + 2  # the page's own, as above
    assert "block1_conv2 · 11%" in words(page)
    page.button(key="atlas.vgg16.cancel").click().run()
    assert "Ended early · VGG16 · 2 found · 2 s" in words(sound(page))
    items = fake.findings("job1").items
    page.button(key="atlas.vgg16.resume").click().run()
    assert fake.resumed["job2"] == items
    assert fake.forgotten == ["job1"]
    fake.finish()
    assert "VGG16 · 18 found" in words(sound(page.run()))
    assert not buttons(page, "atlas.vgg16.resume")


def test_what_holds_a_run_up_is_said_once(page, fake):
    page.button(key="atlas.vgg16.run").click().run()
    fake.advance(2)
    notice = "shorter ones of other visitors go first; then it goes on where it is"
    fake.says["job1"] = {"notice": notice}
    assert f"⚠ {notice}" in words(sound(page.run()))
    fake.problem = "the worker is being started"
    fake.says["job1"] = {"notice": fake.problem}
    said = words(sound(page.run()))
    assert "⚠ The worker is being started." in said and "⚠ the worker" not in said


def test_cancelled_before_anything_is_found(page, fake):
    page.button(key="atlas.vgg16.run").click().run()
    page.button(key="atlas.vgg16.cancel").click().run()
    assert "Cancelled before anything was found." in words(sound(page))


def test_a_failure_keeps_what_was_found(page, fake):
    page.button(key="atlas.vgg16.run").click().run()
    fake.advance(1)
    fake.fail("job1", "the worker ran out of memory; choose a smaller picture")
    said = words(sound(page.run()))
    assert "⚠ the worker ran out of memory; choose a smaller picture" in said
    assert "Ended early · VGG16 · 1 found" in said
    assert buttons(page, "atlas.vgg16.resume")


def test_what_is_not_sent_off_says_so(page, fake):
    fake.full = True
    sound(page.button(key="atlas.vgg16.run").click().run())
    assert "The analysis was not sent off: the queue is full" in words(page)


def test_what_is_no_longer_kept_says_so(page, fake):
    run_to_end(page, fake)
    fake.forget("job1")
    assert "no longer kept" in words(sound(page.run()))


def test_results_are_kept_when_another_tab_or_analysis_is_opened(page, fake):
    page.number_input(key="atlas.vgg16.set.amount").set_value(0.2).run()
    run_to_end(page, fake)
    open_panel(page, "robustness")
    page.session_state["part"] = "Compare"
    sound(page.run())
    assert "18 found" not in words(page)
    assert "18 found" in words(open_panel(page))
    assert page.number_input(key="atlas.vgg16.set.amount").value == 0.2
    assert "have changed since" not in words(page)
    page.number_input(key="atlas.vgg16.set.amount").set_value(0.3).run()
    assert "have changed since" in words(sound(page))
    assert list(fake.requests) == ["job1"]


def test_a_thumbnail_becomes_a_variant(page, fake):
    run_to_end(page, fake)
    take(page, "block1_pool")
    assert "block1_pool is a variant now" in words(page)
    number = page.session_state["variants"][-1]
    assert page.session_state[f"v{number}.layers"] == ["block1_pool"]
    # The fake takes three steps for the third layer, the same number as the common settings.
    assert page.session_state[f"v{number}.overrides"] == ["octaves", "step"]
    assert page.session_state[f"v{number}.own.octaves"] == 1
    assert page.session_state[f"v{number}.own.step"] == 0.03
    page.button(key="dream").click().run()
    assert dict(fake.requests["job4"].config.layers) == {"block1_pool": 1.0}


def test_a_thumbnail_taken_again_has_a_name_of_its_own(page, fake):
    run_to_end(page, fake)
    for _ in range(3):
        take(page, "block1_pool")
    names = [page.session_state[f"v{variant}.name"] for variant in page.session_state["variants"]]
    assert names == ["Mixed", "Single", "block1_pool", "block1_pool 2", "block1_pool 3"]


def test_variants_of_one_long_name_are_told_apart(monkeypatch, fake):
    same = (Variant(name="x" * 40, layers={"block2_conv2": 1.0}),) * 2
    page = open_page(monkeypatch, fake, setup=Comparison(variants=same).encode())
    names = [page.session_state[f"v{variant}.name"] for variant in page.session_state["variants"]]
    assert names == ["x" * 40, "x" * 38 + " 2"]
    assert not page.button(key="dream").disabled


def test_a_thumbnail_becomes_a_variant_while_the_atlas_goes_on(page, fake):
    page.button(key="atlas.vgg16.run").click().run()
    fake.advance(2)
    page.run()
    take(page, "block1_conv2")
    assert "block1_conv2 is a variant now" in words(page)
    assert fake.status("job1").active
    fake.advance()
    assert buttons(sound(page.run()), "large-job1-block1_pool")
    number = page.session_state["variants"][-1]
    assert page.session_state[f"v{number}.layers"] == ["block1_conv2"]


def test_a_full_page_takes_no_thumbnail(page, fake):
    run_to_end(page, fake)
    for layer in ("block1_conv1", "block1_conv2", "block2_conv1", "block2_conv2"):
        take(page, layer)
    take(page, "block3_conv1")
    assert "no room" in words(page)
    assert len(page.session_state["variants"]) == 6


def test_channels_that_are_picked_become_a_variant(page, fake):
    run_to_end(open_panel(page, "channels"), fake, "channels")
    assert page.button(key="channels.vgg16.variant").disabled
    page.pills(key="channels.vgg16.picked.block4_conv3").set_value([12, 10]).run()
    sound(page.button(key="channels.vgg16.variant").click().run())
    number = page.session_state["variants"][-1]
    assert page.session_state[f"v{number}.channels.block4_conv3"] == "10, 12"


def test_attribution_is_of_a_variant(page, fake):
    open_panel(page, "attribution")
    page.selectbox(key="attribution.vgg16.variant").set_value(
        page.session_state["variants"][1]
    ).run()
    sound(page.button(key="attribution.vgg16.run").click().run())
    settings = fake.requests["job1"].settings
    assert (settings.layers, settings.octaves, settings.iterations) == ({"block3_conv3": 2.0}, 2, 3)


def test_balance_sets_the_weights(page, fake):
    run_to_end(open_panel(page, "attribution"), fake, "attribution")
    sound(page.button(key="attribution.vgg16.balance").click().run())
    # The fake's norms are twice the weights: 0.5 / 1 equals 1.5 / 3, and the weights sum to 2.
    assert "Mixed has balanced weights now." in words(page)
    first = page.session_state["variants"][0]
    assert page.session_state[f"v{first}.weight.block2_conv2"] == pytest.approx(1.0)
    assert page.session_state[f"v{first}.weight.block5_conv2"] == pytest.approx(1.0)
    assert page.button(key="attribution.vgg16.balance").disabled  # they are other weights now


def test_attribution_and_balance_keep_the_channels_of_the_variant(page, fake):
    first = page.session_state["variants"][0]
    page.session_state["common.max_loss"] = 2.5
    page.session_state["common.tile"] = 128
    page.session_state[f"v{first}.channels.block5_conv2"] = "7, 3"
    run_to_end(open_panel(page, "attribution"), fake, "attribution")
    settings = fake.requests["job1"].settings
    assert settings.channels == {"block5_conv2": (3, 7)}
    assert (settings.max_loss, settings.tile) == (2.5, 128)
    # A variant with other channels is another mix, whatever its weights.
    page.session_state[f"v{first}.channels.block5_conv2"] = "3"
    assert sound(page.run()).button(key="attribution.vgg16.balance").disabled
    page.session_state[f"v{first}.channels.block5_conv2"] = "3, 7"
    sound(page.run()).button(key="attribution.vgg16.balance").click().run()
    assert page.session_state[f"v{first}.weight.block2_conv2"] == pytest.approx(1.0)
    page.button(key="dream").click().run()
    (config,) = [
        request.config
        for request in fake.requests.values()
        if hasattr(request, "config") and len(request.config.layers) == 2
    ]
    assert config.channels == {"block5_conv2": (3, 7)}


def test_attribution_broken_off_before_a_picture_has_its_figures_in_a_zip(downloads, page, fake):
    open_panel(page, "attribution").button(key="attribution.vgg16.run").click().run()
    fake.advance(2)  # of the 3 steps of the first octave
    page.run()
    page.button(key="attribution.vgg16.cancel").click().run()
    files = {key.split(".", 2)[2]: make for key, make in downloads.items() if "job1" in key}
    assert "attribution.png" not in files
    names = zipfile.ZipFile(io.BytesIO(files["attribution.zip"]())).namelist()
    assert {"attribution.json", "loss_share.csv"} <= set(names)


def test_files(downloads, page, fake):
    page.multiselect(key="atlas.vgg16.set.layers").set_value(["block1_conv1", "block1_conv2"])
    run_to_end(open_panel(page, "excitation"), fake, "excitation")
    files = {key.split(".", 2)[2]: make for key, make in downloads.items() if "job1" in key}
    assert set(files) == {f"excitation.{kind}" for kind in ("png", "gif", "csv", "zip")}
    with Image.open(io.BytesIO(files["excitation.gif"]())) as film:
        assert film.n_frames == 19  # the original, and 18 layers
    head, first, *rest = csv.reader(io.StringIO(files["excitation.csv"]().decode()))
    assert head[:3] == ["dreamt", "block1_conv1", "block1_conv2"]
    assert first[:4] == ["block1_conv1", "4.0", "2.0", "1.0"]
    assert len(rest) == 17
    assert files["excitation.png"]().startswith(b"\x89PNG")
    assert "excitation.csv" in zipfile.ZipFile(io.BytesIO(files["excitation.zip"]())).namelist()


def report_off(page) -> bool:
    return next(button for button in page.get("download_button") if "report" in button.id).disabled


def test_report(downloads, page, fake):
    assert report_off(page)
    page.button(key="dream").click().run()
    run_to_end(page, fake)
    assert not report_off(page)
    text = downloads["report"]().decode()
    assert text.index("<h2>Dream 1</h2>") < text.index("<h2>Layer atlas of VGG16</h2>")
    assert text.count("<img") == 1 + 2 + 1 + 18  # original and dreams, the picture, the atlas
    assert text.count("<svg") == 2  # losses of both, shares of the mixed one
    assert "&quot;block5_conv2&quot;: 1.5" in text


def test_a_report_holds_all_dreams_that_are_kept(downloads, page, fake):
    for _ in range(2):
        page.button(key="dream").click().run()
        fake.finish()
        page.run()
    for variant in page.session_state["variants"]:  # two of one name, as a visitor may type them
        page.session_state[f"v{variant}.name"] = "Same"
    page.run()
    page.button(key="dream").click().run()
    fake.finish()
    fake.forget("job3")  # the store had no room for it any more
    sound(page.run())
    first, second, third = downloads["report"]().decode().split("<h2>")[1:]
    assert [part.count("<img") for part in (first, second, third)] == [3, 2, 3]
    assert second.startswith("Dream 2, 1 of its 2 variants</h2>")
    assert "&quot;name&quot;: &quot;Mixed&quot;" in first
    for name in ("Same (1)", "Same (2)"):
        assert f"&quot;name&quot;: &quot;{name}&quot;" in third
    assert third.count("vgg16") == 4  # in the table and the settings of both


def test_a_report_of_nothing_that_is_kept_is_off(page, fake):
    page.button(key="dream").click().run()
    page.button(key="cancel_all").click().run()  # before the first step
    assert report_off(sound(page))
