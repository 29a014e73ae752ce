"""The whole application: what it follows, and what is not lost meanwhile."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.load import Load, Target, put_load
from support.registry import rolled_back, write_registry
from support.serving import Server, picture, promote, rows, running_server
from support.waits import wait_until
from tasks.storage.paths import Home

PATH = "/v1/models/flowers:predict"


def load(server: Server, clients: int, stop: threading.Event) -> Load:
    body = json.dumps(rows(picture("red"))).encode()
    target = Target("127.0.0.1", server.port, PATH, [body])
    return put_load(target, clients, stop=stop, seconds=120, keep=True)


def version(server: Server) -> str:
    status = server.get("/v1/models/flowers").json()
    return str(status["model_version_status"][0]["version"])


def test_promotion_roll_back_and_end_lose_no_request(
    tmp_path: Path, tiny_model: Path, other_model: Path
) -> None:
    home, stop = Home(tmp_path), threading.Event()
    with running_server(home) as server, ThreadPoolExecutor(1) as pool:
        refused = server.predict(rows(picture("red")))
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "1"
        assert refused.json()["error"].startswith("no model of 'flowers' was promoted yet")
        assert server.get("/readyz").status_code == 503
        assert server.get("/healthz").status_code == 200

        promote(home, 1, tiny_model)
        server.wait_ready()
        loading = pool.submit(load, server, 4, stop)
        promote(home, 2, other_model)
        wait_until(lambda: version(server) == "2", 30, "the promoted version", every=0.05)
        time.sleep(0.2)
        write_registry(home, [rolled_back(2)])
        wait_until(lambda: version(server) == "1", 30, "the version before", every=0.05)
        time.sleep(0.2)
        # The clients go on until the server is gone.
        server.process.terminate()
        seen = loading.result(60)
        assert server.process.wait(60) == 0

    assert seen.lost == 0
    assert seen.statuses.keys() == {200}
    first = {json.loads(body)["predictions"][0]["classes"][0] for body in seen.answers}
    assert first == {"red", "pink"}
    log = server.log.read_text()
    assert [line[9:37] for line in log.splitlines() if "serving version" in line] == [
        "serving version 1 of flowers",
        "serving version 2 of flowers",
        "serving version 1 of flowers",
    ]
    assert "Traceback" not in log
