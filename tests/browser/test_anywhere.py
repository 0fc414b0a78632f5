"""Pictures that are dropped or pasted anywhere on the page, several at once, or shot."""

import dataclasses
import re
from contextlib import suppress

from playwright.sync_api import expect

from dreamlab.comparison.variant import Variant
from tests.browser.acts import QUICK, dream, dreams, dreamt, picture

TWO = dataclasses.replace(
    QUICK,
    variants=(
        Variant(name="Low", layers={"block1_conv2": 1.0}),
        Variant(name="Middle", layers={"block2_conv2": 1.0}),
    ),
)

_HELD = """const held = new DataTransfer();
  for (const [name, bytes] of files)
    held.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));"""

_DROP = f"""(at, files) => {{
  {_HELD}
  const told = {{ bubbles: true, cancelable: true, dataTransfer: held }};
  for (const name of ["dragenter", "dragover"]) at.dispatchEvent(new DragEvent(name, told));
  const sign = document.querySelector("#dl-drop").innerText;
  at.dispatchEvent(new DragEvent("drop", told));
  return sign;
}}"""

#: Pastes files, with words if there are any, and returns whether the page took them.
_PASTE = f"""(at, [files, words]) => {{
  {_HELD}
  if (words) held.items.add(words, "text/plain");
  const told = {{ bubbles: true, cancelable: true, clipboardData: held }};
  return !at.dispatchEvent(new ClipboardEvent("paste", told));
}}"""


def held(*names):
    """Return pictures of unlike sizes, as a script takes them."""
    return [
        [name, list(picture(100 + 10 * number, 80, number))] for number, name in enumerate(names)
    ]


def test_two_pictures_dropped_on_the_middle_of_the_page_are_rows(visitor):
    page = visitor.open(TWO)
    sign = page.get_by_test_id("stMain").evaluate(_DROP, held("first.png", "second.png"))
    assert "Drop pictures anywhere" in sign
    expect(page.locator("#dl-drop")).to_be_hidden()
    expect(page.get_by_text("2 pictures × 2 variants, 8 octaves in all")).to_be_visible()
    dream(page)
    dreamt(page, 4)
    told = [each.get_attribute("alt") for each in dreams(page).all()]
    assert [re.match(r"The dream (\w+ · \w+\.png)", alt)[1] for alt in told] == [
        "Low · first.png",
        "Middle · first.png",
        "Low · second.png",
        "Middle · second.png",
    ]
    curves = page.get_by_test_id("stVegaLiteChart").locator("g.mark-line > path[d]")
    expect(curves).to_have_count(2)
    page.get_by_role("tab", name="Numbers").click()
    expect(page.get_by_role("cell", name="second.png")).to_have_count(2)


def test_a_paste_finds_the_upload_behind_another_tab_and_a_closed_sidebar(visitor):
    page = visitor.open(QUICK)
    page.get_by_role("tab", name="Networks").click()
    expect(page.get_by_text("Networks to compare")).to_be_visible()
    page.get_by_test_id("stSidebar").hover()
    page.get_by_role("button", name="Collapse sidebar").click()
    expect(page.get_by_test_id("stSidebar")).not_to_be_in_viewport()
    assert page.locator("body").evaluate(_PASTE, [held("pasted.png"), ""])
    expect(page.get_by_text("100 × 80 px", exact=True)).to_be_in_viewport()
    # What has words too belongs to the field that is being typed in.
    field = page.get_by_role("spinbutton", name="Octaves", exact=True)
    assert not field.evaluate(_PASTE, [held("other.png"), "3"])
    page.get_by_test_id("stMain").evaluate(_DROP, [["art.psd", list(b"8BPS\0\1")]])
    expect(page.get_by_role("alert")).to_contain_text("art.psd is a Photoshop document (PSD)")


def test_the_camera_s_shot_is_the_picture(visitor):
    page = visitor.open(QUICK)
    page.get_by_role("button", name="Camera", exact=True).click()
    shown = "[...document.querySelectorAll('video')].some((video) => video.videoWidth > 0)"
    page.wait_for_function(shown)  # before that a click takes nothing
    shot = page.get_by_role("img", name="The picture you uploaded")
    for _ in range(3):  # Streamlit's stream begins anew a second after a new width of its box
        page.get_by_role("button", name="Take photo").click()
        with suppress(AssertionError):
            expect(shot).to_be_visible(timeout=20_000)
            break
    expect(shot).to_be_visible()
    expect(page.get_by_role("button", name="Take photo")).to_have_count(0)
    expect(page.get_by_text(re.compile(r"^128 × \d+ px$"))).to_be_visible()
