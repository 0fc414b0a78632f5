"""How much may wait."""

import pytest

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs.admission import admit
from dreamlab.jobs.fair_queue import Entry


class Line:
    """What waits, admitted by the rules."""

    def __init__(self, per_owner=6, total=200, seconds=3600.0, workers=1):
        self.settings = DeploymentSettings(
            waiting_per_visitor=per_owner, waiting=total, waiting_seconds=seconds
        )
        self.workers, self.entries = workers, []

    def push(self, owner, seconds=1.0, address=""):
        entry = Entry(owner, seconds, address)
        admit(entry, self.entries, self.workers, self.settings)
        self.entries.append(entry)

    @property
    def work(self):
        return sum(entry.seconds for entry in self.entries)


def plain(error: pytest.ExceptionInfo) -> str:
    return str(error.value).replace("\u00a0", " ")


def test_an_owner_can_fill_only_a_part():
    line = Line(per_owner=2)
    line.push("a")
    line.push("a")
    with pytest.raises(DreamError, match="you have 2 dreams waiting"):
        line.push("a")
    line.push("b")
    assert len(line.entries) == 3


def test_an_owner_may_have_as_many_dreams_as_stay_free_beyond_those_of_a_picture():
    line = Line(per_owner=36, total=40)
    for _ in range(20):
        line.push("a")
    said = "you have 20 dreams waiting, and the queue has 20 places left for all"
    with pytest.raises(DreamError, match=said):
        line.push("a")
    for owner in "bc":
        for _ in range(6):
            line.push(owner)
    for _ in range(6):
        line.push("d")
    with pytest.raises(DreamError, match="you have 6 dreams waiting"):
        line.push("d")
    line.push("e")


def test_a_full_queue_says_so():
    line = Line(total=2)
    line.push("a")
    line.push("b")
    with pytest.raises(DreamError, match="the queue is full: 2 dreams are waiting"):
        line.push("c")


def test_an_owner_may_have_as_much_work_as_stays_free():
    line = Line(seconds=100)
    line.push("a", 30)
    line.push("a", 20)  # 50 wait, 50 are free
    with pytest.raises(DreamError) as error:
        line.push("a", 10)
    # With 10 more 60 would wait and 40 stay free; 20 s of others' work later it would be 60.
    assert plain(error) == "50 s of work are waiting, too much for 10 s more: try again in 20 s"
    line.push("b", 25)
    with pytest.raises(DreamError, match="too much"):
        line.push("b", 1)
    line.push("c", 12)


def test_there_is_room_for_whoever_is_next():
    line = Line()
    for number in range(8):
        with pytest.raises(DreamError):
            for _ in range(6):
                line.push(f"stranger {number}", 600)
    line.push("visitor", 5)


def test_a_class_fits():
    line = Line()
    for student in range(30):
        for _ in range(4):
            line.push(f"student {student}", 20)
    assert (len(line.entries), line.work) == (120, 2400)


def test_workers_bring_room():
    line = Line(seconds=100, workers=3)
    line.push("a", 150)
    with pytest.raises(DreamError) as error:
        line.push("a", 30)
    assert plain(error).endswith("too much for 30 s more: try again in 20 s")  # 60 s, 3 at a time


def test_owners_of_an_address_share_a_bound():
    line = Line(seconds=100)
    for number in range(8):
        line.push(f"cookie {number}", 10, "192.0.2.1")
    with pytest.raises(DreamError, match="too much"):
        line.push("cookie 8", 1, "192.0.2.1")
    line.push("elsewhere", 5, "192.0.2.2")
    line.push("unknown", 5)


def test_the_time_until_the_next_try_is_at_most_that_until_nothing_waits():
    line = Line(seconds=100)
    line.push("a", 3)
    with pytest.raises(DreamError) as error:
        line.push("b", 60)
    assert plain(error) == "3 s of work are waiting, too much for 1 min more: try again in 3 s"
    line.entries.clear()
    line.push("b", 60)
