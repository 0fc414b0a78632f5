from dreamlab.tasks.wording import choose, duration


def test_duration():
    said = [duration(seconds) for seconds in (0.2, 8.4, 60, 125)]
    assert [text.replace("\u00a0", " ") for text in said] == ["1 s", "8 s", "1 min", "2 min 5 s"]


def test_the_way_out():
    assert choose(["fewer steps"]) == "choose fewer steps"
    assert choose(["a", "b", "c"]) == "choose a, b or c"
