"""Dreams that go on from a picture of another one."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Parent
from dreamlab.dream import NoAnswer, Silence, branch, dream
from dreamlab.images import Picture
from dreamlab.images.branch import BranchPoint
from dreamlab.images.resample import resize
from dreamlab.images.shape import Shape
from tests.support.tiny import picture, silenced, tiny_network

CONFIG = DreamConfig(
    layers={"second": 1.0, "third": 0.5},
    octaves=3,
    iterations=3,
    step=0.05,
    gaussian_noise=0.05,
    salt_pepper=0.01,
    jitter=3,
    precision="float32",
)
ORIGINAL = Picture.of(picture(40, 56))


@pytest.fixture(scope="module")
def network():
    return tiny_network()


@pytest.fixture(scope="module")
def whole(network):
    return [(step, step.image.copy()) for step in dream(ORIGINAL, network, CONFIG)]


def point(step, image, *, exact=True):
    parent = Parent(step.provenance.id, step.octave, step.iteration)
    values, area = image if exact else None, step.provenance.area
    return BranchPoint(parent, Picture.of(image), step.ends_octave, area, values)


def branched(network, start, config=CONFIG):
    image, resume, _ = branch(start, ORIGINAL, network, config)
    steps = dream(image, network, config, resume=resume, parent=start.parent)
    return [(step, step.image.copy()) for step in steps]


@pytest.mark.parametrize("place", range(8))
def test_a_branch_equals_the_whole_dream_bit_for_bit(network, whole, place):
    step, image = whole[place]
    rest = branched(network, point(step, image))
    assert len(rest) == 8 - place
    for (ours, mine), (theirs, other) in zip(rest, whole[place + 1 :], strict=True):
        assert (ours.octave, ours.iteration) == (theirs.octave, theirs.iteration)
        assert ours.losses == theirs.losses
        assert (mine == other).all()
    parent = rest[-1][0].provenance.parent
    assert parent == Parent(step.provenance.id, step.octave, step.iteration)
    assert replace(rest[-1][0].provenance, parent=None) == step.provenance


def test_the_last_picture_is_dreamt_on_anew(network, whole):
    last = point(*whole[-1])
    rest = branched(network, last)
    expected = [step.losses for step in dream(last.picture, network, CONFIG)]
    assert [step.losses for step, _ in rest] == expected
    assert len(rest) == 9
    assert branch(last, ORIGINAL, network, CONFIG).before == 0


def test_from_bytes_the_start_is_within_half_a_grey_level(network):
    config = CONFIG.replace(iterations=2, step=0.01, gaussian_noise=0, salt_pepper=0)
    whole = [(step, step.image.copy()) for step in dream(ORIGINAL, network, config)]
    step, image = whole[1]
    start = point(step, image, exact=False)
    away = np.abs(start.values - np.clip(image, -1, 1)) * 127.5
    assert 0 < away.max() <= 0.5 + 1e-4
    rest = branched(network, start, config)
    differs = np.abs(rest[-1][1] - whole[-1][1]) * 127.5
    # Four steps, each of 1.3 grey levels on the average.
    assert 0 < differs.mean() < 0.5


def test_other_settings_begin_at_the_octave_that_is_larger(network, whole):
    step, image = whole[2]  # the result of the octave of 20 x 28 px
    assert image.shape == (20, 28, 3)
    other = CONFIG.replace(layers={"first": 1.0}, octaves=5, octave_scale=1.2)
    rest = branched(network, point(step, image), other)
    assert [step.octave for step, _ in rest[::3]] == [1, 2, 3, 4]
    assert (rest[0][0].height, rest[0][0].width) == (23, 32)
    assert rest[-1][1].shape == (40, 56, 3)
    assert list(rest[0][0].losses) == ["first"]


def test_another_network_goes_on_with_the_same_picture(whole):
    step, image = whole[2]
    rest = branched(tiny_network(seed=5), point(step, image))
    assert [step.octave for step, _ in rest] == [1] * 3 + [2] * 3
    assert rest[0][0].loss != whole[3][0].loss


def test_the_share_that_a_branch_leaves_out_is_where_the_whole_dream_was(network, whole):
    for step, image in whole[:-1]:
        before = branch(point(step, image), ORIGINAL, network, CONFIG).before
        assert before == pytest.approx(step.fraction)


#: The left half of a picture is changed, the right is kept.
LEFT = {"mask": "rectangle:0,0,0.5,1"}


@pytest.mark.parametrize("place", range(8))
def test_a_branch_with_its_dream_s_mask_equals_the_whole_dream_bit_for_bit(network, place):
    config = CONFIG.replace(**LEFT)
    whole = [(step, step.image.copy()) for step in dream(ORIGINAL, network, config)]
    rest = branched(network, point(*whole[place]), config)
    both = zip(rest, whole[place + 1 :], strict=True)
    assert all((mine == other).all() for (_, mine), (_, other) in both)


@pytest.mark.parametrize("change", [LEFT, LEFT | {"mask_outside": True}, LEFT | {"mask_edge": 0.2}])
@pytest.mark.parametrize("before", [{}, {"mask": "rectangle:0,0,1,0.5"}])
def test_another_mask_keeps_the_picture_that_is_gone_on_from(network, before, change):
    two = CONFIG.replace(octaves=2, octave_scale=1.5, **before)
    first = [(step, step.image.copy()) for step in dream(ORIGINAL, network, two)]
    (step, image), *_ = ((step, image) for step, image in first if step.ends_octave)
    masked = two.replace(**{"mask": "", "mask_outside": False} | change)
    images = [mine for _, mine in branched(network, point(step, image), masked)]
    # Enlarged as an octave without steps and noise does it: with the detail that was lost.
    original = ORIGINAL.as_float()
    small = resize(original, Shape.of(image))
    carried = resize(image, Shape.of(original)) + original - resize(small, Shape.of(original))
    kept = np.s_[:, :28] if change.get("mask_outside") else np.s_[:, 28:]
    assert len(images) == 3
    for mine in images:
        assert np.abs(mine[kept] - carried[kept].clip(-1, 1)).max() <= 0.5 / 127.5 + 1e-6
        assert (mine[kept] == images[0][kept]).all()  # not one value changes
        assert np.abs(mine[kept] - original[kept]).mean() > 0.01


def test_between_steps_another_mask_keeps_the_picture_with_the_detail_it_lacks(network, whole):
    step, image = next((step, image) for step, image in whole if step.octave == 1)
    assert not step.ends_octave
    mine = branched(network, point(step, image), CONFIG.replace(**LEFT))[-1][1]
    picture = ORIGINAL.as_float()
    for before, shape in pairwise(Shape.of(each) for each in (whole[0][1], image, picture)):
        lost = resize(picture, shape) - resize(resize(picture, before), shape)
        image = resize(image, shape) + lost
    assert np.abs(mine - image.clip(-1, 1))[:, 28:].max() <= 0.5 / 127.5 + 1e-6


def test_where_it_is_unknown_what_a_picture_keeps_it_is_kept(network, whole):
    step, image = whole[2]
    start = replace(point(step, image), area=None)
    mine = branched(network, start, CONFIG.replace(**LEFT))[-1][1]
    assert np.abs(mine - ORIGINAL.as_float())[:, 28:].mean() > 0.01


def test_a_branch_that_takes_no_step_says_so(network, whole):
    step, image = whole[2]
    held = CONFIG.replace(max_loss=min(step.loss for step, _ in whole) / 2)
    with pytest.warns(Silence, match="octaves 2 and 3 of 3 took no step, as the first loss was"):
        branched(network, point(step, image), held)


def test_a_branch_that_no_layer_answers_to_is_no_dream(whole):
    network = silenced(tiny_network(), "third")
    alone = CONFIG.replace(layers={"third": 1.0}, gaussian_noise=0.0)
    with pytest.raises(NoAnswer, match="third does not answer"):
        branched(network, point(*whole[2]), alone)
