"""*My dreams* in browsers: found again by the one that dreamt, and by no other."""

import re
import time

from playwright.sync_api import expect

from dreamlab.ui.session.visitors import COOKIE
from tests.browser import acts
from tests.browser.acts import PATIENCE, QUICK, dream, dreams, dreamt, faults, picture, pixels


def shelf(page):
    """Return the pictures on the shelf."""
    return page.locator(".st-key-shelf-wall").get_by_role("img", name="The dream")


def opened(context, address, query=""):
    """Return a new tab of a browser, which shows *My dreams*."""
    page = context.new_page()
    page.goto(f"{address}/?part=dreams{query}")
    expect(page.get_by_role("tab", name="My dreams")).to_have_attribute("aria-selected", "true")
    return page


def choose(page, name):
    """Tick a dream by its name, as one does who sees the box."""
    page.locator("label", has=page.get_by_role("checkbox", name=f"Choose {name}")).click()


def test_who_closes_the_tab_finds_the_dreams_at_the_bare_address(visitor, server):
    context = visitor.page.context
    page = context.new_page()
    page.goto(f"{server.address}/?setup={QUICK.encode()}")
    acts.upload(page, "mine.png", picture(150, 100))
    expect(page.get_by_role("img", name="The picture you uploaded")).to_be_visible()
    dream(page)
    dreamt(page, 1)
    mine = pixels(dreams(page).first)
    page.close()
    (cookie,) = [each for each in context.cookies() if each["name"] == COOKIE]
    assert cookie["httpOnly"] and cookie["expires"] > time.time() + 7200

    page = opened(context, server.address)
    expect(shelf(page)).to_have_count(1)
    expect(page.get_by_text(re.compile(r"128\s×\s85\spx · \d\d:\d\d"))).to_be_visible()
    assert faults(page) == []
    page.locator(".st-key-shelf-wall").get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    dreamt(page, 1)
    assert pixels(dreams(page).first) == mine
    expect(page.get_by_text("drop it in again to dream on it")).to_be_visible()


def test_another_browser_sees_nothing_whatever_its_link_and_cookie(visitors, server):
    visitor = visitors()
    page = visitor.open(QUICK)
    dream(page)
    dreamt(page, 1)
    visit = re.search(r"visit=([\w-]+)", page.url)[1]
    (mine,) = [each for each in page.context.cookies() if each["name"] == COOKIE]
    expect(shelf(opened(page.context, server.address))).to_have_count(1)
    for forged in (None, mine["value"][:-1] + "!", mine["value"].swapcase(), "x" * 22):
        other = visitors().page.context
        if forged is not None:
            other.add_cookies([{**mine, "value": forged}])
        there = opened(other, server.address, f"&visit={visit}")
        expect(there.get_by_text("What you dream comes to stand here.")).to_be_visible()
        expect(there.get_by_text("no longer kept, or is another browser's")).to_be_visible()
        expect(shelf(there)).to_have_count(0)
        there.close()


def test_what_runs_is_found_again_and_what_is_deleted_is_gone_for_all_tabs(visitor, server):
    long = QUICK.replace(common={"octaves": 2, "iterations": 1000, "step": 0.05})
    page, context = visitor.open(long), visitor.page.context
    dream(page)
    expect(page.get_by_text(re.compile(r"Octave 1 of 2 · step \d+"))).to_be_visible(
        timeout=PATIENCE
    )
    there = opened(context, server.address)
    expect(there.get_by_text(re.compile(r"Octave 1 of 2 · step \d+"))).to_be_visible()
    there.get_by_role("button", name="Cancel", exact=True).click()
    expect(shelf(there)).to_have_count(1, timeout=PATIENCE)
    expect(page.get_by_text("Stopped in octave 1")).to_be_visible()  # in the first tab

    small = shelf(there).first
    expect(small).to_be_visible()
    address = server.address + re.search(r"/media/\S+", small.get_attribute("src"))[0]
    assert there.request.get(address).ok
    choose(there, "Quick · VGG16")
    there.get_by_role("button", name="Delete 1").click()
    expect(there.get_by_text("1 dream deleted.")).to_be_visible()
    expect(there.get_by_text("What you dream comes to stand here.")).to_be_visible()
    assert there.request.get(address).status == 404
    page.get_by_role("tab", name="Networks").click()
    expect(page.get_by_text("Dream 1, which was shown here, was deleted")).to_be_visible()
