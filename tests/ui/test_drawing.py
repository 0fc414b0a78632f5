"""Charts of findings on the page."""

import json

from dreamlab.report.table import Table
from dreamlab.ui.analysis import charts


def test_long_names_above_a_heat_map_take_no_room_from_its_cells():
    def height(*names):
        rows = tuple((name, *(1.0 for _ in names)) for name in names)
        table = Table("cosines", "Cosines", ("layer", *names), rows, "cosines")
        return json.loads(charts.spec(table, True))["height"]

    # Letters of the names, turned upright, are 6 to 7 px wide.
    assert height("block5_conv2", "b") - height("a", "b") >= 11 * 6
    assert height("a", "b", "c") - height("a", "b") == 26
