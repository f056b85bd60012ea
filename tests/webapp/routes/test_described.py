"""The page about REST and verbs: everything is on it, nothing comes from elsewhere, and its examples are understood."""

from __future__ import annotations

import re
import shlex
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

import verbs
from storage.library import Library
from verbs.described import described_verbs
from webapp.access import roles_of
from webapp.server import build_rest


class Page(HTMLParser):
    """What a page refers to, and what can be referred to in it."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.scripts = set(), set(), set(), 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            assert given["id"] not in self.ids, given["id"]
            self.ids.add(given["id"])
        if tag == "a":
            self.links.add(given["href"])
        self.loads |= {given[name] for name in ("src", "href") if tag != "a" and name in given}
        self.scripts += tag == "script" or any(name.startswith("on") for name in given)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("data")) as library:
        yield build_rest(library)


@pytest.fixture(scope="module")
def client(app):
    return TestClient(app, base_url="http://a.lab")


@pytest.fixture(scope="module")
def text(client):
    return client.get("/api/docs").text


def test_nothing_of_it_comes_from_elsewhere_and_no_script_runs(client, text):
    page = Page(text)
    assert page.scripts == 0
    assert page.loads
    for address in page.loads:
        assert not urlsplit(address).netloc, address
        assert client.get(address).status_code == 200, address
    policy = client.get("/api/docs").headers["content-security-policy"]
    assert "default-src 'none'" in policy


def test_every_link_within_it_leads_somewhere(client, text):
    page = Page(text)
    for link in page.links:
        assert link.removeprefix("#") in page.ids if link.startswith("#") else client.get(link).status_code == 200


def test_every_route_says_who_may_ask_and_shows_an_example(app, text):
    sections = dict(re.findall(r'<section id="([^"]+)">(.*?)</section>', text, re.S))
    said = {1: "For leads.", 2: "For leads and viewers.", 4: "For anybody."}
    count = 0
    for path, methods in app.openapi()["paths"].items():
        for method, about in methods.items():
            section = unescape(sections[f"{method}{path.replace('/', '-')}"])
            roles = roles_of(method.upper(), path)
            if roles in ({"lead"}, {"lead", "viewer"}) or len(roles) == 4:
                assert said[len(roles)] in section
            assert "curl" in section
            assert ("Bearer $MANYCUT_TOKEN" in section) == ("nobody" not in roles)
            for parameter in about.get("parameters", ()):
                assert f"<td>{parameter['name']}</td>" in section
            count += 1
    assert count > 70
    for name in app.openapi()["components"]["schemas"]:
        assert f"model-{name}" in sections


def test_examples_are_understood(client, text):
    """None is refused for a field that is missing or wrong; most name nothing that is here."""
    tried = 0
    for shown in re.findall(r"<pre>(curl .*?)</pre>", text, re.S):
        words = shlex.split(unescape(shown).replace("\\\n", ""))
        method = words[words.index("-X") + 1] if "-X" in words else "GET"
        address = next(word for word in words if word.startswith("http://a.lab"))
        if "-F" in words or "--data-binary" in words or "/api/news" in address:
            continue
        body = words[words.index("-d") + 1] if "-d" in words else None
        headers = {"Content-Type": "application/json"} if body else {}
        answer = client.request(method, address, content=body, headers=headers, follow_redirects=False)
        assert answer.status_code != 422, (shown, answer.text)
        assert answer.status_code < 500 or answer.status_code == 503, (shown, answer.text)
        tried += 1
    assert tried > 60


def test_every_verb_is_on_it_with_its_fields_and_errors(text):
    found = described_verbs()
    assert len(found) > 40
    assert {one.name for one in found} <= set(verbs.offered())
    sections = dict(re.findall(r'<section id="(verb-[^"]+)">(.*?)</section>', text, re.S))
    for one in found:
        section = unescape(sections[f"verb-{one.name}"])
        for field in (*one.asked, *one.made):
            assert f"<td>{field.name}</td>" in section
        assert one.errors in section
        assert one.what
    sample = next(one for one in found if one.name == "sample")
    assert sample.call == "sample(library, SampleRequest(entry=...))"
    (n,) = [field for field in sample.asked if field.name == "n"]
    assert (n.type, n.default) == ("whole number, at least 1, at most 256", "8")
    assert "half-open" in next(field.what for field in sample.made if field.name == "cuts")


def test_behind_a_path_of_a_proxy_it_names_that(app):
    shown = TestClient(app, root_path="/lab").get("/api/docs").text
    assert '"/lab/assets/player/' in shown
    assert "/lab/api/entry?id=" in unescape(shown)
