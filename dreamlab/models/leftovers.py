"""What TensorFlow would keep of a graph for ever, and with it a network that is long gone.

A network has hundreds of megabytes of kernels. Where another version of TensorFlow keeps these
things elsewhere, nothing is done.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import ops

#: How TensorFlow names what `tf.custom_gradient` registers while a graph is made.
_PREFIX = "CustomGradient-"

#: The functions around a custom gradient, from the registered one inwards, by their names there.
_AROUND = ("tape_grad_fn", "grad_fn")


def forget_gradients() -> None:
    """Forget this package's custom gradients, when no graph is being made.

    TensorFlow's registry has them for ever, with the graphs that they were called in.
    """
    registry: dict[str, Any] = getattr(ops.gradient_registry, "_registry", {})
    for name in [name for name in registry if name.startswith(_PREFIX)]:
        if _is_ours(registry[name]):
            del registry[name]


def _is_ours(entry: dict[str, Any]) -> bool:
    function: Any = entry.get("type")
    for name in _AROUND:
        names = getattr(getattr(function, "__code__", None), "co_freevars", ())
        closure = dict(zip(names, getattr(function, "__closure__", None) or (), strict=False))
        if name not in closure:
            return False
        function = closure[name].cell_contents
    return getattr(function, "__module__", "").startswith("dreamlab.")


def keep_with_graph(function: Callable[..., Any], output: Any) -> None:
    """Keep a function that a graph calls as long as that graph, and no longer.

    TensorFlow keeps it as long as the outermost graph, which is never gone.

    Parameters
    ----------
    function : callable
        What `tf.numpy_function` was given.
    output : tf.Tensor
        What it returned.
    """
    if tf.executing_eagerly():
        return
    graph = outermost = output.graph
    while getattr(outermost, "outer_graph", outermost) is not outermost:
        outermost = outermost.outer_graph
    wrapper = getattr(function, "ag_dnc_wrapper__", None)
    kept: list[Any] = getattr(outermost, "_py_funcs_used_in_graph", [])
    places = [place for place, other in enumerate(kept) if other is wrapper]
    if outermost is not graph and places:
        graph._functions_of_dreamlab = [*getattr(graph, "_functions_of_dreamlab", ()), function]
        del kept[places[-1]]
