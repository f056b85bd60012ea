"""A script with a token asks a real server, which is killed twice; a real receiver hears of each job once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from storage.library import Library
from tests.attack.conftest import ROOT, clean_environment
from tests.conftest import entry_of
from webapp.webhooks import signature

pytestmark = [pytest.mark.slow, pytest.mark.long]
SECRET = {"HOOK_SECRET": "rose water"}


@pytest.fixture
def receiver():
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["X-Manycut-Signature"] == f"sha256={signature(SECRET['HOOK_SECRET'], body)}"
            got.append(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", got
    server.shutdown()
    server.server_close()


def test_a_script_asks_by_its_token_and_a_receiver_hears_of_each_job_once(start, receiver, tmp_path):
    url, got = receiver
    data = tmp_path / "data"
    with Library.open(data) as library:
        library.entries.add("talks", [entry_of()])
        library.accounts.invite("Lea", "lead")
    (data / "webhooks.toml").write_text(
        f'[hooks.lab]\nurl = "{url}"\nevents = ["job finished"]\nsecret_env = "HOOK_SECRET"\n'
    )
    server = start(data_dir=data, environment=SECRET)
    made = subprocess.run(
        [sys.executable, "app.py", "user", "token", "Lea", "--label", "nightly", "--data-dir", str(data)],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    script = {"Authorization": f"Bearer {made.stdout.strip()}"}
    jobs = []
    for round_ in range(2):
        with server.visitor() as client:
            assert client.post("/api/export", json={"dataset": "talks"}).status_code == 401
            asked = client.post("/api/export", json={"dataset": "talks"}, headers=script)
            assert asked.status_code == 202, asked.text
            jobs.append(asked.json()["job"])
        deadline = time.monotonic() + 60
        while len(got) <= round_:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(1.0)
        server.stop(signal.SIGKILL)
        server = start(data_dir=data, environment=SECRET)
    time.sleep(2.0)
    assert [(one["event"], one["id"], one["state"]) for one in got] == [("job finished", job, "done") for job in jobs]
    assert made.stdout.strip() not in server.said()
