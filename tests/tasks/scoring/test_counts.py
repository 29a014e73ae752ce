from tasks.scoring.counts import Counts


def test_parts_add_up_and_the_first_bad_pictures_are_kept() -> None:
    one, other = Counts(), Counts()
    for name in "dcb":
        one.note(name, None, "is bad")
    one.note("x", 1, None)
    other.note("a", None, "is worse")
    other.note("y", 1, None)
    other.note("z", 0, None)
    both = Counts.from_json(one.as_json()).merge(Counts.from_json(other.as_json()))
    assert (both.pictures, both.bad) == (7, 4)
    assert both.classes == {0: 1, 1: 2}
    assert both.examples == [("a", "is worse"), ("b", "is bad"), ("c", "is bad")]
