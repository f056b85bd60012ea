from __future__ import annotations

import pytest

from core.errors import InputError
from storage.servers import find_server, read_servers
from verbs.servers import servers

GOOD = """
[servers.studio]
url = "http://localhost:8000/v1/"
caption_model = "llava"

[servers.provider]
url = "https://api.provider.example/v1"
key_env = "PROVIDER_KEY"
judge_model = "chat"

[servers.own]
url = "http://own:1/v1"
key = "s3cret"
"""


@pytest.fixture
def written(tmp_path):
    def write(text: str | bytes):
        (tmp_path / "servers.toml").write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write


def test_servers_are_found_by_their_names_with_their_keys(written, monkeypatch):
    monkeypatch.setenv("PROVIDER_KEY", " k3y\n")
    folder = written(GOOD)
    studio, provider, own = (find_server(folder, name) for name in ("studio", "provider", "own"))
    assert (studio.url, studio.key, studio.caption_model) == ("http://localhost:8000/v1", "", "llava")
    assert (provider.key, provider.judge_model, provider.caption_model) == ("k3y", "chat", None)
    assert (own.key, own.key_hint) == ("s3cret", "Put its key into servers.toml.")
    assert studio.called == "'studio'"
    assert not any(secret in repr([provider, own]) for secret in ("k3y", "s3cret"))


@pytest.mark.parametrize("name", ["nobody", "llava-hf/llava-1.5-7b-hf", "./studio", "..", "", "studio\n"])
def test_other_names_are_those_of_models(written, name):
    assert find_server(written(GOOD), name) is None


def test_without_a_file_no_server_has_a_name(tmp_path):
    assert find_server(tmp_path, "studio") is None
    assert servers(tmp_path).servers == servers(tmp_path).mistakes == ()


def test_a_change_of_the_file_counts_at_once(written):
    assert find_server(written(GOOD), "new") is None
    assert find_server(written('[servers.new]\nurl = "http://new/v1"'), "new").url == "http://new/v1"


def test_a_list_says_where_keys_come_from_and_never_what_they_are(written, monkeypatch):
    monkeypatch.delenv("PROVIDER_KEY", raising=False)
    listed = servers(written(GOOD))
    assert [(one.name, one.key, one.key_is_missing) for one in listed.servers] == [
        ("studio", "none", False),
        ("provider", "PROVIDER_KEY", True),
        ("own", "the file", False),
    ]
    assert "s3cret" not in repr(listed) + listed.model_dump_json()
    with pytest.raises(InputError, match="The key of the server 'provider' is not here") as error:
        find_server(written(GOOD), "provider")
    assert error.value.hint == "Put its key into the environment variable PROVIDER_KEY."


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("[servers.studio\n", ["servers.toml is no TOML: Expected ']' "]),
        (b"\xff\xfd", ["servers.toml is no TOML: it is not in UTF-8."]),
        ("a = " + "9" * 5000, ["servers.toml is no TOML: Exceeds the limit"]),
        (".".join("a" * 100_000) + " = 1", ["servers.toml is far too large: more than 16 KB."]),
        ("servers = 3", ["'servers' is no table"]),
        ('[server.studio]\nurl = "http://a/v1"', ["'server' stands outside the servers"]),
        ("[servers]\nstudio = 3", ["'studio' is no table"]),
        ("[servers.studio]", ["'studio' has no 'url'"]),
        ('[servers.studio]\nurl = "localhost:8000"', ["'studio': 'localhost:8000' is not the address of a server"]),
        ('[servers.studio]\nurl = "ftp://a/v1"', ["'studio': 'ftp://a/v1' is not the address of a server"]),
        ('[servers.studio]\nurl = "http://ada:pass@a/v1"', ["holds more than an address"]),
        ('[servers.studio]\nurl = ["http://a/v1"]\nurI = 3', ["a 'url' that is no text", "unknown option 'urI'"]),
        ('[servers.studio]\nurl = "http://a/v1"\nkey = ""', ["a 'key' that is no text"]),
        ('[servers.studio]\nurl = "http://a/v1"\nkey = "clé-pass"', ["holds characters that no key has"]),
        ('[servers.studio]\nurl = "http://a/v1"\nkey = "pass"\nkey_env = "K"', ["both 'key' and 'key_env'"]),
        ('[servers.studio]\nurl = "http://a/v1"\nkey_env = "sk-pass"', ["no name of an environment variable"]),
        ('[servers."my studio"]\nurl = "http://a/v1"', ["a name of other signs"]),
        ('[servers.a.b]\nurl = "http://a/v1"', ["unknown option 'b'", "'a' has no 'url'"]),
    ],
)
def test_every_mistake_is_one_sentence(written, text, mistakes):
    found = servers(written(text))
    assert found.servers == ()
    assert len(found.mistakes) == len(mistakes)
    for said, words in zip(found.mistakes, mistakes, strict=True):
        assert words in said
        assert said.endswith(".")
        assert "\n" not in said
        assert "pass" not in said.replace("ftp", "")


def test_a_mistake_in_one_server_leaves_the_others_and_models_alone(written):
    folder = written(GOOD + "\n[servers.broken]\nurl = 3\n")
    assert find_server(folder, "studio").name == "studio"
    assert find_server(folder, "gpt2") is None
    with pytest.raises(InputError, match="'broken' has a 'url' that is no text") as error:
        find_server(folder, "broken")
    assert "app.py servers" in error.value.hint


def test_a_file_that_cannot_be_read_is_not_taken_for_an_empty_one(written):
    folder = written("[servers.studio")
    with pytest.raises(InputError, match="no TOML"):
        find_server(folder, "studio")
    assert find_server(folder, "llava-hf/llava-1.5-7b-hf") is None
    (folder / "servers.toml").unlink()
    (folder / "servers.toml").mkdir()
    assert read_servers(folder).mistakes == {"": ["servers.toml cannot be read: Is a directory."]}
