"""What is left out of a set, in sentences."""

from dreamlab.images.set_remarks import Remarks


def test_sentences_name_the_first_five_in_any_order():
    remarks = Remarks({"links to other places": ("b", "a"), "folders that cannot be opened": ()})
    assert remarks.why_nothing() == "left out as links to other places: a and b"
    remarks.left_out["copies of others"] += "fedcbag"
    remarks.unreadable += [("red/2", "2 is empty"), ("red/1", "1 is damaged")]
    remarks.said.append("1 picture was enlarged")
    assert remarks.sentences() == (
        "1 picture was enlarged",
        "left out: red/1 and red/2 (1 is damaged)",
        "left out as links to other places: a and b",
        "left out as copies of others: a, b, c, d, e and 2 more",
    )
    assert remarks.why_nothing() == "1 is damaged"


def test_without_remarks_there_are_none():
    assert Remarks({}).sentences() == () and Remarks({}).why_nothing() == ""


def test_names_are_printable_and_short():
    remarks = Remarks(
        {"copies of others": ["\x1b[31m\n" + "x" * 5000 + str(at) for at in range(9)]}
    )
    (sentence,) = remarks.sentences()
    assert sentence.isprintable() and len(sentence) < 320
