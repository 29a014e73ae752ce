from tasks.serving.errors import BusyError, NotServedError, RequestError


def test_every_error_has_the_status_of_its_answer() -> None:
    assert RequestError("x").status == 400
    assert RequestError("x", 413).status == 413
    assert NotServedError("x").status == 404
    assert BusyError("x").status == 503
    assert str(BusyError("x\x1b")) == "x\\x1b"
