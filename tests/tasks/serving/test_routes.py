"""TensorFlow Serving's REST API at a real server: documented requests, and mistakes."""

import json
import socket
from typing import Any

import pytest

from support.serving import Server, b64, picture, rows
from support.tiny_saved_model import COLOURS

MODEL = "/v1/models/flowers"


@pytest.mark.parametrize("path", [MODEL, f"{MODEL}/versions/3", f"{MODEL}/labels/champion"])
def test_status(server: Server, path: str) -> None:
    answer = server.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "model_version_status": [
            {
                "version": "3",
                "state": "AVAILABLE",
                "status": {"error_code": "OK", "error_message": ""},
            }
        ]
    }


@pytest.mark.parametrize("path", [MODEL, f"{MODEL}/versions/3", f"{MODEL}/labels/champion"])
def test_metadata(server: Server, path: str) -> None:
    content = server.get(f"{path}/metadata").json()
    assert content["model_spec"] == {"name": "flowers", "signature_name": "", "version": "3"}
    signatures = content["metadata"]["signature_def"]["signature_def"]
    assert signatures["serving_default"]["method_name"] == "tensorflow/serving/predict"
    assert signatures["images"]["inputs"]["images"] == {
        "dtype": "DT_FLOAT",
        "tensor_shape": {
            "dim": [{"size": size, "name": ""} for size in ("-1", "8", "8", "3")],
            "unknown_rank": False,
        },
        "name": "images_images:0",
    }


@pytest.mark.parametrize("path", [MODEL, f"{MODEL}/versions/3", f"{MODEL}/labels/champion"])
def test_predict_in_rows(server: Server, path: str) -> None:
    answer = server.predict(rows(picture("red"), picture("blue")), path)
    assert answer.status_code == 200
    first, second = answer.json()["predictions"]
    assert (first["prediction"], first["key"], first["classes"]) == (0, "a", list(COLOURS))
    assert (second["prediction"], second["key"]) == (2, "b")
    assert first["scores"] == second["scores"][::-1]
    assert sum(first["scores"]) == pytest.approx(1, abs=1e-5)


def test_predict_in_columns(server: Server) -> None:
    given = {"image_bytes": [b64(picture("red")), b64(picture("blue", "PNG"))], "key": ["x", "y"]}
    outputs = server.predict({"inputs": given}).json()["outputs"]
    assert outputs["prediction"] == [0, 2]
    assert outputs["key"] == ["x", "y"]


def test_other_signatures(server: Server) -> None:
    (found,) = server.predict(rows(picture("red")) | {"signature_name": "features"}).json()[
        "predictions"
    ]
    assert found["features"] == pytest.approx([1, 0, 0], abs=0.01)
    image = [[[0.0, 0.0, 1.0]] * 8] * 8
    (answer,) = server.predict({"signature_name": "images", "instances": [image]}).json()[
        "predictions"
    ]
    assert answer["prediction"] == 2
    (found,) = server.predict(rows(picture("red")) | {"signature_name": "heatmap"}).json()[
        "predictions"
    ]
    assert len(found["heatmap"]) == len(found["heatmap"][0]) == 4


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "message"),
    [
        ("GET", "/v1/models/half", None, 404, "Servable not found for request: Latest(half)"),
        (
            "POST",
            "/v1/models/half:predict",
            {"instances": [1.0, 5.0]},
            404,
            "Servable not found for request: Latest(half)",
        ),
        (
            "POST",
            f"{MODEL}/versions/7:predict",
            {"instances": [1]},
            404,
            "Servable not found for request: Specific(flowers, 7)",
        ),
        (
            "GET",
            f"{MODEL}/labels/best",
            None,
            400,
            "Unrecognized servable version label: best",
        ),
        ("GET", f"{MODEL}/versions/x", None, 400, f"Malformed request: GET {MODEL}/versions/x"),
        ("POST", f"{MODEL}:train", {}, 405, f"Malformed request: POST {MODEL}:train"),
        ("GET", "/nothing", None, 404, "Malformed request: GET /nothing"),
        ("POST", f"{MODEL}:predict", {}, 400, "Missing 'inputs' or 'instances' key"),
        (
            "POST",
            f"{MODEL}:predict",
            rows(picture("red"), b"hallo", b"\xff\xd8\xff nope"),
            400,
            "picture 1 of 'instances' (key 'b') is no picture, it starts with '68 61 6c 6c'; "
            "expected JPEG, PNG, WebP, GIF, BMP or TIFF; picture 2 of 'instances' (key 'c') is a "
            "damaged JPEG: it ends before its picture starts",
        ),
        (
            "POST",
            f"{MODEL}:predict",
            {"inputs": {"image_bytes": [b64(picture("red", "PNG", (800, 700)))], "key": [""]}},
            400,
            "picture 0 of 'image_bytes' has 800 x 700 pixels, expected at most 500,000",
        ),
        (
            "POST",
            f"{MODEL}:predict",
            rows(*[picture("red")] * 5),
            413,
            "the request has 5 pictures or rows, expected at most 4",
        ),
        (
            "POST",
            f"{MODEL}:predict",
            {"inputs": {"image_bytes": [b64(picture("red"))], "key": ["a", "b"]}},
            400,
            "image_bytes and key have 1 and 2 rows, expected as many",
        ),
    ],
)
def test_mistakes(
    server: Server, method: str, path: str, content: Any, status: int, message: str
) -> None:
    answer = server.get(path) if method == "GET" else server.post(path, json=content)
    assert (answer.status_code, answer.json()) == (status, {"error": message})


@pytest.mark.parametrize("version", ["3" * 5000, "%D9%A3", "-3", "3.0"])
def test_what_is_no_version_is_malformed(server: Server, version: str) -> None:
    """Arabic-Indic digits among them; the server has version 3."""
    path = f"{MODEL}/versions/{version}"
    for answer in (
        server.get(path),
        server.get(f"{path}/metadata"),
        server.predict(rows(picture("red")), path),
    ):
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error.startswith(f"Malformed request: {answer.request.method} {MODEL}/versions/")
        assert len(error) < 250


def test_many_bad_pictures_are_counted(server: Server) -> None:
    error = server.predict(rows(b"a", b"b", b"c", b"d")).json()["error"]
    assert error.count("is no picture") == 4


def test_a_body_that_is_too_large(server: Server) -> None:
    answer = server.post(f"{MODEL}:predict", data=bytes(2**20 + 1))
    assert answer.status_code == 413
    assert answer.json()["error"] == "the body has more than 1,048,576 bytes, the most of a request"


def test_a_body_in_parts_of_no_told_length(server: Server) -> None:
    whole = json.dumps(rows(picture("red"))).encode()
    answer = server.post(f"{MODEL}:predict", data=iter([whole[:100], whole[100:]]))
    assert answer.json()["predictions"][0]["prediction"] == 0
    answer = server.post(f"{MODEL}:predict", data=iter([bytes(2**19)] * 3))
    assert answer.status_code == 413


def test_a_client_that_leaves_in_the_middle_harms_nobody(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        head = f"POST {MODEL}:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{{"
        connection.sendall(head.encode())
    assert server.predict(rows(picture("red"))).status_code == 200


def test_health_and_metrics(server: Server) -> None:
    assert server.get("/healthz").text == server.get("/readyz").text == "ok\n"
    server.predict(rows(picture("red")))
    answer = server.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'graft_model_version{model="flowers"} 3' in answer.text
    assert "graft_waiting_rows 0" in answer.text
    assert 'graft_requests_total{kind="predict",status="200"}' in answer.text
    assert 'graft_pictures_total{result="ok"}' in answer.text
