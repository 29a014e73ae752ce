from tasks.serving.served import Served
from tasks.serving.signature import Signature, TensorSpec
from tasks.serving.status import _signature, metadata, status


def test_status_tells_why_a_newer_champion_is_not_served(served: Served) -> None:
    with served.model("flowers") as model:
        served.problem = "version 4 is damaged"
        (one,) = status(served, model)["model_version_status"]
        assert one["version"] == metadata("flowers", model)["model_spec"]["version"] == "3"
    assert one["state"] == "AVAILABLE"
    assert one["status"] == {"error_code": "OK", "error_message": "version 4 is damaged"}


def test_a_shape_of_any_rank() -> None:
    signature = Signature("s", "m", {"x": TensorSpec("x:0", 7, None)}, {})
    shape = _signature(signature)["inputs"]["x"]["tensor_shape"]
    assert shape == {"dim": [], "unknown_rank": True}
