"""Tokens for scripts: what they open, what they do not, and when they end."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

import storage.tokens
from core.errors import ConflictError, InputError, NotFoundError
from core.limits import TOKEN_DAYS, TOKEN_LABEL_CHARS, TOKENS
from storage.accounts import hashed
from storage.backup import back_up, restore
from storage.library import Library
from storage.tables import now
from webapp.hosts import names_of
from webapp.origins import Origins
from webapp.server import build_rest
from webapp.sessions import COOKIE
from webapp.sign_on import SignOn
from webapp.wrong_links import MOST

ENTRY = "talks/first"


@pytest.fixture
def app(library, make_entry):
    library.entries.add("talks", [make_entry(ENTRY)])
    library.accounts.invite("Lea", "lead")
    for name, role in (("Ada", "annotator"), ("Vic", "viewer")):
        library.accounts.invite(name, role)
    return build_rest(library)


def asking(app, token=None, address="203.0.113.7", **headers):
    sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
    found = TestClient(app, client=(address, 50_000), base_url="http://a.lab", follow_redirects=False)
    found.headers.update(sent | headers)
    return found


def seen(client):
    return client.get("/api/entry", params={"id": ENTRY}).status_code


@pytest.fixture
def nightly(app, library):
    return library.tokens.make("Lea", "nightly")[1]


def test_a_token_comes_in_as_its_person_with_neither_cookie_nor_origin(app, library, nightly):
    script = asking(app, nightly)
    assert script.get("/api/me").json() | {"library": ""} == {
        "annotator": "Lea", "library": "", "closed": True, "role": "lead", "signed_on": False,
    }  # fmt: skip
    assert script.post("/api/export", json={"dataset": "talks"}).status_code == 202
    assert not script.cookies, "it gets no session"
    with sqlite3.connect(library.data_dir / "manycut.db") as database:
        assert database.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


@pytest.mark.parametrize(("name", "looks", "lists"), [("Lea", 200, 200), ("Vic", 200, 403), ("Ada", 403, 403)])
def test_it_opens_what_its_person_may_open_and_nothing_else(app, library, name, looks, lists):
    script = asking(app, library.tokens.make(name)[1])
    assert (seen(script), script.get("/api/jobs").status_code) == (looks, lists)


def test_the_role_is_that_of_the_moment_of_use(app, library, nightly):
    library.accounts.invite("Mia", "lead")
    script = asking(app, nightly)
    for role, status in (("annotator", 403), ("viewer", 403), ("lead", 200)):
        library.accounts.set_role("Lea", role)
        assert script.get("/api/jobs").status_code == status


def test_only_its_hash_is_kept_and_nothing_that_is_kept_opens_anything(app, library, nightly, tmp_path):
    back_up(library.data_dir, tmp_path / "all.tar.gz")
    restore(tmp_path / "all.tar.gz", tmp_path / "again")
    whole = b"".join(path.read_bytes() for path in (tmp_path / "again").rglob("*") if path.is_file())
    assert nightly.encode() not in whole
    assert hashed(nightly).encode() in whole
    with Library.open(tmp_path / "again") as again:
        assert seen(asking(build_rest(again), nightly)) == 200, "as personal links do, it outlives a backup"
    with sqlite3.connect(library.data_dir / "manycut.db") as database:
        (kept,) = database.execute("SELECT key FROM tokens").fetchone()
    assert [seen(asking(app, one)) for one in (kept, nightly[:-1], nightly + "A", "", " ", "x" * 10_000)] == [401] * 6


@pytest.mark.parametrize("how", ["removed", "ended", "past", "forgotten"])
def test_it_ends_at_once(app, library, how, monkeypatch):
    library.accounts.invite("Mia", "lead")
    made, key = library.tokens.make("Lea", days=3)
    script = asking(app, key)
    assert seen(script) == 200
    if how == "removed":
        library.accounts.revoke("Lea")
        library.accounts.invite("Lea", "lead")
        assert library.tokens.list() == [], "a new link brings no token back"
    elif how == "ended":
        library.tokens.end(made.id)
    elif how == "past":
        monkeypatch.setattr(storage.tokens, "now", lambda: now() + timedelta(days=3, seconds=1))
        assert [one.expired for one in library.tokens.list()] == [True]
    else:
        with sqlite3.connect(library.data_dir / "manycut.db") as database:
            database.execute("UPDATE annotators SET name = pseudonym, key = NULL WHERE name = 'Lea'")
    assert seen(script) == 401


def test_who_came_by_a_sign_on_and_is_barred_has_no_token_left(library, make_entry):
    library.entries.add("talks", [make_entry(ENTRY)])
    library.accounts.turn_on(sign_on=True)
    library.accounts.arrive("Lea", "annotator")
    library.accounts.set_role("Lea", "lead")
    library.accounts.arrive("Mia", "annotator")
    library.accounts.set_role("Mia", "lead")
    app = build_rest(library)
    key = library.tokens.make("Lea")[1]
    assert seen(asking(app, key)) == 200
    library.accounts.revoke("Lea")
    assert seen(asking(app, key)) == 401
    library.accounts.set_role("Lea", "lead")
    assert seen(asking(app, key)) == 401, "who is let in again makes a new one"


def test_wrong_ones_count_together_with_wrong_links_and_a_right_one_waits_too(app, library, nightly):
    for number in range(MOST - 1):
        assert seen(asking(app, f"manycut_{number}")) == 401
    assert asking(app).get("/enter", params={"key": "no"}).status_code == 303
    told = asking(app, nightly).get("/api/me")
    assert told.status_code == 429
    assert int(told.headers["retry-after"]) > 0
    assert asking(app).get("/enter", params={"key": library.accounts.invite("Mia")}).status_code == 429
    assert seen(asking(app, nightly, address="198.51.100.9")) == 200, "of another address"


def test_wrong_ones_are_counted_wherever_they_are_shown(app):
    for number in range(MOST):
        asking(app, f"manycut_{number}").get(("/api/me", "/healthz", "/enter", "/nowhere")[number % 4])
    assert asking(app, "manycut_x").get("/api/me").status_code == 429


def test_a_wrong_one_is_refused_whatever_the_cookie_says(app, library):
    browser = asking(app)
    browser.get("/enter", params={"key": library.accounts.invite("Lea")})
    assert seen(browser) == 200
    browser.headers["Authorization"] = "Bearer wrong"
    assert seen(browser) == 401


def test_two_headers_are_none(app, nightly):
    both = [("Authorization", f"Bearer {nightly}"), ("Authorization", f"Bearer {nightly}")]
    assert asking(app).get("/api/jobs", headers=both).status_code == 401


@pytest.mark.parametrize("name", ["token", "key", "access_token", "bearer", "authorization"])
def test_no_address_and_no_cookie_carries_one(app, nightly, name):
    assert asking(app).get("/api/jobs", params={name: nightly}).status_code == 401
    assert asking(app, Cookie=f"{COOKIE}={nightly}").get("/api/jobs").status_code == 401
    assert asking(app, None, **{"Authorization": f"Basic {nightly}"}).get("/api/jobs").status_code == 401
    assert "refused=1" in asking(app).get("/enter", params={"key": nightly}).headers["location"]


def test_a_page_of_another_site_gains_nothing_by_a_token_beside_the_cookie(app, library, nightly):
    guarded = Origins(app, names_of("127.0.0.1", ["a.lab"]))
    session = library.sessions.begin("Lea", hashed(library.accounts.invite("Lea")))
    for sent in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for token in (None, nightly, "wrong"):
            page = asking(guarded, token, Cookie=f"{COOKIE}={session}", **sent)
            assert page.post("/api/export", json={"dataset": "talks"}).status_code == 403, (sent, token)
    assert asking(guarded, nightly).post("/api/export", json={"dataset": "talks"}).status_code == 202


def test_no_token_lets_anybody_in_or_makes_another(app, library, nightly):
    script = asking(app, nightly)
    assert script.get("/api/review/people/tokens").status_code == 200
    for path, body in (
        ("invite", {"name": "Mallory", "role": "lead"}), ("role", {"name": "Vic", "role": "lead"}),
        ("revoke", {"name": "Vic"}), ("token", {"name": "Lea"}), ("token/end", {"id": 1}),
    ):  # fmt: skip
        told = script.post(f"/api/review/people/{path}", json=body)
        assert told.status_code == 403, path
        assert "token" in told.json()["error"]["message"]
    assert library.accounts.find("Mallory") is None
    assert len(library.tokens.list()) == 1


def test_leads_make_and_end_them_in_the_browser_and_others_do_not(app, library):
    lea, vic = asking(app), asking(app)
    lea.get("/enter", params={"key": library.accounts.invite("Lea")})
    vic.get("/enter", params={"key": library.accounts.invite("Vic")})
    asked = {"name": "Vic", "label": " nightly  export ", "days": 30}
    assert vic.post("/api/review/people/token", json=asked).status_code == 403
    made = lea.post("/api/review/people/token", json=asked)
    assert made.headers["cache-control"] == "no-store"
    key, facts = made.json()["token"], made.json()["facts"]
    assert (facts["label"], facts["used"], facts["expired"]) == ("nightly export", None, False)
    assert seen(asking(app, key)) == 200
    listed = lea.get("/api/review/people/tokens")
    assert key not in listed.text
    assert hashed(key) not in listed.text
    assert listed.json()["tokens"][0]["used"] is not None
    assert lea.post("/api/review/people/token/end", json={"id": facts["id"]}).status_code == 200
    assert lea.post("/api/review/people/token/end", json={"id": facts["id"]}).status_code == 404
    assert seen(asking(app, key)) == 401


def test_a_use_is_noted_to_the_minute(app, library, nightly, monkeypatch):
    seen(asking(app, nightly))
    (first,) = library.tokens.list()
    seen(asking(app, nightly))
    assert library.tokens.list() == [first]
    monkeypatch.setattr(storage.tokens, "now", lambda: now() + timedelta(minutes=2))
    seen(asking(app, nightly))
    assert library.tokens.list()[0].used > first.used


def test_none_is_made_that_would_open_nothing_or_lasts_no_time(app, library):
    with pytest.raises(NotFoundError):
        library.tokens.make("Mallory")
    library.accounts.claim("Eve")
    with pytest.raises(ConflictError, match="cannot come in"):
        library.tokens.make("Eve")
    for days in (0, -1, TOKEN_DAYS + 1):
        with pytest.raises(InputError):
            library.tokens.make("Lea", days=days)
    with pytest.raises(InputError):
        library.tokens.make("Lea", "x" * (TOKEN_LABEL_CHARS + 1))
    for _ in range(TOKENS):
        library.tokens.make("Ada")
    with pytest.raises(ConflictError, match=str(TOKENS)):
        library.tokens.make("Ada")


def test_whom_a_sign_on_names_is_who_asks_whatever_bearer_its_proxy_sends_on(library, make_entry):
    library.entries.add("talks", [make_entry(ENTRY)])
    library.accounts.turn_on(sign_on=True)
    app = SignOn(build_rest(library), "X-User", ("203.0.113.7",), "viewer")
    assert seen(asking(app, "a.token.of-the-proxy", **{"X-User": "Vic"})) == 200
    assert seen(asking(app, "a.token.of-the-proxy")) == 401


def test_where_nobody_needs_an_account_none_is_asked_for(library, make_entry):
    library.entries.add("talks", [make_entry(ENTRY)])
    assert seen(asking(build_rest(library), "anything")) == 200
