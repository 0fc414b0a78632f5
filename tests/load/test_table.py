from tests.load.row import Figure, Row
from tests.load.table import rendered

ROWS = (
    Row("knock", "somebody knocks", lambda tree: iter(())),
    Row("leave", "somebody leaves", lambda tree: iter(())),
)


def test_each_figure_has_a_line_and_each_version_a_column():
    results = {
        "before (abc)": {"knock": [Figure("opened after", "9 s", False, "1 s")]},
        "after": {
            "knock": [Figure("opened after", "0.1 s", True, "1 s"), Figure("doors", "1 | 2")]
        },
    }
    assert rendered(results, ROWS).splitlines() == [
        "| what was done | figure | promised | before (abc) | after |",
        "| --- | --- | --- | --- | --- |",
        "| knock: somebody knocks | opened after | 1 s | ✗ 9 s | 0.1 s |",
        "|  | doors |  | – | 1 \\| 2 |",
    ]


def test_a_row_without_a_result_is_left_out():
    results = {"this version": {"leave": [Figure("gone", "yes", True, "yes")]}}
    assert [line.split(" | ")[0] for line in rendered(results, ROWS).splitlines()[2:]] == [
        "| leave: somebody leaves"
    ]
