"""What stands in for a part of the package takes what that part takes and gives what it gives."""

import dataclasses
import inspect

import numpy as np
import pytest

import dreamlab.dream
import dreamlab.models
from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.jobs import Backend
from dreamlab.jobs.service import JobService
from tests.support import fake_engine
from tests.support.fake_backend import FakeBackend


def public(kind) -> dict:
    """Return what a class itself defines for others, by name."""
    return {name: part for name, part in vars(kind).items() if not name.startswith("_")}


def parameters(function) -> list[tuple]:
    """Return name, kind and default of each parameter."""
    return [
        (each.name, each.kind, each.default)
        for each in inspect.signature(function).parameters.values()
    ]


METHODS = [name for name, part in public(Backend).items() if inspect.isfunction(part)]
PROPERTIES = [name for name, part in public(Backend).items() if isinstance(part, property)]


def test_all_of_the_contract_is_looked_at():
    assert set(METHODS) | set(PROPERTIES) == set(public(Backend))
    assert {"submit", "status", "estimate"} <= set(METHODS) and "problem" in PROPERTIES


@pytest.mark.parametrize("kind", [JobService, FakeBackend])
@pytest.mark.parametrize("name", METHODS)
def test_a_backend_has_the_methods_of_the_contract(kind, name):
    method, wanted = getattr(kind, name, None), getattr(Backend, name)
    assert method is not None, f"{kind.__name__} has no {name}"
    assert inspect.signature(method) == inspect.signature(wanted)


@pytest.mark.parametrize("name", PROPERTIES)
def test_the_stand_in_has_the_properties_of_the_contract(name):
    assert hasattr(FakeBackend(), name)  # mypy holds the real one to them


@pytest.mark.parametrize(
    ("real", "stand_in"),
    [
        (dreamlab.dream.dream, fake_engine.dream),
        (dreamlab.models.cached_model, fake_engine.cached_model),
        (dreamlab.dream.Resume, fake_engine.Resume),
        (dreamlab.dream.Start, fake_engine.Start),
    ],
)
def test_the_stand_in_for_the_engine_takes_what_the_engine_takes(real, stand_in):
    assert parameters(stand_in) == parameters(real)


def test_the_stand_in_gives_the_steps_of_the_engine():
    real = dreamlab.dream.Step
    wanted = {field.name for field in dataclasses.fields(real)} | set(public(real))
    found = {field.name for field in dataclasses.fields(fake_engine.Step)}
    found |= set(public(fake_engine.Step))
    assert {name for name in found if not name.startswith("_")} == {
        name for name in wanted if not name.startswith("_")
    }


def test_the_stand_in_keeps_what_a_step_began_from_where_it_is_asked_to():
    image = np.zeros((64, 128, 3), np.float32)
    settings = {"octaves": 2, "octave_scale": 2, "iterations": 2, "step": 1e-5}
    config = DreamConfig(layers={"block1_conv1": 1.0}, **settings)
    network = fake_engine.cached_model("vgg16")
    before = None
    for step in fake_engine.dream(image, network, config, starts=True):
        assert step.start.picture.shape == step.image.shape
        if step.iteration:
            np.testing.assert_array_equal(step.start.picture, before)
        before = step.image
    step = next(fake_engine.dream(image, network, config))
    with pytest.raises(DreamError, match="is not kept"):
        _ = step.start
