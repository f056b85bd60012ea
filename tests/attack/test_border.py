"""What others may try from outside: names, origins, sizes, proxies, frames, and the quotas of a public demo."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time

import httpx
import pytest

from storage.library import Library
from tests.attack.conftest import ROOT, clean_environment, command, free_port

pytestmark = pytest.mark.slow
MB = 2**20
JSON = "HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
# Quotas and times of a server that is attacked, small enough to be reached.
SMALL = {"MANYCUT_BODY_SECONDS": "1", "MANYCUT_JOBS_PER_PERSON": "2", "MANYCUT_EVENTS_AT_ONCE": "100"}


@pytest.fixture(scope="module")
def attacked(start):
    return start("--allow-host", "lab.example", environment=SMALL)


@pytest.fixture
def script(attacked):
    with attacked.visitor() as visitor:
        yield visitor


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


# Names


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "192.0.2.1", ""])
def test_a_name_that_is_none_of_the_servers_is_refused(script, host):
    for path in ("/", "/api/me", "/gradio_api/info"):
        assert said(script.get(path, headers={"Host": host})) == (421, "unknown_host")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:7860", "lab.example", "LAB.example.:443"])
def test_its_own_names_are_answered(script, host):
    assert script.get("/api/me", headers={"Host": host}).status_code == 200


# Pages of other sites


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3000", "https://[", "http://"])
def test_a_foreign_page_stores_nothing(script, origin):
    logs = script.post(
        "/api/review/join", content=b'{"kind": "log"}\n', headers={"Origin": origin, "Content-Type": "text/plain"}
    )
    assert said(logs) == (403, "foreign_origin")
    name = script.post("/api/me", json={"name": "Mallory"}, headers={"Origin": origin})
    assert said(name) == (403, "foreign_origin")
    joined = script.post("/gradio_api/queue/join", json={"fn_index": 0, "data": []}, headers={"Origin": origin})
    assert said(joined) == (403, "foreign_origin")
    upload = script.post("/gradio_api/upload", files={"files": b"a film"}, headers={"Origin": origin})
    assert said(upload) == (403, "foreign_origin")
    assert script.get("/api/me").json()["annotator"] is None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_the_browser_says_came_from_elsewhere_is_not_done_even_without_an_origin(script, site):
    assert said(script.post("/api/me", json={"name": "Mallory"}, headers={"Sec-Fetch-Site": site}))[0] == 403


def test_a_foreign_page_reads_nothing_and_is_told_so_before_it_asks(script):
    foreign = {"Origin": "https://evil.example"}
    for path in ("/gradio_api/info", "/config", "/api/me"):
        assert "access-control-allow-origin" not in script.get(path, headers=foreign).headers
    asked = script.options("/gradio_api/queue/join", headers=foreign | {"Access-Control-Request-Method": "POST"})
    assert said(asked) == (403, "foreign_origin")


def test_forms_and_texts_are_no_json(script):
    assert said(script.post("/api/me", data={"name": "Mallory"})) == (415, "wrong_kind")
    text = script.post("/api/me", content=json.dumps({"name": "Mallory"}), headers={"Content-Type": "text/plain"})
    assert said(text) == (415, "wrong_kind")
    form = script.post("/gradio_api/queue/join", data={"fn_index": "0"})
    assert said(form) == (415, "wrong_kind")


@pytest.mark.parametrize("origin", ["", "{url}", "https://lab.example", "https://lab.example:8443"])
def test_its_own_pages_and_scripts_write(attacked, script, origin):
    headers = {"Origin": origin.format(url=attacked.url)} if origin else {}
    assert script.post("/api/me", json={"name": "Ada"}, headers=headers).json()["annotator"] == "Ada"


# Sizes and speed


def test_a_large_body_is_refused_at_once_by_what_it_says_of_itself(attacked):
    head = f"POST /api/me {JSON}Content-Length: {300 * MB}\r\n\r\n"
    begun = time.monotonic()
    answer = attacked.raw(head.encode())
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"More than 1 MB is not taken in here." in answer
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("path", ["/api/me", "/gradio_api/queue/join", "/api/nowhere", "/healthz"])
def test_a_large_body_without_a_length_is_refused_when_it_is_too_large_and_costs_no_memory(attacked, path):
    before, sent = attacked.memory_mb(), 0
    head = f"POST {path} {JSON}Transfer-Encoding: chunked\r\n\r\n"
    piece = b"%x\r\n%s\r\n" % (MB, b"x" * MB)
    with socket.create_connection(("127.0.0.1", attacked.port), timeout=10) as connection:
        connection.sendall(head.encode())
        try:
            for _ in range(300):
                connection.sendall(piece)
                sent += 1
        except OSError:
            pass
    assert sent < 50, "it hung up"
    assert attacked.memory_mb() - before < 30


def test_many_large_bodies_at_once_cost_no_memory(attacked):
    before = attacked.memory_mb()
    head = f"POST /api/me {JSON}Content-Length: {MB}\r\n\r\n"

    def send() -> None:
        attacked.raw(head.encode() + b"[" * MB)

    senders = [threading.Thread(target=send) for _ in range(20)]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    assert attacked.memory_mb() - before < 100


def test_a_body_that_drips_is_not_waited_for(attacked):
    head = f"POST /api/me {JSON}Content-Length: 1000\r\n\r\n{{"
    begun = time.monotonic()
    assert attacked.raw(head.encode()).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - begun < 5


def test_an_upload_that_leaves_the_disk_no_room_is_refused(start):
    server = start(environment={"MANYCUT_FREE_DISK_MB": str(2**40)})
    with server.visitor() as visitor:
        for path, upload in (
            ("/gradio_api/upload", {"files": {"files": b"a film"}}),
            ("/api/review/join", {"content": b"{}"}),
        ):
            assert said(visitor.post(path, **upload)) == (507, "disk_full")
        assert visitor.post("/api/me", json={"name": "Ada"}).status_code == 200, "what needs no room is done"


def test_more_jobs_than_a_person_may_have_are_refused_with_when_to_come_again(attacked, script):
    asked = [script.post("/api/doctor", json={}) for _ in range(3)]
    refused = [one for one in asked if one.status_code == 429]
    assert len(refused) in (0, 1)  # none where the worker was faster
    for one in refused:
        assert one.headers["retry-after"] == "60"
        assert one.json()["error"]["message"].startswith("2 jobs of yours wait or run already")


# Proxies, frames, headers


def test_what_a_stranger_says_as_a_proxy_is_not_heard(start):
    stranger = start(environment={"FORWARDED_ALLOW_IPS": "192.0.2.1"})
    with stranger.visitor() as visitor:
        spoken = {
            "X-Forwarded-For": "198.51.100.7",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/evil",
            "X-Forwarded-Proto": "https",
        }
        assert visitor.get("/api/me", headers=spoken).status_code == 200
        page = visitor.get("/", headers=spoken).text
        assert "evil" not in page
        assert visitor.get("/compare", headers=spoken).headers["location"] == "/"


def test_a_name_that_a_trusted_proxy_says_is_looked_at_as_well(script):
    assert said(script.get("/api/me", headers={"X-Forwarded-Host": "evil.example"})) == (421, "unknown_host")
    assert script.get("/api/me", headers={"X-Forwarded-Host": "lab.example"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/annotate", "/library", "/api/me", "/api/docs", "/healthz", "/api/nowhere", "/theme.css"]
)
def test_every_answer_says_what_browsers_may_do_with_it(script, path):
    headers = script.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe-inline" not in policy.get("script-src", policy["default-src"])
    if path.startswith("/api/") or path == "/healthz":
        assert policy["default-src"] == "'none'"
    if path.startswith("/api/"):
        assert headers["cache-control"] == "no-store"


def test_a_page_runs_its_own_scripts_alone_and_others_know_no_nonce(script):
    first, second = script.get("/"), script.get("/")
    nonces = [one.headers["content-security-policy"].split("'nonce-")[1].split("'")[0] for one in (first, second)]
    assert nonces[0] != nonces[1]
    for page, nonce in zip((first, second), nonces, strict=True):
        assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce}"') > 0


def test_a_personal_link_is_told_to_nobody(script):
    answer = script.get("/enter", params={"key": "a key"})
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("environment", "frames"),
    [
        pytest.param({"MANYCUT_FRAMED": "1"}, "'self' https:", marks=pytest.mark.long),
        ({"MANYCUT_FRAMED": "https://lab.example https://b.example:8443"}, "'self' https://lab.example https://b.example:8443"),
        pytest.param({"SPACE_ID": "a/b"}, "'self' https://huggingface.co https://*.hf.space", marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_frames_are_allowed_where_it_is_said(start, environment, frames):
    with start(environment=environment).visitor() as visitor:
        headers = visitor.get("/").headers
    assert headers["content-security-policy"].endswith(f"frame-ancestors {frames}")
    assert "x-frame-options" not in headers


# Who comes in


def test_a_server_that_others_reach_needs_a_lead(tmp_path):
    refused = subprocess.run(
        command(tmp_path / "data", free_port(), host="0.0.0.0"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment(),
    )
    assert refused.returncode == 2
    assert "whoever opens it would lead" in refused.stderr
    assert "user add NAME --role lead" in refused.stderr
    assert "--open" in refused.stderr


DEMO = {
    "MANYCUT_DEMO_UPLOAD_MB_PER_VISITOR": "2",
    "MANYCUT_DEMO_UPLOAD_MB": "3",
    "FORWARDED_ALLOW_IPS": "127.0.0.1",
}


@pytest.fixture(scope="module")
def demo(start):
    return start("--open", host="0.0.0.0", environment=DEMO)


def test_a_public_demo_says_so_on_every_page(demo):
    with demo.visitor() as visitor:
        for path in ("/", "/annotate", "/review", "/models", "/library"):
            assert "A public demo:" in visitor.get(path).text


def test_nobody_leads_others_in_a_public_demo(demo):
    with demo.visitor() as visitor:
        for path, body in (
            ("/api/review/people/invite", {"name": "Mallory", "role": "lead"}),
            ("/api/review/people/invite/", {"name": "Mallory", "role": "lead"}),
            ("/api/review/people/revoke", {"name": "Ada"}),
            ("/api/review/decide", {"task": 1, "kind": "exclude", "reason": "mine is better"}),
            ("/api/models/remove", {"checkpoint": "one"}),
            ("/api/ingest", {"path": ["/etc"]}),
        ):
            assert said(visitor.post(path, json=body)) == (403, "refused"), path
    with Library.open(demo.data_dir) as library:
        assert not library.accounts.closed()


def test_nobody_takes_anothers_name_in_a_public_demo(demo):
    with demo.visitor() as ada, demo.visitor() as mallory:
        assert ada.post("/api/me", json={"name": "Ada"}).json()["annotator"] == "Ada"
        assert ada.post("/api/me", json={"name": "Ada"}).status_code == 200, "once more her own"
        assert said(mallory.post("/api/me", json={"name": "Ada"})) == (409, "conflict")
        assert said(mallory.post("/api/me", json={"name": " Ada  "})) == (409, "conflict")
        assert mallory.get("/api/me").json()["annotator"] is None


def test_uploads_in_a_public_demo_have_a_share_for_each_address_and_one_for_all(demo):
    def upload(address: str) -> httpx.Response:
        with demo.visitor() as visitor:
            headers = {"X-Forwarded-For": address}
            return visitor.post("/gradio_api/upload", files={"files": b"x" * (MB + 1000)}, headers=headers)

    assert upload("198.51.100.1").status_code == 200
    second = upload("198.51.100.1")
    assert second.status_code == 429
    assert second.json()["error"]["message"] == "This demo takes 2 MB a day from your address, and no more today."
    assert int(second.headers["retry-after"]) > 80_000
    assert upload("198.51.100.2").status_code == 429, "all together have had theirs"


def test_a_space_is_a_public_demo_by_itself_and_answers_to_its_name(start):
    space = start(host="0.0.0.0", environment={"SPACE_ID": "lab/manycut", "SPACE_HOST": "lab-manycut.hf.space"})
    with space.visitor(headers={"Host": "lab-manycut.hf.space"}) as visitor:
        assert "A public demo:" in visitor.get("/").text
        own = {"Origin": "https://lab-manycut.hf.space"}
        assert visitor.post("/api/me", json={"name": "Ada"}, headers=own).status_code == 200
        assert said(visitor.get("/api/me", headers={"Host": "evil.example"}))[0] == 421
