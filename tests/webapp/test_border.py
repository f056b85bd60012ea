"""To whom a server is open, and what a request passes before the application; `tests/attack` tries a real server."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from core.errors import InputError, RefusedError
from core.server_limits import SETTINGS, limits_now
from webapp.border import Border
from webapp.demo import REFUSED
from webapp.exposure import exposure_of
from webapp.forwarded import trusted_proxies
from webapp.headers import who_may_frame
from webapp.hosts import names_of
from webapp.server import build_rest

MB = 2**20


@pytest.fixture
def behind(library):
    """Asks a library's server that stands behind a border, from an address."""

    def browser(exposure="loopback", client="127.0.0.1", host="127.0.0.1", **told):
        border = Border(names_of(host, **told), ("127.0.0.1",), exposure, "", library.data_dir)
        app = border.around(build_rest(library, public=exposure == "demo"))
        return TestClient(app, base_url="http://localhost", client=(client, 50_000), follow_redirects=False)

    return browser


@pytest.mark.parametrize(
    ("host", "closed", "public", "environment", "exposure"),
    [
        ("127.0.0.1", False, False, {}, "loopback"),
        ("localhost", False, False, {}, "loopback"),
        ("::1", False, False, {}, "loopback"),
        ("127.8.8.8", True, False, {}, "accounts"),
        ("0.0.0.0", True, False, {}, "accounts"),
        ("0.0.0.0", True, True, {"SPACE_ID": "a/b"}, "accounts"),
        ("0.0.0.0", False, True, {}, "demo"),
        ("127.0.0.1", False, True, {}, "demo"),
        ("0.0.0.0", False, False, {"SPACE_ID": "a/b"}, "demo"),
        ("0.0.0.0", False, False, {"MANYCUT_OPEN": "1"}, "demo"),
    ],
)
def test_who_comes_in(host, closed, public, environment, exposure):
    assert exposure_of(host, closed, public, environment) == exposure


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "lab.example", "", "127.0.0.1.evil.example"])
def test_where_others_reach_it_somebody_has_to_lead(host):
    with pytest.raises(RefusedError, match="nobody has an account") as refused:
        exposure_of(host, False, False, {"MANYCUT_OPEN": "0"})
    assert "user add NAME --role lead" in refused.value.hint
    assert "--open" in refused.value.hint


def test_numbers_are_names_only_where_others_reach_it():
    here, lab = (
        names_of("127.0.0.1", environment={}),
        names_of("0.0.0.0", ["lab.example:8443"], {"SPACE_HOST": "a.hf.space"}),
    )
    assert [here.has(one) for one in ("localhost", "127.0.0.1", "::1", "192.168.1.5", "evil.example")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert all(lab.has(one) for one in ("192.168.1.5", "fe80::1%eth0", "lab.example", "LAB.EXAMPLE.", "a.hf.space"))
    assert not lab.has("evil.example")
    assert lab.told == {"lab.example", "a.hf.space"}


def test_only_trusted_proxies_say_whom_they_speak_for(behind):
    spoken = {"X-Forwarded-Prefix": "/manycut", "X-Forwarded-Host": "evil.example"}
    assert behind(client="192.0.2.7").get("/compare", headers=spoken).headers["location"] == "/"
    assert behind(client="127.0.0.1").get("/compare", headers=spoken).status_code == 421
    prefix = {"X-Forwarded-Prefix": "/manycut"}
    assert behind(client="127.0.0.1").get("/compare", headers=prefix).headers["location"] == "/manycut/"


def test_which_proxies_are_trusted():
    assert trusted_proxies({}) == ["127.0.0.1"]
    assert trusted_proxies({"FORWARDED_ALLOW_IPS": "10.0.0.1, 10.1.0.0/16"}) == ["10.0.0.1", "10.1.0.0/16"]
    assert "10.0.0.0/8" in trusted_proxies({"SPACE_ID": "a/b"})


def test_a_page_of_another_port_is_another_site_and_one_behind_a_proxy_is_not(behind):
    browser = behind(more=["lab.example"])
    for origin, status in (
        ("http://localhost", 200),
        ("https://localhost:8443", 403),
        ("http://localhost:3000", 403),
        ("https://lab.example", 200),
        ("null", 403),
    ):
        assert browser.post("/api/me", json={"name": "Ada"}, headers={"Origin": origin}).status_code == status, origin


def test_what_is_too_large_is_refused_by_what_it_says_and_by_what_comes(behind, monkeypatch):
    browser = behind()
    large = browser.post("/api/me", content=b"[" * (MB + 1), headers={"Content-Type": "application/json"})
    assert (large.status_code, large.json()["error"]["message"]) == (413, "More than 1 MB is not taken in here.")
    pieces = (b"[" * 1000 for _ in range(2000))
    streamed = browser.post("/api/me", content=pieces, headers={"Content-Type": "application/json"})
    assert streamed.status_code == 413
    monkeypatch.setenv("MANYCUT_BODY_MB", "2")
    again = browser.post("/api/me", content=b"[" * (MB + 1), headers={"Content-Type": "application/json"})
    assert again.status_code == 400, "no JSON, but not too large"


def test_a_public_demo_refuses_what_concerns_others_and_takes_no_name_twice(behind):
    browser = behind("demo")
    for path in REFUSED:
        assert browser.post(path, json={}).status_code == 403, path
    assert browser.post("/api/me", json={"name": "Ada"}).status_code == 200
    assert behind("demo").post("/api/me", json={"name": "Ada"}).status_code == 409
    assert behind("loopback").post("/api/me", json={"name": "Ada"}).status_code == 200


def test_every_limit_is_a_setting_that_says_where_it_comes_from(monkeypatch):
    assert all(one.set_by == "" and one.value > 0 and one.what for one in limits_now())
    monkeypatch.setenv("MANYCUT_JOBS", "7")
    (jobs,) = (one for one in limits_now() if one.name == "JOBS")
    assert (jobs.value, jobs.set_by) == (7, "MANYCUT_JOBS")
    for wrong in ("0", "-1", "many", "1.5", "²"):
        monkeypatch.setenv("MANYCUT_JOBS", wrong)
        with pytest.raises(InputError, match="MANYCUT_JOBS is a whole number above 0"):
            limits_now()
    assert len(SETTINGS) > 10


def test_frames_are_said_by_origins_and_nothing_else():
    assert who_may_frame({}) == "'self'"
    assert who_may_frame({"MANYCUT_FRAMED": "1"}) == "'self' https:"
    assert who_may_frame({"MANYCUT_FRAMED": " https://a.example  https://b.example:8443"}) == (
        "'self' https://a.example https://b.example:8443"
    )
    for wrong in ("yes", "https://a.example; script-src *", "https://a.example/path", "*"):
        with pytest.raises(InputError, match="MANYCUT_FRAMED is 1, or origins"):
            who_may_frame({"MANYCUT_FRAMED": wrong})
