import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream.compiled import compile_objective
from dreamlab.errors import DreamError
from tests.support.tiny import octave_of, picture, tiny_network


def test_one_trace_serves_all_sizes_weights_and_steps():
    network = tiny_network()
    for height, width in ((12, 14), (17, 19), (40, 33)):
        for weight, step in ((1.0, 0.01), (2.0, 0.05)):
            config = DreamConfig(layers={"second": weight}, step=step)
            octave_of(network, config, picture(height, width)).step(
                picture(height, width), (height % 3, 0)
            )
    objective = compile_objective(network, config, "float32")
    assert objective.gradients.experimental_get_tracing_count() == 1


def test_an_unknown_layer_is_named_with_those_that_are_close():
    with pytest.raises(DreamError, match="tiny has no layer 'thirt': did you mean third"):
        compile_objective(tiny_network(), DreamConfig(layers={"thirt": 1}), "float32")


def test_an_unknown_channel_is_an_error_with_the_range():
    with pytest.raises(DreamError, match="third has no channel 6; choose 0 to 5"):
        config = DreamConfig(layers={"third": 1}, channels={"third": [6]})
        compile_objective(tiny_network(), config, "float32")
