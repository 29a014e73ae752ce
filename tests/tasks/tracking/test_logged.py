from tasks.tracking.logged import Logged


def test_a_line_is_read_as_it_was_written() -> None:
    logged = Logged("manual__ü\n", "a1", "3", 2, "no export")
    assert logged.as_line().count("\n") == 1
    assert Logged.from_line(logged.as_line()) == logged
