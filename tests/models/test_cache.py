"""The networks that a process keeps loaded."""

import os
import threading
import time

import pytest

from dreamlab.models import cache, cached_model, load_model
from tests.support.tiny import tiny_network


@pytest.fixture(autouse=True)
def loads(monkeypatch):
    """Makes loading take a moment; lists what was loaded."""
    names = []

    def load(name):
        names.append(name)
        time.sleep(0.05)
        return object()

    monkeypatch.setattr(cache, "load_model", load)
    cache._networks.clear()
    yield names
    cache._networks.clear()


def test_few_networks_are_kept_and_a_changed_file_is_read_again(tmp_path):
    first = cached_model("vgg16")
    assert cached_model("vgg16") is first
    own = tmp_path / "own.keras"
    own.write_bytes(b"1")
    read = cached_model(own)
    assert cached_model(str(own)) is read
    os.utime(own, ns=(1, 1))
    assert cached_model(own) is not read
    assert cached_model("vgg16") is first
    assert cached_model(own) is not read
    for name in ("a.keras", "b.keras", "c.keras"):
        cached_model(name)
    assert cached_model("vgg16") is not first  # three others came after it


@pytest.mark.parametrize("name", ["n" * 300, "a\0b.keras", "", "absent.h5"])
def test_a_name_that_no_file_can_have_is_left_to_the_loader(name, loads):
    cached_model(name)
    assert loads == [name]


def test_two_threads_do_not_load_a_network_twice(loads):
    loaded, barrier = [], threading.Barrier(2)

    def load():
        barrier.wait()
        loaded.append(cached_model("vgg16"))

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded[0] is loaded[1]
    assert loads == ["vgg16"]


def test_what_is_in_memory_is_not_kept(monkeypatch):
    monkeypatch.setattr(cache, "load_model", load_model)
    network = tiny_network()
    assert cached_model(network) is network
    assert not cache._networks
