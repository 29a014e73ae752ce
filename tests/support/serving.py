"""A real ``graft serve``, and pictures to ask it about."""

import base64
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from PIL import Image

from support.registry import promoted, registered, write_registry
from support.waits import wait_until
from tasks.storage.paths import CHECKOUT, Home


def picture(colour: str, kind: str = "JPEG", size: tuple[int, int] = (30, 20)) -> bytes:
    """Return a picture of one colour."""
    output = io.BytesIO()
    Image.new("RGB", size, colour).save(output, kind)
    return output.getvalue()


def b64(data: bytes) -> dict[str, str]:
    """Return bytes as TensorFlow Serving's requests have them."""
    return {"b64": base64.b64encode(data).decode("ascii")}


def rows(*pictures: bytes) -> dict[str, Any]:
    """Return a request for the default signature; keys are a, b, ..."""
    return {
        "instances": [
            {"image_bytes": b64(data), "key": chr(ord("a") + place)}
            for place, data in enumerate(pictures)
        ]
    }


def promote(home: Home, number: int, saved_model: Path) -> None:
    """Register a SavedModel as a version and promote it."""
    folder = home.exports / f"e{number}"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "1").exists():
        (folder / "1").symlink_to(saved_model)
    write_registry(home, [registered(number, export=folder.name), promoted(number)])


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        url: with the port, without a slash.
        process: of the command.
        log: what it has written.
    """

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def port(self) -> int:
        """Its port."""
        return int(self.url.rpartition(":")[2])

    def get(self, path: str, **options: Any) -> requests.Response:
        """Return the answer to a GET request."""
        return requests.get(self.url + path, timeout=60, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """Return the answer to a POST request."""
        return requests.post(self.url + path, timeout=60, **options)

    def predict(self, content: Any, path: str = "/v1/models/flowers") -> requests.Response:
        """Return the answer to a request for predictions."""
        return self.post(f"{path}:predict", json=content)

    def wait_ready(self) -> None:
        """Wait until a model is served."""
        wait_until(lambda: self.get("/readyz").ok, 60, "a model", every=0.05)


@contextmanager
def running_server(home: Home, *options: str) -> Iterator[Server]:
    """Run ``graft serve`` on a free port, and end it."""
    home.root.mkdir(parents=True, exist_ok=True)
    log = home.root / "serve.log"
    command = [sys.executable, "-m", "deploy.cli", "serve", "--port", "0", *options]
    environ = {"PATH": os.environ["PATH"], "GRAFT_HOME": str(home.root), "PYTHONPATH": "."}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=CHECKOUT, env=environ, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            yield Server(_url(process, log), process, log)
        finally:
            process.terminate()
            process.wait(60)


def _url(process: "subprocess.Popen[bytes]", log: Path) -> str:
    def url() -> str | None:
        assert process.poll() is None, log.read_text()
        found = re.search(r"http://\S+?:\d+", log.read_text())
        return found[0] if found else None

    def answers() -> bool:
        return requests.get(f"{address}/healthz", timeout=60).ok

    address = wait_until(url, 60, "the server's address", every=0.05)
    wait_until(answers, 60, "the server", ignoring=(requests.ConnectionError,), every=0.05)
    return address
