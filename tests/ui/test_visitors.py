import dataclasses

import numpy as np
import pytest

from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.config import DreamConfig
from dreamlab.images import Picture
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.ui.session import visits
from dreamlab.ui.session.visitors import AnalysisRun, Run, Visit
from dreamlab.ui.session.visits import Visits

CONFIG = DreamConfig(layers={"block3_conv3": 1.0})


def visit(*jobs: str, browser: str = "mine") -> Visit:
    new = Visit(browser)
    if jobs:
        new.keep(tuple(Run(job, job, 0, CONFIG, "vgg16") for job in jobs), "a cat")
    return new


def idle(visit: Visit) -> bool:
    return False


def test_a_visit_is_found_by_its_name_in_its_browser():
    all_of_them, mine = Visits(60), visit("a", browser="mine")
    all_of_them.add(mine, idle)
    assert all_of_them.find(mine.name, "mine") is mine
    for name, browser in [(mine.name, ""), (mine.name, "another"), ("", "mine"), ("a", "mine")]:
        assert all_of_them.find(name, browser) is None


def test_nobody_finds_the_visit_of_a_browser_without_cookies():
    all_of_them, mine = Visits(60), visit("a", browser="")
    all_of_them.add(mine, idle)
    assert all_of_them.find(mine.name, "") is None


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(visits, "MAX_VISITS", 3)
    return Visits(60)


def test_the_oldest_visits_go_first(few):
    visits = [visit() for _ in range(4)]
    for member in visits[:3]:
        few.add(member, idle)
    few.touch(visits[0])
    few.add(visits[3], idle)
    assert [few.find(member.name, "mine") is member for member in visits] == [
        True,
        False,
        True,
        True,
    ]


def test_a_visit_that_is_busy_stays(few):
    visits = [visit() for _ in range(4)]
    for member in visits:
        few.add(member, lambda old: old is visits[0])
    assert [few.find(member.name, "mine") is member for member in visits] == [
        True,
        False,
        True,
        True,
    ]


def test_a_visit_that_was_not_seen_for_long_goes():
    brief, visits = Visits(0), [visit(), visit()]
    for member in visits:
        brief.add(member, idle)
    assert [brief.find(member.name, "mine") is member for member in visits] == [False, True]


def test_a_visit_that_sent_nothing_off_is_not_remembered(few):
    mine = visit()
    few.touch(mine)
    assert few.find(mine.name, "mine") is None


def test_the_owner_is_the_browser_where_it_has_a_name():
    assert visit(browser="mine").owner == "mine"
    nameless = visit(browser="")
    assert nameless.owner == nameless.name and len(nameless.name) >= 22


def task(shade: int = 9, **settings) -> AnalysisTask:
    picture = Picture(np.full((40, 40, 3), shade, np.uint8))
    return AnalysisTask(picture, "atlas", AtlasSettings(**settings))


def test_jobs_of_all_that_is_kept():
    mine = visit("a", "b")
    mine.analyses["atlas", "vgg16"] = AnalysisRun.of("c", task())
    assert mine.jobs == ["a", "b", "c"]


def test_what_was_sent_off_holds_no_pictures():
    run = AnalysisRun.of("a", task())
    assert run.task.picture is None
    assert run.is_same(task())
    assert not run.is_same(task(shade=8))
    assert not run.is_same(task(max_side=128))
    assert not run.is_same(dataclasses.replace(task(), picture=None))


def test_a_frame_that_begins_again_finds_the_latest_of_its_browser_and_address():
    visits = Visits(60.0)
    frames = [("a", "?setup=1"), ("a", "?setup=1"), ("a", "?setup=2"), ("b", "?setup=1"), ("a", "")]
    made = [Visit(browser, frame=frame) for browser, frame in frames]
    for visit in made:
        visits.add(visit, idle)
    assert visits.in_frame("?setup=1", "a") is made[1]
    visits.touch(made[0])
    assert visits.in_frame("?setup=1", "a") is made[0]
    assert visits.in_frame("?setup=2", "a") is made[2]
    for frame, browser in (("?setup=2", "b"), ("?setup=3", "a"), ("", "a"), ("?setup=1", "")):
        assert visits.in_frame(frame, browser) is None
