from dreamlab.analysis import Findings, Item
from dreamlab.analysis.cells import cells
from tests.support.findings import found, grey


def test_items_of_a_cell_stand_together_in_the_order_of_the_first():
    items = (
        Item("a-map", "a", {}, grey(), cell="a"),
        Item("b-map", "b", {}, grey(), cell="b"),
        Item("alone", "c", {}, grey()),
        Item("figures", "no picture", {}),
        Item("a-grown", "a", {}, grey(), cell="a"),
    )
    keys = [[item.key for item in members] for members in cells(found("channels", items))]
    assert keys == [["a-map", "a-grown"], ["b-map"], ["alone"]]
    assert isinstance(found("channels", items), Findings)
