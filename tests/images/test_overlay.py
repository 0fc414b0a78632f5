import numpy as np

from dreamlab.images.overlay import overlay


def test_an_overlay_glows_where_its_map_is_strong():
    image = np.zeros((4, 4, 3), np.float32)
    activation = np.float32([[0, 0], [0, -8]])
    result = overlay(image, activation)
    np.testing.assert_allclose(result[0, 0], [-0.55] * 3, atol=1e-6)  # dimmed grey
    np.testing.assert_allclose(result[3, 3], [1.0, 0.35, -0.8], atol=1e-6)
    np.testing.assert_allclose(overlay(image, np.zeros((2, 2), np.float32)), -0.55, atol=1e-6)
