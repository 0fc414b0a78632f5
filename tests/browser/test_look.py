"""A mask, drawn on the picture and dreamt in."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from dreamlab.images import to_pixels
from dreamlab.images.samples import sample
from tests.browser.acts import QUICK, dream, dreams, dreamt, pixels, setup_of


def values(file):
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"), np.float32)


def test_a_mask_is_shown_where_it_is_chosen_and_the_rest_stays(visitor):
    page = visitor.open(QUICK)
    page.get_by_text("Look", exact=True).click()
    page.get_by_role("combobox", name="Mask").click()
    page.get_by_role("option", name="Rectangle").click()
    shown = page.get_by_role("img", name="Where the picture changes; the rest is dim")
    original = to_pixels(sample("cat", 128).image).astype(np.float32)
    preview = values(pixels(shown))
    height, width = original.shape[:2]
    outside = np.ones((height, width), bool)
    outside[int(0.2 * height) - 1 : int(0.8 * height) + 2] = False
    outside[:, : int(0.2 * width) - 1] = outside[:, int(0.8 * width) + 2 :] = True
    assert abs(preview[outside].mean() / original[outside].mean() - 0.3) < 0.02
    assert preview[40:50, 60:70].mean() > 0.9 * original[40:50, 60:70].mean()
    dream(page)
    dreamt(page, 1)
    assert setup_of(page).common["mask"] == "rectangle:0.2,0.2,0.8,0.8"
    changed = np.abs(values(pixels(dreams(page).first)) - original).mean(axis=2)
    assert changed[outside].mean() < 3  # a JPEG's own errors
    assert changed[30:55, 40:90].mean() > 3 * changed[outside].mean()
    expect(shown).to_be_visible()
