"""What pages may ask for: no place of the server, no file that was swapped meanwhile, no model that is not here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePath
from typing import Any, get_args, get_type_hints

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from core.errors import InputError
from core.models.hub import is_here
from storage.jobs import Job
from storage.library import Library
from tests.conftest import entry_of
from tests.core.made_videos import write_video
from tests.webapp.routes_of import our_routes
from verbs.attach import AttachRequest
from verbs.caption import CaptionRequest
from verbs.ingest import IngestRequest
from verbs.judge import JudgeRequest
from verbs.readable_places import check_place
from webapp.jobs import enqueue, perform
from webapp.quotas import quota_of
from webapp.server import build_rest

# The fields in which pages name files: names inside the import folder, which is looked at for each of them.
NAMED_FILES = {("/api/ingest", "path"), ("/api/doctor", "originals")}
# What the command line may say beside: where to write, what to read, where to fetch from, whose key to send.
FOR_COMMANDS = {"out", "null_video", "splits", "url", "download", "key_env"}
ELSEWHERE = "leads to another place than when it was named"
PLACES = ("/etc/passwd", "../secret.mp4", "~/film.mp4", "C:\\film.mp4", "file:///etc/passwd")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    yield from filled(tmp_path)


def filled(tmp_path: Path) -> Iterator[Library]:
    """With an import folder of two films, and a film of somebody else's."""
    for folder in ("data/import/trip", "private"):
        (tmp_path / folder).mkdir(parents=True)
    for film in ("data/import/film.mp4", "data/import/trip/film.mp4", "private/film.mp4"):
        write_video(tmp_path / film, 20 if film.startswith("data") else 40)
    with Library.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def browser(library: Library) -> Iterator[TestClient]:
    with TestClient(build_rest(library)) as client:
        yield client


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, TestClient]]:
    """The same, for requests that are all refused."""
    for opened in filled(tmp_path_factory.mktemp("refusing")):
        opened.entries.add("talks", [entry_of()])
        with TestClient(build_rest(opened)) as client:
            yield opened, client


def fields_of(kind: Any, within: frozenset[Any] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Name and type of every field of a request model, those of models within it included."""
    for part in (kind, *_parts(kind)):
        if isinstance(part, type) and issubclass(part, BaseModel) and part not in within:
            hints = get_type_hints(part)
            for name in part.model_fields:
                yield name, hints[name]
                yield from fields_of(hints[name], within | {part})


def _parts(kind: Any) -> Iterator[Any]:
    for part in get_args(kind):
        yield part
        yield from _parts(part)


def is_path(kind: Any) -> bool:
    """Whether a value of this type may be, or hold, a path."""
    return any(isinstance(part, type) and issubclass(part, PurePath | os.PathLike) for part in (kind, *_parts(kind)))


def asked_by_pages(library: Library) -> Iterator[tuple[str, str, Any]]:
    """Route, name and type of everything that a page can say to a route of ours."""
    for route in our_routes(build_rest(library)):
        whole = route.original_route.dependant
        for one in (whole, *whole.dependencies):
            for given in (*one.query_params, *one.path_params, *one.header_params, *one.cookie_params):
                yield route.path, given.name, given.field_info.annotation
            for body in one.body_params:
                yield route.path, body.name, body.field_info.annotation
                for name, kind in fields_of(body.field_info.annotation):
                    yield route.path, name, kind


def test_no_request_of_a_page_holds_a_path_but_those_that_are_looked_at(library):
    asked = list(asked_by_pages(library))
    assert len({route for route, _, _ in asked}) > 40
    assert {(route, name) for route, name, kind in asked if is_path(kind)} == NAMED_FILES
    frames = ("/api/mended/steps", "splits")  # at which a clip is divided: no file of splits
    assert {(route, name) for route, name, _ in asked if name in FOR_COMMANDS} == {frames}


class Inner(BaseModel):
    file: Path | None = None


class Outer(BaseModel):
    several: list[Inner] = []


def test_a_path_within_a_model_within_a_list_is_found():
    assert [name for name, kind in fields_of(Outer) if is_path(kind)] == ["file"]


@pytest.mark.parametrize(("route", "field"), sorted(NAMED_FILES))
@pytest.mark.parametrize("place", PLACES)
def test_every_path_of_a_request_is_refused_outside_the_import_folder(refusing, route, field, place):
    library, browser = refusing
    answer = browser.post(route, json={field: [place]})
    assert (answer.status_code, library.jobs.list()) == (400, [])


@pytest.mark.parametrize("route", ["train", "models/plan", "models/pretrain", "ingest", "export", "render", "sample"])
@pytest.mark.parametrize("field", sorted(FOR_COMMANDS | {"captions", "states", "folder"}))
def test_what_is_for_commands_is_refused_by_its_name(refusing, route, field):
    library, browser = refusing
    needed = {"dataset": "talks", "entry": "talks/first", "space": "test-6", "path": "film.mp4"}
    wanted = {"train": ["dataset"], "models/plan": ["dataset"], "models/pretrain": ["space"], "ingest": ["path"]}
    body = {name: needed[name] for name in wanted.get(route, ["entry"])}
    answer = browser.post(f"/api/{route}", json={**body, field: "/somewhere/else"})
    assert answer.status_code == 422, answer.text
    assert f"'{field}'" in answer.json()["error"]["message"]
    assert library.jobs.list() == []


def swapped(path: Path, target: Path) -> None:
    """What stands at a path becomes a link to another place."""
    path.rename(path.with_name(f".{path.name}-was"))
    path.symlink_to(target)


def ended(library: Library) -> Job:
    """The one job that waits is done, as a worker does it."""
    (queued,) = library.jobs.list(states=("queued",))
    perform(library, queued.id)
    return library.jobs.get(queued.id)


@pytest.mark.parametrize(("name", "target"), [("film.mp4", "private/film.mp4"), ("film.mp4", "/etc/passwd"),
                                              ("trip", "private"), ("trip", "/etc")])  # fmt: skip
@pytest.mark.parametrize("route", ["ingest", "doctor"])
def test_what_becomes_a_link_before_a_worker_opens_it_is_not_read(library, browser, tmp_path, route, name, target):
    if route == "doctor":
        film = write_video(tmp_path / "original.mp4", 20)
        taken = import_module("verbs.ingest").ingest(library, IngestRequest(path=film, space="colour-motion-v1"))
        film.unlink()
        library.entries.media(taken.alone.entry).video.unlink()
    field = "path" if route == "ingest" else "originals"
    assert browser.post(f"/api/{route}", json={field: [name]}).status_code == 202
    swapped(library.data_dir / "import" / name, tmp_path / target)
    job = ended(library)
    assert job.state == "failed"
    assert job.error["message"].startswith(f"'{name}' {ELSEWHERE}")
    assert str(tmp_path) not in json.dumps(job.error)
    assert len(library.entries.list()) == (route == "doctor")


def test_a_file_of_a_folder_that_becomes_a_link_is_left_out_and_told(library, browser, tmp_path):
    write_video(library.data_dir / "import" / "trip" / "good.mp4", 20)
    assert browser.post("/api/ingest", json={"path": "trip", "space": "colour-motion-v1"}).status_code == 202
    swapped(library.data_dir / "import" / "trip" / "film.mp4", tmp_path / "private" / "film.mp4")
    job = ended(library)
    assert [one["message"].partition(", which")[0] for one in job.result["failed"]] == [f"'film.mp4' {ELSEWHERE}"]
    assert len(job.result["entries"]) == 1


def test_a_file_that_becomes_a_link_while_it_is_taken_in_is_not_read(library, browser, tmp_path, monkeypatch):
    known = import_module("verbs.ingest").origin_of

    def then_swapped(library_: Library, file: Path, *more: object) -> object:
        origin = known(library_, file, *more)
        swapped(file, tmp_path / "private" / "film.mp4")
        return origin

    monkeypatch.setattr(import_module("verbs.ingest"), "origin_of", then_swapped)
    assert browser.post("/api/ingest", json={"path": "film.mp4", "space": "colour-motion-v1"}).status_code == 202
    assert ended(library).error["message"].startswith(f"'film.mp4' {ELSEWHERE}")
    assert library.entries.list() == []


def test_a_video_to_attach_and_uploads_that_become_links_are_not_read(library, browser, tmp_path):
    library.entries.add("talks", [entry_of()])
    film, secret = library.data_dir / "import" / "film.mp4", tmp_path / "private" / "film.mp4"
    enqueue(library, AttachRequest(path=film, entry="talks/first"))
    swapped(film, secret)
    assert ELSEWHERE in ended(library).error["message"]
    assert browser.post("/api/models/import", params={"name": "model.pth"}, content=b"model").status_code == 202
    (upload,) = (library.data_dir / "uploads").rglob("*.pth")
    swapped(upload, secret)
    assert ELSEWHERE in ended(library).error["message"]
    assert secret.is_file(), "and the link is removed, not what it leads to"


def test_commands_read_what_their_user_may_read(tmp_path):
    check_place(tmp_path / "anywhere")
    check_place(Path("/etc/passwd"))


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which models of the hub are kept, with one that is whole and one that is not."""
    from huggingface_hub import file_download

    kept = tmp_path / "hub"
    monkeypatch.setattr(file_download.constants, "HF_HUB_CACHE", str(kept))
    files = {
        "org/whole": {"config.json": "{}", "model.safetensors": "weights"},
        "org/parts": {
            "config.json": "{}",
            "model.safetensors.index.json": json.dumps({"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}),
            "1.safetensors": "weights",
        },
        "org/begun": {"config.json": "{}"},
    }
    for name, content in files.items():
        folder = kept / f"models--{name.replace('/', '--')}"
        (folder / "refs").mkdir(parents=True)
        (folder / "refs" / "main").write_text("abc")
        (folder / "snapshots" / "abc").mkdir(parents=True)
        for file, text in content.items():
            (folder / "snapshots" / "abc" / file).write_text(text)
    return kept


def test_a_model_is_here_when_all_its_weights_are(hub):
    found = {name: is_here(name) for name in ("org/whole", "org/parts", "org/begun", "org/none", "no/name/at all")}
    assert [name for name, here in found.items() if here] == ["org/whole"]
    (hub / "models--org--parts" / "snapshots" / "abc" / "2.safetensors").write_text("weights")
    assert is_here("org/parts")


@pytest.mark.parametrize("reached", ["demo", "accounts"])
def test_where_others_come_pages_name_only_models_that_are_here(library, browser, hub, reached):
    if reached == "demo":
        quota_of(library, public=True)
    else:
        library.accounts.turn_on()
    (library.data_dir / "servers.toml").write_text('[servers.studio]\nurl = "http://localhost:1/v1"\n')
    for kind, field in ((CaptionRequest, "captioner"), (JudgeRequest, "judge")):
        for absent in ("org/none", "org/begun", "llama"):
            with pytest.raises(InputError, match=f"No page can have the model '{absent}' fetched to this server"):
                enqueue(library, kind(entry="x", **{field: absent}))
        for here in ("org/whole", "studio"):
            assert enqueue(library, kind(entry="x", **{field: here})) > 0
    with pytest.raises(InputError, match="No page can have"):
        enqueue(library, IngestRequest(path="film.mp4", captioner="studio", judge="org/none"))


def test_who_sits_at_this_computer_may_have_models_fetched(library, browser, hub):
    named = {"path": "film.mp4", "captioner": "org/none", "judge": "org/begun"}
    assert browser.post("/api/ingest", json=named).status_code == 202
