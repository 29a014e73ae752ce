"""The answer that the page shows, at a real server."""

import pytest

from support.serving import Server, picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_classes_by_score_and_heat_maps(server: Server, kind: str) -> None:
    content = server.post("/ask", data=picture("blue", kind)).json()
    assert (content["model"], content["version"]) == ("flowers", 3)
    assert (content["width"], content["height"]) == (30, 20)
    names = [one["name"] for one in content["classes"]]
    assert names[0] == "blue"
    assert sorted(names) == ["blue", "green", "red"]
    scores = [one["score"] for one in content["classes"]]
    assert scores == sorted(scores, reverse=True)
    heatmap = content["heatmap"]
    assert heatmap["region"] == {"left": 0, "top": 0.25, "width": 1, "height": 0.5}
    assert heatmap["maps"].keys() == set(names)
    assert heatmap["maps"]["blue"][0][0] == pytest.approx(4, abs=0.05)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the picture is empty, expected a picture"),
        (b"hallo", "the picture is no picture, it starts with '68 61 6c 6c'; expected JPEG, PNG"),
        (picture("red", size=(900, 900)), "the picture has 900 x 900 pixels, expected at most"),
    ],
)
def test_a_bad_picture(server: Server, data: bytes, message: str) -> None:
    answer = server.post("/ask", data=data)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(message)
