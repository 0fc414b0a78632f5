from dreamlab.tasks.wording import duration


def test_duration():
    said = [duration(seconds) for seconds in (0.2, 8.4, 60, 125)]
    assert [text.replace("\u00a0", " ") for text in said] == ["1 s", "8 s", "1 min", "2 min 5 s"]
