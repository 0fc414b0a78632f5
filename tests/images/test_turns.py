import threading

import pytest

from dreamlab.errors import DreamError
from dreamlab.images import turns
from dreamlab.images.turns import Turns


class Visitor(threading.Thread):
    """Takes a turn, and ends it when told."""

    def __init__(self, shared, name, order):
        super().__init__(daemon=True)
        self.shared, self.visitor, self.order = shared, name, order
        self.has, self.ends = threading.Event(), threading.Event()
        self.start()

    def run(self):
        with self.shared.turn(self.visitor):
            self.order.append(self.visitor)
            self.has.set()
            assert self.ends.wait(20)

    def end(self):
        self.ends.set()
        self.join(20)
        assert not self.is_alive()


def joined(shared, name, order, waiting):
    visitor = Visitor(shared, name, order)
    for _ in range(20_000):
        with shared._changed:
            if len(shared._waiting) == waiting:
                return visitor
        visitor.has.wait(0.001)
    raise AssertionError("it does not wait")


def test_a_visitor_takes_one_place_at_a_time():
    shared, order = Turns(2, 20), []
    first = Visitor(shared, "a", order)
    assert first.has.wait(20)
    second = joined(shared, "a", order, 1)
    other = Visitor(shared, "b", order)
    assert other.has.wait(20) and not second.has.is_set()
    first.end()
    assert second.has.wait(20)
    second.end()
    other.end()
    assert order == ["a", "b", "a"]


def test_next_is_who_took_the_least_time(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(turns.time, "monotonic", lambda: clock[0])
    shared, order = Turns(1, 20), []
    greedy = Visitor(shared, "greedy", order)
    assert greedy.has.wait(20)
    again = joined(shared, "greedy", order, 1)
    modest = joined(shared, "modest", order, 2)
    clock[0] = 9.0
    greedy.end()
    assert modest.has.wait(20) and not again.has.is_set()
    modest.end()
    assert again.has.wait(20)
    again.end()
    clock[0] = 1000.0
    with shared.turn("other"):
        pass
    assert set(shared._taken) == {"other"}  # the rest is forgotten


def test_newcomers_without_end_do_not_keep_a_visitor_waiting(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(turns.time, "monotonic", lambda: clock[0])
    shared, order = Turns(1, 20), []
    with shared.turn("modest"):  # has read a picture before, in half a second
        clock[0] = 0.5
    stranger = Visitor(shared, "stranger 0", order)
    assert stranger.has.wait(20)
    modest = joined(shared, "modest", order, 1)
    for number in range(1, 4):  # each has read nothing yet
        clock[0] += 9.0
        following = joined(shared, f"stranger {number}", order, 2)
        stranger.end()
        if modest.has.wait(0.2):
            break
        stranger = following
    assert order == ["stranger 0", "modest"]
    modest.end()
    assert following.has.wait(20)
    following.end()


def test_who_waits_too_long_is_told():
    shared, order = Turns(1, 0.05), []
    first = Visitor(shared, "a", order)
    assert first.has.wait(20)
    with pytest.raises(DreamError, match="try again in a minute"), shared.turn("b"):
        pass
    first.end()
    with shared.turn("b") as place:
        assert place == 0
    assert not shared._waiting and not shared._busy


def test_a_turn_ends_with_an_error():
    shared = Turns(1, 20)
    for _ in range(2):
        with pytest.raises(KeyError), shared.turn("a"):
            raise KeyError
