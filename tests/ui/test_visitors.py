import dataclasses

import numpy as np
import pytest

from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.config import DreamConfig
from dreamlab.images import Picture
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.ui.session import visitors
from dreamlab.ui.session.visitors import Run, Sent, Visit, Visits

CONFIG = DreamConfig(layers={"block3_conv3": 1.0})


def visit(*jobs: str, browser: str = "mine") -> Visit:
    made = Visit(browser)
    if jobs:
        made.keep(tuple(Run(job, job, 0, CONFIG) for job in jobs), "a cat")
    return made


def idle(visit: Visit) -> bool:
    return False


def test_a_visit_is_found_by_its_name_in_its_browser():
    all_of_them, mine = Visits(60), visit("a", browser="mine")
    all_of_them.add(mine, idle)
    assert all_of_them.find(mine.name, "mine") is mine
    for name, browser in [(mine.name, ""), (mine.name, "another"), ("", "mine"), ("a", "mine")]:
        assert all_of_them.find(name, browser) is None


def test_nobody_finds_the_visit_of_a_browser_without_cookies():
    all_of_them, made = Visits(60), visit("a", browser="")
    all_of_them.add(made, idle)
    assert all_of_them.find(made.name, "") is None


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(visitors, "MAX_VISITS", 3)
    return Visits(60)


def test_the_oldest_visits_go_first(few):
    made = [visit() for _ in range(4)]
    for one in made[:3]:
        few.add(one, idle)
    few.seen(made[0])
    few.add(made[3], idle)
    assert [few.find(one.name, "mine") is one for one in made] == [True, False, True, True]


def test_a_visit_that_is_busy_stays(few):
    made = [visit() for _ in range(4)]
    for one in made:
        few.add(one, lambda old: old is made[0])
    assert [few.find(one.name, "mine") is one for one in made] == [True, False, True, True]


def test_a_visit_that_was_not_seen_for_long_goes():
    brief, made = Visits(0), [visit(), visit()]
    for one in made:
        brief.add(one, idle)
    assert [brief.find(one.name, "mine") is one for one in made] == [False, True]


def test_a_visit_that_sent_nothing_off_is_not_remembered(few):
    made = visit()
    few.seen(made)
    assert few.find(made.name, "mine") is None


def test_the_owner_is_the_browser_where_it_has_a_name():
    assert visit(browser="mine").owner == "mine"
    nameless = visit(browser="")
    assert nameless.owner == nameless.name and len(nameless.name) >= 22


def task(shade: int = 9, **settings) -> AnalysisTask:
    picture = Picture(np.full((40, 40, 3), shade, np.uint8))
    return AnalysisTask(picture, "atlas", AtlasSettings(**settings))


def test_jobs_of_all_that_is_kept():
    made = visit("a", "b")
    made.analyses["atlas"] = Sent.of("c", task())
    assert made.jobs == ["a", "b", "c"]


def test_what_was_sent_off_holds_no_pictures():
    sent = Sent.of("a", task())
    assert sent.task.picture is None
    assert sent.asks(task())
    assert not sent.asks(task(shade=8))
    assert not sent.asks(task(max_side=128))
    assert not sent.asks(dataclasses.replace(task(), picture=None))
