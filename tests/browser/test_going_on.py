"""*Go on from here*, with the engine itself and a worker."""

from playwright.sync_api import expect

from tests.browser.acts import QUICK, dream, dreams, dreamt, faults, pixels


def test_a_dream_that_goes_on_from_an_octave_ends_as_the_whole_one(visitor):
    page = visitor.open(QUICK)
    dream(page)
    dreamt(page, 1)
    whole, shown = pixels(dreams(page)), dreams(page).get_attribute("src")
    slider = page.get_by_role("slider", name="Octave, for all pictures")
    slider.focus()
    slider.press("ArrowLeft")
    expect(dreams(page)).not_to_have_attribute("src", shown)
    page.get_by_role("button", name="Go on from here").click()
    expect(page.get_by_text("Goes on from octave 1 as a variant above")).to_be_visible()
    expect(
        page.get_by_role("img", name="what Quick, on from octave 1 goes on from")
    ).to_be_visible()
    expect(page.get_by_text("2 variants, 3 octaves in all")).to_be_visible()
    assert faults(page) == []
    dream(page)
    dreamt(page, 2)
    assert [pixels(picture) for picture in dreams(page).all()] == [whole, whole]
