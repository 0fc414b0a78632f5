"""The waiting line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamlab.jobs.fair_queue import Entry, FairQueue


def push(queue: FairQueue, owner: str, job: str, seconds: float = 1.0) -> None:
    queue.push(job, Entry(owner, seconds))


def served(queue: FairQueue) -> str | None:
    """Take the next job and be through with it."""
    job = queue.pop()
    if job is not None:
        queue.done(job)
    return job


def test_owners_take_turns_and_each_is_served_in_order():
    queue = FairQueue()
    for job in ("a1", "a2", "a3"):
        push(queue, "a", job)
    push(queue, "b", "b1")
    push(queue, "c", "c1")
    push(queue, "b", "b2")
    assert list(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert [queue.pop() for _ in range(7)] == ["a1", "b1", "c1", "a2", "b2", "a3", None]


def test_one_who_was_served_waits_for_those_who_were_not():
    queue = FairQueue()
    push(queue, "a", "a1")
    push(queue, "a", "a2")
    push(queue, "b", "b1")
    assert queue.pop() == "a1"
    push(queue, "a", "a3")
    assert list(queue) == ["b1", "a2", "a3"]


def test_a_short_job_waits_for_no_long_ones_of_others():
    queue = FairQueue()
    for owner in "abcdefgh":
        push(queue, owner, f"{owner} long", 300)
    assert queue.pop() == "a long"
    push(queue, "new", "short", 5)
    assert list(queue)[:2] == ["short", "b long"]


def test_each_owner_is_given_the_same_seconds():
    queue = FairQueue()
    for number in range(40):
        push(queue, "short", f"s{number}", 1)
        if number < 4:
            push(queue, "long", f"l{number}", 10)
    given_ = {"s": 0, "l": 0}
    for _ in range(33):  # three long ones and thirty short ones take 60 s
        given_[served(queue)[0]] += 1
    assert given_ == {"s": 30, "l": 3}


def test_many_who_come_anew_do_not_keep_a_long_job_waiting_for_ever():
    queue = FairQueue()
    push(queue, "long", "long", 50)
    for number in range(200):
        push(queue, f"new {number}", f"short {number}", 1)
        if served(queue) == "long":
            break
    # Two share the worker at any time: the turn of 50 s comes after some 50 s for each.
    assert 48 <= number <= 102


def test_a_long_job_gives_way_and_goes_on_where_its_share_puts_it():
    queue = FairQueue()
    push(queue, "a", "long", 100)
    assert queue.pop() == "long"
    assert not queue.gives_way("long")
    push(queue, "b", "longer", 300)
    assert not queue.gives_way("long")
    push(queue, "c", "short", 5)
    assert queue.gives_way("long") and queue.gives_way("long", "short")
    assert not queue.gives_way("long", "longer")
    queue.put_back("a", "long", 90, first=False)
    assert list(queue) == ["short", "long", "longer"]
    assert [queue.pop() for _ in range(3)] == ["short", "long", "longer"]


def test_what_is_put_back_is_next():
    queue = FairQueue()
    push(queue, "a", "a1")
    assert queue.pop() == "a1"
    push(queue, "b", "b1")
    push(queue, "a", "a2")
    queue.put_back("a", "a1", 1, first=True)
    assert list(queue) == ["a1", "b1", "a2"]
    assert [served(queue) for _ in range(3)] == ["a1", "b1", "a2"]


def test_a_removed_job_is_out_of_line():
    queue = FairQueue()
    push(queue, "a", "a1")
    push(queue, "a", "a2")
    push(queue, "b", "b1")
    queue.remove("a1")
    queue.remove("b1")
    assert list(queue) == ["a2"]
    with pytest.raises(KeyError):
        queue.remove("b1")


@given(st.lists(st.sampled_from("abcd") | st.none(), max_size=60))
def test_nobody_waits_for_more_than_two_turns_of_each_other_owner(moves):
    """Pushes by owners and pops (None): between two turns of who waits, others have two at most."""
    queue = FairQueue()
    served_since: dict[str, list[str]] = {}  # an owner who waits: who was served meanwhile
    pushed, popped = [], []
    for number, owner in enumerate(moves):
        if owner is not None:
            push(queue, owner, f"{owner}{number}")
            pushed.append(f"{owner}{number}")
            served_since.setdefault(owner, [])
            continue
        expected = next(iter(queue), None)
        job = served(queue)
        assert job == expected
        if job is None:
            continue
        popped.append(job)
        winner = job[0]
        for others in served_since.values():
            others.append(winner)
        waited = served_since.pop(winner)[:-1]
        assert all(waited.count(other) <= 2 for other in waited) and winner not in waited
        if any(one[0] == winner for one in queue):
            served_since[winner] = []
    assert sorted(popped + list(queue)) == sorted(pushed)
    for owner in "abcd":
        mine = [job for job in popped if job[0] == owner]
        assert mine == sorted(mine, key=lambda job: int(job[1:]))


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(1, 50)) | st.none(), min_size=5, max_size=80
    )
)
def test_who_waits_is_given_a_fair_share_but_for_one_job_of_each_other(moves):
    """While two wait all the time, neither is given more than the other by over one job of each."""
    queue = FairQueue()
    since: dict[str, int] = {}  # who waits, and how many seconds others had been given then
    seconds, given_ = {}, dict.fromkeys("abcd", 0)
    began = {}
    for number, move in enumerate(moves):
        if move is not None:
            owner, length = move
            push(queue, owner, f"{owner}{number}", length)
            seconds[f"{owner}{number}"] = length
            if owner not in since:
                since[owner] = number
                began[owner] = dict(given_)
            continue
        job = served(queue)
        if job is None:
            continue
        given_[job[0]] += seconds[job]
        waiting = {one[0] for one in queue}
        since = {owner: at for owner, at in since.items() if owner in waiting}
        for one in since:
            for other in since:
                if one == other:
                    continue
                both = began[max(one, other, key=lambda owner: since[owner])]
                mine, others = given_[one] - both[one], given_[other] - both[other]
                assert others - mine <= 50 + 50


def test_two_jobs_of_an_owner_that_give_way_keep_their_turns():
    queue = FairQueue()
    push(queue, "a", "a1", 100)
    push(queue, "a", "a2", 100)
    assert (queue.pop(), queue.pop()) == ("a1", "a2")  # two workers; they end at 100 and at 200
    push(queue, "b", "b", 150)
    push(queue, "c", "short", 5)
    queue.put_back("a", "a1", 90, first=False)
    queue.put_back("a", "a2", 90, first=False)
    assert list(queue) == ["short", "a1", "b", "a2"]


def test_what_an_owner_was_given_counts_though_it_gave_way():
    queue = FairQueue()
    push(queue, "a", "a1", 100)
    push(queue, "a", "a2", 100)
    assert (queue.pop(), queue.pop()) == ("a1", "a2")
    push(queue, "b", "b", 210)
    queue.put_back("a", "a1", 90, first=False)
    push(queue, "a", "a3", 20)  # after 200 s of the owner's, not after 100
    assert list(queue) == ["a1", "b", "a3"]


def test_a_job_that_is_nearly_done_does_not_give_way_to_one_that_comes_now():
    queue = FairQueue()
    push(queue, "a", "long", 100)
    queue.pop()
    queue.progress("long", 5)
    push(queue, "b", "shorter", 90)
    assert not queue.gives_way("long")
    push(queue, "c", "short", 4)
    assert queue.gives_way("long", "short")
    queue.done("long")
    assert list(queue) == ["short", "shorter"]


MOVES = st.tuples(
    st.sampled_from(["push", "pop", "done", "back", "first", "join", "leave", "remove"]),
    st.sampled_from("abc"),
    st.integers(1, 50),
)


@given(st.lists(MOVES, max_size=60))
def test_each_job_that_waits_is_in_line_once(moves):
    queue, owners, taken = FairQueue(), {}, []
    for number, (move, owner, seconds) in enumerate(moves):
        waiting = list(queue)
        some = waiting[seconds % len(waiting)] if waiting else None
        if move == "push":
            job = f"{number}"
            owners[job] = [owner]
            push(queue, owner, job, seconds)
        elif move == "pop":
            job = queue.pop()
            assert job == (waiting[0] if waiting else None)
            taken += [job] if job else []
        elif move == "done" and taken:
            queue.done(taken.pop())
        elif move in ("back", "first") and taken:
            job = taken.pop(seconds % len(taken))
            queue.put_back(owners[job][0], job, seconds / 2, first=move == "first")
        elif move == "join" and some and owner not in owners[some]:
            owners[some].append(owner)
            queue.join(owner, some)
        elif move == "leave" and some and len(owners[some]) > 1:
            leaving = owners[some].pop(0)
            queue.leave(leaving, some, owners[some][0])
        elif move == "remove" and some:
            queue.remove(some)
        waiting = list(queue)
        assert len(waiting) == len(set(waiting)) == len(queue)
    while (job := queue.pop()) is not None:
        queue.done(job)
    assert len(queue) == 0
