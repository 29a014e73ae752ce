import re

import pytest

from support.serving import Server
from tasks.serving.page import asset, page
from tasks.serving.served import Served


def test_names_are_escaped() -> None:
    text = page(Served("<b>\x1b", labelled=True))
    assert "<h1>&lt;b&gt;\\x1b</h1>" in text
    assert "no model of &#x27;&lt;b&gt;" in text


def test_the_version(served: Served) -> None:
    assert ">version 3</p>" in page(served)


def test_nothing_comes_from_elsewhere(server: Server) -> None:
    text = server.get("/").text
    found = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert found == ["data:,", "/static/page.css", "/static/page.js"]
    assert "http" not in text


@pytest.mark.parametrize(("name", "kind"), [("page.css", "text/css"), ("page.js", "text/java")])
def test_files(server: Server, name: str, kind: str) -> None:
    answer = server.get(f"/static/{name}")
    assert answer.headers["Content-Type"].startswith(kind)
    assert asset(name) == (answer.content, answer.headers["Content-Type"].partition(";")[0])


@pytest.mark.parametrize("name", ["page.html", "page.py", "..%2Fpage.py", "nothing"])
def test_other_files_are_not_there(server: Server, name: str) -> None:
    assert server.get(f"/static/{name}").status_code == 404
