"""Small sets of pictures, of which it is known what tells their classes."""

import numpy as np

from dreamlab.images.picture_set import SIDE, PictureSet

#: What each class of `coloured` adds to grey: hues of one brightness.
HUES = {"blue": (-36, -36, 72), "green": (-36, 72, -36), "red": (72, -36, -36)}


def of_classes(drawn, counts, seed=0):
    """A set of as many pictures of each class as `counts` says; `drawn(class, generator)`."""
    generator = np.random.default_rng(seed)
    pixels, names, labels = [], [], []
    for label, count in counts.items():
        for number in range(count):
            picture = drawn(label, generator)
            pixels.append(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
            names.append(f"{label}/{number}.png")
            labels.append(label)
    return PictureSet(np.stack(pixels), tuple(names), tuple(labels))


def noise(generator, deviation=20.0):
    """Grey blocks around 128, float (224, 224, 3); they are large, so that scaling keeps them."""
    blocks = generator.normal(128, deviation, (14, 14, 1))
    return np.repeat(blocks.repeat(SIDE // 14, 0).repeat(SIDE // 14, 1), 3, 2)


def coloured(each=6, classes=("green", "red"), seed=0):
    """Classes that are told by their colour alone."""
    return of_classes(
        lambda label, generator: noise(generator) + HUES[label],
        dict.fromkeys(classes, each),
        seed,
    )


def meaningless(counts=None, seed=0):
    """Classes of which nothing can be told: all pictures are noise of one kind."""
    return of_classes(lambda label, generator: noise(generator), counts or {"a": 6, "b": 6}, seed)


def half_told(counts=None, seed=0):
    """Classes told by a colour that is weaker than the noise in it: some are told wrong."""

    def drawn(label, generator):
        return noise(generator) + generator.normal(0, 30, 3) + 0.4 * np.array(HUES[label])

    return of_classes(drawn, counts or {"blue": 5, "green": 9, "red": 7}, seed)
