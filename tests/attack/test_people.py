"""Attempts to come in without being asked, to stay after being sent away, and to be somebody else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from starlette.testclient import TestClient

import storage.sessions
from core.errors import ConflictError, InputError
from storage.accounts import hashed
from storage.database import migration_config
from storage.library import Library
from storage.tables import now
from webapp.prefix import Prefix
from webapp.server import build_rest
from webapp.serving import invitation
from webapp.sessions import COOKIE, COOKIE_LIFE_S
from webapp.sign_on import SignOn
from webapp.wrong_links import ADDRESSES, MOST, WITHIN_S, WrongLinks

ENTRY = "talks/first"


@pytest.fixture
def app(library, make_entry):
    library.entries.add("talks", [make_entry(ENTRY)])
    return build_rest(library)


def browser(app, address="203.0.113.7", **settings):
    settings = {"base_url": "http://a.lab"} | settings
    return TestClient(app, client=(address, 50_000), follow_redirects=False, **settings)


def entered(app, key, **settings):
    found = browser(app, **settings)
    assert found.get("/enter", params={"key": key}).status_code == 303
    return found


def role(client):
    return client.get("/api/me").json()["role"]


@pytest.fixture
def lea(app, library):
    return entered(app, library.accounts.invite("Lea", "lead"))


# The first lead


def test_the_link_of_the_first_start_makes_one_lead_and_ends_with_that(app, library):
    key = library.accounts.turn_on()
    first, second = browser(app), browser(app)
    assert first.get("/api/entry", params={"id": ENTRY}).status_code == 401, "nobody is in before that"
    for _ in range(3):
        assert "makes you the lead" in first.get("/enter", params={"key": key}).text, "looking uses nothing up"
    welcome = first.post("/enter", data={"key": key, "name": "Lea"})
    assert role(first) == "lead"
    again = second.post("/enter", data={"key": key, "name": "Mallory"})
    assert again.status_code == 403
    assert "used already" in again.text
    assert second.get("/enter", params={"key": key}).headers["location"] == "/annotate?refused=1"
    assert library.accounts.find("Mallory") is None
    personal = re.search(r"http://a\.lab/enter\?key=[\w-]+", welcome.text).group()
    assert second.get(personal).headers["location"] == "/", "their own link goes on working"
    assert "no-store" in welcome.headers["cache-control"]


def test_a_new_start_replaces_the_link_and_one_with_a_lead_gives_none(app, library):
    old, new = library.accounts.turn_on(), library.accounts.turn_on()
    assert browser(app).post("/enter", data={"key": old, "name": "Mallory"}).status_code == 403
    assert browser(app).post("/enter", data={"key": new, "name": "Lea"}).status_code == 200
    assert library.accounts.turn_on() is None
    other = library.accounts.invite("Lea")
    assert library.accounts.enter(other).role == "lead"


def test_a_lead_made_on_the_command_line_ends_the_link_too(app, library):
    key = library.accounts.turn_on()
    library.accounts.invite("Lea", "lead")
    assert browser(app).post("/enter", data={"key": key, "name": "Mallory"}).status_code == 403


def test_a_name_that_is_none_does_not_use_the_link_up(app, library):
    key = library.accounts.turn_on()
    told = browser(app).post("/enter", data={"key": key, "name": "  "})
    assert told.status_code in (400, 422)
    assert (
        browser(app).post("/enter", data={"key": key, "name": '"><script>alert(1)</script>'}).text.count("<script") == 0
    )
    assert "http://127.0.0.1:7860/lab/enter?key=K" in invitation("0.0.0.0", 7860, "/lab", "K")


# Cookies


def test_nothing_that_is_made_up_is_a_session(app, library, lea):
    token = lea.cookies[COOKIE]
    name_alone = base64.b64encode(
        json.dumps({"annotator": "Lea", "link": library_link(library, "Lea")}).encode()
    ).decode()
    forged = [
        {COOKIE: hashed(token)}, {COOKIE: token[:-1]}, {COOKIE: token + "A"}, {COOKIE: ""}, {COOKIE: "Lea"},
        {COOKIE: "%00"}, {COOKIE: "x" * 10_000},
        {"session": f"{name_alone}.aaaaaa.signature"}, {"session": name_alone},
    ]  # fmt: skip
    for cookies in forged:
        stranger = browser(app)
        stranger.cookies.update(cookies)
        assert stranger.get("/api/entry", params={"id": ENTRY}).status_code == 401, cookies
    assert lea.get("/api/entry", params={"id": ENTRY}).status_code == 200


def library_link(library, name):
    with sqlite3.connect(library.data_dir / "manycut.db") as database:
        return database.execute("SELECT key FROM annotators WHERE name = ?", (name,)).fetchone()[0]


def test_what_is_stored_and_backed_up_makes_no_session_and_opens_no_link(app, library, lea, tmp_path):
    from storage.backup import back_up, restore

    back_up(library.data_dir, tmp_path / "all.tar.gz")
    restore(tmp_path / "all.tar.gz", tmp_path / "stolen")
    assert not (tmp_path / "stolen" / "session.key").exists()
    whole = b"".join(path.read_bytes() for path in (tmp_path / "stolen").rglob("*") if path.is_file())
    assert lea.cookies[COOKIE].encode() not in whole
    with sqlite3.connect(library.data_dir / "manycut.db") as database:
        known = [text for row in database.execute("SELECT token, link FROM sessions") for text in row]
        known += [text for (text,) in database.execute("SELECT key FROM annotators WHERE key IS NOT NULL")]
        known += [text for (text,) in database.execute("SELECT value FROM installation")]
    assert len(known) > 3
    for text in known:
        stranger = browser(app)
        stranger.cookies.set(COOKIE, text)
        assert role(stranger) is None
        assert (
            browser(app, "198.51.100.9").get("/enter", params={"key": text}).headers["location"].endswith("refused=1")
        )


def test_a_session_of_before_is_not_the_one_of_afterwards(app, library):
    key = library.accounts.invite("Lea", "lead")
    fixed = browser(app)
    fixed.cookies.set(COOKIE, "chosen-by-somebody-else")
    answer = fixed.get("/enter", params={"key": key})
    assert "chosen-by-somebody-else" not in answer.headers["set-cookie"]
    other = browser(app)
    other.cookies.set(COOKIE, "chosen-by-somebody-else")
    assert role(other) is None


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_cookies_are_for_the_server_alone_and_behind_tls_for_tls_alone(app, library, scheme, secure):
    key = library.accounts.invite("Lea", "lead")
    answer = browser(app, base_url=f"{scheme}://a.lab").get("/enter", params={"key": key})
    flags = {flag.strip().lower() for flag in answer.headers["set-cookie"].split(";")[1:]}
    assert flags == {"path=/", f"max-age={COOKIE_LIFE_S}", "httponly", "samesite=lax"} | (
        {"secure"} if secure else set()
    )


# Leaving


def test_who_signs_out_everywhere_is_out_everywhere(app, library, lea):
    key = library.accounts.invite("Ada")
    here, there = entered(app, key), entered(app, key)
    stolen = there.cookies[COOKIE]
    here.post("/api/me", json={"name": None, "everywhere": True})
    assert (role(here), role(there)) == (None, None)
    thief = browser(app)
    thief.cookies.set(COOKIE, stolen)
    assert role(thief) is None
    assert role(lea) == "lead", "others stay"


def test_who_signs_out_here_stays_elsewhere_and_the_cookie_is_worth_nothing(app, library, lea):
    key = library.accounts.invite("Ada")
    here, there = entered(app, key), entered(app, key)
    kept = here.cookies[COOKIE]
    here.post("/api/me", json={"name": None})
    here.cookies.set(COOKIE, kept)
    assert (role(here), role(there)) == (None, "annotator")


@pytest.mark.parametrize("how", ["replaced", "taken away"])
def test_a_link_that_is_no_longer_theirs_ends_every_session_by_it(app, library, lea, how):
    key = library.accounts.invite("Ada")
    ada = entered(app, key)
    library.accounts.invite("Ada") if how == "replaced" else library.accounts.revoke("Ada")
    assert role(ada) is None
    assert browser(app).get("/enter", params={"key": key}).headers["location"] == "/annotate?refused=1"


def test_another_role_counts_from_the_next_request_on(app, library, lea):
    ada = entered(app, library.accounts.invite("Ada", "lead"))
    lea.post("/api/review/people/role", json={"name": "Ada", "role": "viewer"})
    assert ada.get("/api/review/people").status_code == 403
    assert lea.post("/api/review/people/role", json={"name": "Lea", "role": "viewer"}).status_code == 409, (
        "the last one"
    )


def test_sessions_survive_a_restart_and_a_day_in_either_direction_and_end_with_their_time(
    app, library, lea, monkeypatch
):
    for days in (0, 1, -1, 89):
        monkeypatch.setattr(storage.sessions, "now", lambda days=days: now() + timedelta(days=days))
        with Library.open(library.data_dir) as again:
            after = browser(build_rest(again))
            after.cookies.set(COOKIE, lea.cookies[COOKIE])
            assert after.get("/api/review/people").status_code == 200, days
    monkeypatch.setattr(storage.sessions, "now", lambda: now() + timedelta(days=91))
    assert role(lea) is None


# Names, where nobody has an account


def test_who_gave_their_name_to_an_earlier_version_goes_on_and_what_their_browser_kept_is_still_theirs(
    make_entry, tmp_path
):
    folder = tmp_path / "earlier"
    key = "0" * 64
    with Library.open(folder) as before:
        before.entries.add("talks", [make_entry(ENTRY)])
        config = migration_config()
        with before.engine.begin() as connection:  # as it was
            config.attributes["connection"] = connection
            command.downgrade(config, "0016")
    (folder / "session.key").write_text(key)
    with Library.open(folder) as library:
        ada = browser(build_rest(library))
        cookie = base64.b64encode(json.dumps({"annotator": "Ada"}).encode()).decode()
        ada.cookies.set("session", f"{cookie}.bm93.signature")
        me = ada.get("/api/me").json()
        assert (me["annotator"], me["role"], me["closed"]) == ("Ada", "lead", False)
        assert me["library"] == hashlib.sha256(key.encode()).hexdigest()[:12]
        assert ada.post("/api/task", json={"entry": ENTRY}).status_code == 200
        del ada.cookies["session"]
        assert ada.get("/api/me").json()["annotator"] == "Ada", "with a session of today"
        library.accounts.invite("Lea", "lead")
        ada.cookies.set("session", f"{cookie}.bm93.signature")
        assert role(ada) is None


def test_a_name_that_was_enough_opens_nothing_once_accounts_are_on(app, library):
    early = browser(app)
    early.post("/api/me", json={"name": "Lea"})
    assert early.get("/api/review/people").status_code == 200
    library.accounts.turn_on()
    assert early.get("/api/review/people").status_code == 401
    assert early.post("/api/me", json={"name": "Lea"}).status_code == 403


# A lab's own sign-on


@contextmanager
def behind(app, trusted=("10.0.0.0/8",), address="10.1.2.3", **how):
    yield browser(SignOn(app, "X-Forwarded-User", list(trusted), **how), address)


def test_only_a_trusted_proxy_says_who_somebody_is(app, library):
    key = library.accounts.turn_on(sign_on=True)
    said = {"X-Forwarded-User": "lea@lab"}
    with behind(app, address="203.0.113.7") as stranger:
        assert stranger.get("/api/me", headers=said).json()["annotator"] is None
        assert stranger.get("/api/tasks", headers=said | {"X-Forwarded-For": "10.1.2.3"}).status_code == 401
    with behind(app) as proxy:
        me = proxy.get("/api/me", headers=said).json()
        assert (me["annotator"], me["role"], me["signed_on"]) == ("lea@lab", "annotator", True)
        assert proxy.get("/api/me").json()["annotator"] is None, "nothing is kept in the browser"
        assert (
            proxy.get("/api/me", headers=[("X-Forwarded-User", "lea@lab"), ("X-Forwarded-User", "eve")]).json()[
                "annotator"
            ]
            is None
        ), "one of the two came through the proxy"
        assert proxy.get("/api/me", headers={"X-Forwarded-User": "x" * 500}).json()["annotator"] is None
        proxy.post("/enter", data={"key": key, "name": "somebody else"}, headers=said)
        assert proxy.get("/api/me", headers=said).json()["role"] == "lead", "under the name that the sign-on gives"
        assert library.accounts.find("somebody else") is None
    assert role(browser(app)) is None


def test_who_is_barred_does_not_come_in_by_the_sign_on(app, library):
    library.accounts.turn_on(sign_on=True)
    library.accounts.arrive("lea", "lead")
    lea, eve = {"X-Forwarded-User": "lea"}, {"X-Forwarded-User": "eve"}
    with behind(app) as proxy:
        assert proxy.get("/api/me", headers=eve).json()["annotator"] == "eve"
        assert proxy.post("/api/review/people/revoke", json={"name": "eve"}, headers=lea).is_success
        assert proxy.get("/api/me", headers=eve).json()["annotator"] is None
        assert proxy.get("/api/tasks", headers=eve).status_code == 401
        people = proxy.get("/api/review/people", headers=lea).json()
        assert (people["sign_on"], {one["name"]: one["barred"] for one in people["people"]}) == (
            True,
            {"lea": False, "eve": True},
        )
        library.accounts.set_role("eve", "annotator")
        assert proxy.get("/api/me", headers=eve).json()["annotator"] == "eve"
    with pytest.raises(ConflictError, match="At least one lead"):
        library.accounts.revoke("lea")


def test_who_comes_by_the_sign_on_for_the_first_time_is_what_the_setting_says(app, library):
    library.accounts.turn_on(sign_on=True)
    with behind(app, role="viewer") as proxy:
        assert proxy.get("/api/me", headers={"X-Forwarded-User": "vic"}).json()["role"] == "viewer"
        named = proxy.get("/api/me", headers={"X-Forwarded-User": "Jos\u00e9".encode()}).json()
        assert named["annotator"] == "Jos\u00e9"


@pytest.mark.parametrize(("header", "trusted"), [("X-User", ["*"]), ("X User", ["127.0.0.1"]), ("X-User", ["a.host"])])
def test_a_sign_on_that_would_believe_anybody_is_refused(app, header, trusted):
    with pytest.raises(InputError):
        SignOn(app, header, trusted)


def test_the_address_of_the_socket_counts_and_not_what_a_header_says_of_it(app, library):
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    library.accounts.turn_on(sign_on=True)
    mounted = Prefix(SignOn(ProxyHeadersMiddleware(app, ["127.0.0.1"]), "X-Forwarded-User", ["127.0.0.1"]), "")
    headers = {"X-Forwarded-User": "lea", "X-Forwarded-For": "127.0.0.1"}
    assert browser(mounted, "203.0.113.7").get("/api/me", headers=headers).json()["annotator"] is None
    assert browser(mounted, "127.0.0.1").get("/api/me", headers=headers).json()["annotator"] == "lea"


# Guessing


def test_wrong_links_are_soon_answered_with_how_long_to_wait(app, library, lea):
    guesser = browser(app, "198.51.100.7")
    for number in range(MOST):
        assert guesser.get("/enter", params={"key": f"guess-{number}"}).status_code == 303
    told = guesser.get("/enter", params={"key": "one-more"})
    assert told.status_code == 429
    assert 0 < int(told.headers["retry-after"]) <= WITHIN_S + 1
    assert "Try again in" in told.json()["error"]["hint"]
    assert "Try again in" in guesser.get("/enter", params={"key": "y"}, headers={"Accept": "text/html"}).text
    assert guesser.post("/enter", data={"key": "y", "name": "Eve"}).status_code == 429
    assert guesser.get("/api/me").status_code == 200
    assert entered(app, library.accounts.invite("Ada"), address="198.51.100.8"), "others come in"


def test_wrong_links_are_forgotten_in_time_and_take_no_more_memory_than_so_much():
    moment = 0.0
    wrong = WrongLinks(lambda: moment)
    for _ in range(MOST):
        wrong.note("2001:db8::1")
    assert wrong.wait("2001:db8::ffff"), "the same network"
    assert not wrong.wait("2001:db8:1::1")
    moment = WITHIN_S + 1
    assert not wrong.wait("2001:db8::1")
    for number in range(ADDRESSES + 500):
        wrong.note(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(wrong._tried) == ADDRESSES


# Addresses


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/review/people", {"Host": "a.lab/healthz?"}),
        ("/api/review/people", {"Host": "a.lab/assets/x#"}),
        ("/healthz%3F/../api/review/people", {}),
        ("//api/review/people", {}),
        ("/api/review/people/", {}),
        ("/API/review/people", {}),
        ("/api/review/people", {"X-Original-URL": "/healthz", "X-Rewrite-URL": "/healthz"}),
        ("/api/review/people", {"X-HTTP-Method-Override": "HEAD"}),
        ("/assets/../api/review/people", {}),
        ("/static/%2e%2e/api/review/people", {}),
    ],
)
def test_no_spelling_of_an_address_goes_round_the_gate(app, library, lea, path, headers):
    library.accounts.invite("Somebody Secret")
    for client in (browser(app), entered(app, library.accounts.invite("Ada"))):
        answer = client.get(path, headers=headers)
        assert answer.status_code in (401, 403, 404), answer.text
        assert "Somebody Secret" not in answer.text


@pytest.mark.slow
def test_the_first_start_prints_the_link_and_the_next_ones_do_not(tmp_path):
    from benchmarks.server import ROOT, free_port

    port = free_port()
    command = [sys.executable, "app.py", "serve", "--port", str(port), "--no-demo", "--data-dir", str(tmp_path / "d")]
    running = subprocess.Popen([*command, "--accounts"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        link = next(found for line in running.stderr if (found := re.search(r"http://\S+/enter\?key=(\S+)", line)))
    finally:
        running.terminate()
        running.wait(20)
    with Library.open(Path(tmp_path / "d")) as library:
        assert library.accounts.closed(), "and stays so, whatever the next start says"
        library.accounts.begin(link.group(1), "Lea")
        assert library.accounts.turn_on() is None
