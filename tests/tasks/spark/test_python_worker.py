"""What a Python worker of Spark's no longer does between two tasks."""

from support import python_programs


def test_there_is_neither_garbage_to_look_through_nor_an_archive_to_read() -> None:
    ran = python_programs.run("settle_worker")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "before: a zip is cached, 0 objects are frozen",
        "after: no zip is cached, objects are frozen",
        "the folder of the program is still cached",
        "garbage was collected",
        "imports from the zip still work",
    ]
