"""Links: copied, followed by another browser, and the way back."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import acts
from tests.browser.acts import PATIENCE, PHONE, QUICK, dream, dreams, dreamt, faults, picture
from tests.support.server import Server

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def share(page):
    """Open *Share*, and return its button that copies."""
    page.get_by_role("button", name="Share").click()
    copy = page.get_by_role("button", name="Copy link")
    expect(copy).to_be_visible()
    return copy


def copied(page):
    """Copy the link, as a keyboard does, and return what the clipboard has."""
    share(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    return page.evaluate("navigator.clipboard.readText()")


def png(page):
    """Download the dream and return its pixels."""
    page.get_by_role("tab", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG", exact=True).first.click()
    return np.asarray(Image.open(io.BytesIO(download.value.path().read_bytes())))


def selected(page, name):
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute(
        "aria-selected", "true"
    )


def entries(page):
    return page.evaluate("history.length")


@pytest.mark.parametrize("size", [{}, {"viewport": PHONE}])
def test_share_copies_the_link(visitors, size):
    page = visitors(**CLIPBOARD, **size).open(QUICK)
    link = copied(page)
    assert link == page.get_by_text(re.compile(r"^http.*\?setup=")).inner_text()
    assert faults(page) == []


def test_where_nothing_can_be_copied_the_link_can_be_marked(visitors):
    visitor = visitors()
    visitor.page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => undefined})"
    )
    page = visitor.open(QUICK)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text(re.compile(r"^http.*\?setup="))).to_be_visible()
    expect(page.get_by_role("button", name="Copy link")).to_have_count(0)


def test_the_link_of_a_dream_shows_another_browser_the_same_picture(visitors):
    page = visitors(**CLIPBOARD).open(QUICK)
    dream(page)
    dreamt(page, 1)
    link, address = copied(page), page.url
    # QUICK says the number format alone: the way of the convolutions was the machine's choice.
    assert re.search("&dreamt=(winograd|direct)$", link) and "&dreamt=" in address
    page.keyboard.press("Escape")
    mine = png(page)
    for opened in (link, address):
        other = visitors().open(query="?" + opened.partition("?")[2])
        dreamt(other, 1)
        assert np.array_equal(png(other), mine)
        expect(other.get_by_text("no longer kept")).to_have_count(0)


def test_a_dream_that_was_dropped_is_dreamt_anew_to_the_bit(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("DREAMLAB_STORE_SECONDS", "8")
    server, link, found = Server(tmp_path / "log.txt"), f"?setup={QUICK.encode()}&dreamt=1", []
    try:
        server.wait()
        # At first a visitor has the dream of the one before; then it is kept no longer.
        while (ran := server.log.read_text(errors="replace").count("dream done")) < 2:
            assert len(found) < 20 and ran <= 1
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{server.address}/{link}")
            page.get_by_role("tab", name="Export").click(timeout=PATIENCE)
            with page.expect_download(timeout=PATIENCE) as download:
                page.get_by_role("button", name="PNG", exact=True).click(timeout=PATIENCE)
            found.append(np.asarray(Image.open(download.value.path())))
            page.wait_for_url(re.compile("dreamt="))
            link = "?" + page.url.partition("?")[2]  # as somebody copies it from the address bar
            context.close()
    finally:
        server.close()
    assert len(found) > 1 and all(np.array_equal(found[0], other) for other in found[1:])


def test_a_dream_that_a_link_began_can_be_cancelled(visitors):
    long = QUICK.replace(common={"octaves": 2, "iterations": 1000}, max_side=256)
    page = visitors().open(query=f"?setup={long.encode()}&dreamt=1")
    expect(page.get_by_text(re.compile(r"Octave 1 of 2 · step \d+"))).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("Stopped in octave 1")).to_be_visible()
    page.wait_for_url(lambda address: "dreamt" not in address)


def test_an_upload_is_behind_no_link(visitors):
    page = visitors(**CLIPBOARD).open(QUICK)
    acts.upload(page, "diary.png", picture(150, 100))
    expect(page.get_by_role("img", name="The picture you uploaded")).to_be_visible()
    dream(page)
    dreamt(page, 1)
    link = copied(page)
    for opened in (link, page.url, link + "&dreamt=1"):
        assert "diary" not in opened
        other = visitors().open(query="?" + opened.partition("?")[2])
        expect(other.get_by_role("button", name="Dream", exact=True)).to_be_disabled()
        expect(dreams(other)).to_have_count(0)


def test_a_link_opens_a_channel_with_what_was_found(visitor, server):
    words = "model=efficientnet_lite0&layer=block4c_add&channel=17&steps=2&side=32&found=1"
    page = visitor.page
    page.goto(f"{server.address}/?part=Layers&analysis=channels&{words}")
    expect(page.get_by_text(re.compile(r"Of block4c_add, channel 17 answers"))).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_role("textbox", name="Channels")).to_have_value("17")
    selected(page, "Layer by layer")


def test_the_way_back_leads_from_place_to_place_and_past_no_setting(visitor):
    visitor.page.goto("about:blank")
    page = visitor.open(query="?comparison=mixed&max_side=128&octaves=2")
    octaves = page.get_by_role("spinbutton", name="Octaves", exact=True)
    for count in ("3", "1"):
        octaves.fill(count)
        octaves.press("Enter")
        expect(page.get_by_text(f"1 variant, {count} octave")).to_be_visible()
    assert entries(page) == 2
    page.get_by_role("tab", name="Layer by layer").click()
    wall = page.get_by_text("What does each layer see, what does it keep")
    expect(wall).to_be_visible()
    page.get_by_role("button", name="Noise robustness").first.click()
    of_both = page.get_by_role("spinbutton", name="Iterations", exact=True)
    expect(of_both).to_have_count(2)  # the second is the analysis's
    iterations = of_both.last
    iterations.fill("3")
    iterations.press("Enter")
    page.wait_for_url(re.compile("iterations=3"))
    assert entries(page) == 4
    page.go_back()
    expect(wall).to_be_visible()
    selected(page, "Layer by layer")
    page.go_back()
    selected(page, "Compare")
    expect(octaves).to_have_value("1")
    page.wait_for_url(lambda address: "step_of_history" not in address)
    page.go_forward()
    page.go_forward()
    expect(iterations).to_have_value("3")
    page.go_back()
    expect(wall).to_be_visible()
    page.go_back()
    selected(page, "Compare")
    page.go_back()
    page.wait_for_url("about:blank")


@pytest.mark.parametrize("query", ["?part=networks", "?analysis=nonsense"])
def test_an_address_that_the_page_puts_right_is_one_step_of_the_way_back(visitor, server, query):
    page = visitor.page
    page.goto("about:blank")
    page.goto(f"{server.address}/{query}")
    page.wait_for_url(lambda address: query not in address)
    assert entries(page) == 2
    page.get_by_role("tab", name="Layer by layer").click()
    page.wait_for_url(re.compile("part=layers"))
    assert entries(page) == 3
    page.go_back()
    page.wait_for_url(lambda address: "part=layers" not in address)
    page.go_back()
    page.wait_for_url("about:blank")
