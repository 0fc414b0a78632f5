import pytest

from dreamlab.report.words import in_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (1728, "1,730"),
        (999_499, "999,000"),
        (999_600, "1 million"),
        (12_345_678_901, "12.3 billion"),
        (999_950_000_000.0, "1 trillion"),
        (2.164e15, "2,160 trillion"),
    ],
)
def test_large_numbers_in_words(number, words):
    assert in_words(number) == words.replace(" ", "\u00a0")
