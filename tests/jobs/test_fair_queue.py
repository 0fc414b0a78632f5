"""The waiting line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamlab.errors import DreamError
from dreamlab.jobs.fair_queue import FairQueue


def make(per_owner: int = 6, total: int = 40) -> FairQueue:
    return FairQueue(per_owner=per_owner, total=total)


def test_owners_take_turns_and_each_is_served_in_order():
    queue = make()
    for job in ("a1", "a2", "a3"):
        queue.push("a", job)
    queue.push("b", "b1")
    queue.push("c", "c1")
    queue.push("b", "b2")
    assert list(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert [queue.pop() for _ in range(7)] == ["a1", "b1", "c1", "a2", "b2", "a3", None]


def test_one_who_was_served_waits_for_those_who_were_not():
    queue = make()
    queue.push("a", "a1")
    queue.push("a", "a2")
    queue.push("b", "b1")
    assert queue.pop() == "a1"
    queue.push("a", "a3")
    assert list(queue) == ["b1", "a2", "a3"]


def test_an_owner_can_fill_only_a_part():
    queue = make(per_owner=2)
    queue.push("a", "a1")
    queue.push("a", "a2")
    with pytest.raises(DreamError, match="you have 2 dreams waiting"):
        queue.push("a", "a3")
    queue.push("b", "b1")
    assert len(queue) == 3


def test_a_full_queue_says_so():
    queue = make(total=2)
    queue.push("a", "a1")
    queue.push("b", "b1")
    with pytest.raises(DreamError, match="the queue is full: 2 dreams are waiting"):
        queue.push("c", "c1")
    assert list(queue) == ["a1", "b1"]


def test_what_is_put_back_is_next_even_if_the_queue_is_full():
    queue = make(per_owner=1, total=2)
    queue.push("a", "a1")
    assert queue.pop() == "a1"
    queue.push("b", "b1")
    queue.push("a", "a2")
    queue.put_back("a", "a1")
    assert list(queue) == ["a1", "b1", "a2"]


def test_a_removed_job_is_out_of_line():
    queue = make()
    queue.push("a", "a1")
    queue.push("a", "a2")
    queue.push("b", "b1")
    queue.remove("a1")
    queue.remove("b1")
    assert list(queue) == ["a2"]
    with pytest.raises(KeyError):
        queue.remove("b1")


@given(st.lists(st.sampled_from("abcd") | st.none(), max_size=60))
def test_nobody_waits_for_more_than_one_turn_of_each_other_owner(moves):
    """Pushes by owners and pops (None): between two turns of who waits, others have one each."""
    queue = make(per_owner=100, total=100)
    served_since: dict[str, list[str]] = {}  # an owner who waits: who was served meanwhile
    pushed, popped = [], []
    for number, owner in enumerate(moves):
        if owner is not None:
            queue.push(owner, f"{owner}{number}")
            pushed.append(f"{owner}{number}")
            served_since.setdefault(owner, [])
            continue
        expected = next(iter(queue), None)
        job = queue.pop()
        assert job == expected
        if job is None:
            continue
        popped.append(job)
        winner = job[0]
        for others in served_since.values():
            others.append(winner)
        waited = served_since.pop(winner)[:-1]
        assert len(waited) == len(set(waited)) and winner not in waited
        if any(one[0] == winner for one in queue):
            served_since[winner] = []
    assert sorted(popped + list(queue)) == sorted(pushed)
    for owner in "abcd":
        mine = [job for job in popped if job[0] == owner]
        assert mine == sorted(mine, key=lambda job: int(job[1:]))
