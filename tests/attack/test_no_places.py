"""No answer tells where on the server something lies: a library in which everything has a place, asked for everything.

Its folders, and the home of whoever runs the server, have names that occur nowhere else; jobs of every kind were done
or failed, some about files that the command line had named.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import unquote

import numpy as np
import pytest
from httpx import Response
from starlette.testclient import TestClient

from core.data import ScoreTrack
from core.data.timebase import Timebase
from core.labelling.events import Event
from core.models.checkpoints import WEIGHTS
from storage.jobs import Job
from storage.library import Library
from tests.conftest import ROOT, entry_of
from tests.core.made_videos import write_video
from tests.webapp.roles import address, routes
from verbs.agreement import AgreementRequest
from verbs.attach import AttachRequest
from verbs.encode import EncodeRequest
from verbs.features import FeaturesRequest
from verbs.ingest import IngestRequest, ingest
from verbs.jobs import VERBS, JobRequest
from verbs.judge import JudgeRequest, judge
from verbs.pretrain import PretrainRequest
from verbs.query import QueryRequest
from verbs.rescore import RescoreRequest
from verbs.sample import SampleRequest
from verbs.segment import SegmentRequest
from verbs.signals import SignalsRequest
from verbs.transcribe import TranscribeRequest
from webapp.jobs import enqueue, perform
from webapp.server import build_app, build_rest

pytestmark = pytest.mark.slow

ENDLESS = {"/gradio_api/heartbeat/{session_hash}", "/gradio_api/queue/data", "/gradio_api/dev/reload"}
PERSON = "Ann"
TALKS = [f"talks/talk{number}" for number in range(10)]
FAILED = {"ingest", "attach", "export", "train", "import_checkpoint", "join", "render", "sample", "judge", "caption"}
FAILED |= {"transcribe"}  # no model that listens is at hand
BAD = ("999999", "x", "../../etc/passwd", "/etc/passwd", "%00", "")


@dataclass
class Filled:
    """The library, and the places that nobody is told."""

    library: Library
    places: dict[str, str]

    def said(self, text: str) -> set[str]:
        """Names of the places that a text tells."""
        # In JSON, in addresses, and from where the server runs.
        readings = (text, text.replace("\\/", "/"), unquote(text), unquote(unquote(text)))
        return {
            name
            for name, place in self.places.items()
            for form in (place, json.dumps(place)[1:-1], os.path.relpath(place, ROOT))
            if len(form) > 3 and any(form in one for one in readings)
        }


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    base = tmp_path_factory.mktemp("places")
    folders = {name: base / f"the {name} of the lab" for name in ("data", "import", "home")}
    for folder in folders.values():
        folder.mkdir()
    with pytest.MonkeyPatch.context() as patch, Library.open(folders["data"]) as library:
        patch.setenv("MANYCUT_IMPORT", str(folders["import"]))
        patch.setenv("HOME", str(folders["home"]))
        fill(library, folders["import"], folders["home"])
        places = {name: str(folder) for name, folder in folders.items()} | {
            "project": str(ROOT),
            "temporary": gettempdir(),
        }
        yield Filled(library, places)


def fill(library: Library, incoming: Path, home: Path) -> None:
    """Entries, people, runs, and jobs of every kind that are done and that failed."""
    film = write_video(home / "holiday.mp4", 100, sound=True)
    ingest(library, IngestRequest(path=film, space="colour-motion-v1"))
    picks = np.arange(0, 100, 5)
    words = tuple(f"Something happens in part {number}." for number in range(len(picks)))
    short = {"timebase": Timebase(Fraction(25), 100), "picks": picks, "shots": {}, "features": None, "people": 0}
    library.entries.add("lost", [entry_of("lost/film", captions=words, **short), entry_of("lost/other", **short)])
    library.entries.add("talks", [entry_of(one) for one in TALKS])
    for one, name in [*((one, PERSON) for one in TALKS[:3]), (TALKS[0], "Bo")]:
        task = library.annotations.open_task(library.annotations.get_or_create_annotator(name), one)
        library.annotations.record_events(task.id, [Event("a", 0, "rate", 0, 5), Event("a", 1, "submit")])
    curves = np.random.default_rng(1).random((4, 120), np.float32)
    settings = {"steps": 10, "weights": str(home / "weights.pt")}
    library.runs.add(TALKS[0], ScoreTrack("SummDiff", "summdiff", "c1", "test-6", curves, 3, settings))
    library.runs.add(TALKS[1], ScoreTrack("Theirs", "mlp", str(home / "models" / "c2"), "test-6", curves[:1]))
    for one in ("one.mp4", "film.mp4"):
        (incoming / "trip").mkdir(exist_ok=True)
        write_video(incoming / "trip" / one, 40 if one == "one.mp4" else 100)
    for one in (incoming / "trip" / "broken.mp4", incoming / "broken.mp4"):
        one.write_bytes(b"\0\0\0\x18ftypmp42 and nothing more")
    by_pages(library, incoming)
    film.rename(home / "moved.mp4")
    by_commands(library, home)


def by_pages(library: Library, incoming: Path) -> None:
    """What leads do, and what goes wrong with it."""
    with TestClient(build_rest(library)) as lead:

        def ask(route: str, state: str = "done", **body: object) -> Job:
            return do(lead.post(f"/api/{route}", json=body), state)

        def do(answer: Response, state: str = "done") -> Job:
            assert answer.status_code == 202, answer.text
            return work(answer.json()["job"], state)

        def queue(request: JobRequest, state: str = "done") -> Job:
            return work(enqueue(library, request), state)

        def work(number: int, state: str) -> Job:
            perform(library, number)
            job = library.jobs.get(number)
            assert job.state == state, (job.kind, job.args, job.error, job.result)
            return job

        ask("ingest", path=["trip"], space="colour-motion-v1", dataset="trips")
        ask("ingest", "failed", path=["broken.mp4"], space="colour-motion-v1")
        queue(AttachRequest(path=incoming / "trip" / "film.mp4", entry="lost/film"))
        queue(AttachRequest(path=incoming / "trip", dataset="lost"))
        queue(AttachRequest(path=incoming / "trip" / "one.mp4", entry="lost/other"), "failed")
        queue(AttachRequest(path=incoming / "gone.mp4", entry="lost/other"), "failed")
        for format in ("csv", "eccv16", "events"):
            exported = ask("export", dataset="talks", format=format)
        ask("export", "failed", dataset="lost", format="csv")
        ask("render", entry="videos/holiday", budget=0.5)
        trained = ask("train", dataset="talks", kind="mlp", epochs=1, held_out=0.4).result["id"]
        ask("train", "failed", dataset="talks", kind="mlp", epochs=1, space="colour-motion-v1")
        again = ask("train", dataset="talks", start_from=trained, epochs=1, held_out=0.4).result["id"]
        splits = [{"train_keys": TALKS[:3], "test_keys": TALKS[3:]}] * 2
        kept = lead.post("/api/models/splits", params={"name": "halves.json"}, content=json.dumps(splits))
        assert kept.status_code == 200, kept.text
        ask("train", dataset="talks", kind="mlp", epochs=1, split_file=kept.json()["name"], split=None)
        ask("models/measure", checkpoint=trained, dataset="talks")
        ask("models/report", checkpoint=again)
        ask("sample", entry=TALKS[0], checkpoint=trained)
        ask("personal", entry=TALKS[4], person=PERSON)
        ask("review/agreement", dataset="talks")
        queue(AgreementRequest(dataset="talks"))
        queue(PretrainRequest(dataset="talks", epochs=1))
        queue(EncodeRequest(entry="lost/film"))
        queue(QueryRequest(entry="lost/film", query="something happens"))
        queue(RescoreRequest(entry="lost/film"))
        queue(SignalsRequest(entry="videos/holiday", again=True))
        queue(SegmentRequest(entry="videos/holiday", shots="uniform"))
        queue(TranscribeRequest(entry="videos/holiday"), "failed")
        queue(FeaturesRequest(entry="videos/holiday", space="efficientnet-lite0"))
        folder = library.checkpoints.find(trained).path
        for name, content in (("theirs.zip", zipped(folder)), ("broken.pth", b"no model")):
            answer = lead.post("/api/models/import", params={"name": name}, content=content)
            do(answer, "done" if name == "theirs.zip" else "failed")
        log = Path(exported.result["file"]).read_bytes()
        for content, state in ((log, "done"), (log[:-40], "failed")):
            do(lead.post("/api/review/join", params={"name": "log.jsonl"}, content=content), state)
        for content, state in ((log, "done"), (log[:-40], "failed")):
            about = {"name": "log.jsonl", "size": len(content), "kind": "data"}
            sent = lead.post("/api/sending", json=about).json()["id"]
            lead.put("/api/sending", params={"id": sent, "offset": 0}, content=content)
            ask("library/preview", state, sent=sent)
            ask("library/import", state, sent=sent)
        for file in library.entries.media("videos/holiday"), library.entries.media("trips/one"):
            file.video.write_bytes(b"damaged")
            file.thumbnails.unlink()
        ask("doctor", originals=["trip"])
        ask("doctor", entry="videos/holiday", mend=True)
        library.entries.media("lost/film").video.write_bytes(b"damaged")
        ask("render", "failed", entry="lost/film", segments="0-50")
        (folder / WEIGHTS).write_bytes(b"damaged")
        queue(SampleRequest(entry=TALKS[0], checkpoint=trained), "failed")


def by_commands(library: Library, home: Path) -> None:
    """Language models in folders, which only the command line takes; and jobs as an earlier version had them."""
    from tests.core.tiny_language_models import write_llama

    model, gone = write_llama(home / "models" / "tiny-llama"), home / "models" / "that is gone"
    judge(library, JudgeRequest(entry="lost/film", judge=str(model), out=home / "states"))
    for kind, field, name in (("judge", "judge", model), ("judge", "judge", gone), ("caption", "captioner", gone)):
        job = library.jobs.create_job(kind, {"entry": "lost/film", field: str(name)}, lane="long")
        perform(library, job)
        assert library.jobs.get(job).state == ("done" if name == model else "failed"), library.jobs.get(job)
    library.jobs.create_job("ingest", {"path": [str(home / "later.mp4")], "weights": "../../weights.pt"}, lane="long")
    unread = library.jobs.create_job("ingest", {"place": str(home)}, lane="long")
    perform(library, unread)


def zipped(folder: Path) -> bytes:
    """A folder of a checkpoint as people send it to each other."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder.parent))
    return held.getvalue()


@pytest.fixture(scope="module")
def lead(filled: Filled) -> Iterator[TestClient]:
    with TestClient(build_app(filled.library), raise_server_exceptions=False) as browser:
        browser.post("/api/me", json={"name": "Lea"})
        yield browser


@pytest.fixture(scope="module")
def visitor(filled: Filled) -> Iterator[TestClient]:
    """Somebody in a public demo."""
    with TestClient(build_app(filled.library, public=True), raise_server_exceptions=False) as browser:
        yield browser


def questions(library: Library, path: str) -> list[dict[str, object]]:
    """What a route is asked about: each thing that it could be about, and what is none."""
    entries = [entry.id for entry in library.entries.list()]
    models = [one.id for one in library.checkpoints.list()]
    jobs = [job.id for job in library.jobs.list(limit=1000)]
    match path:
        case "/api/job" | "/api/job/curves" | "/api/download":
            asked = [{"id": one, "manifest": also} for one in jobs for also in ("false", "true")]
        case "/api/task" | "/api/review/task":
            asked = [{"id": one} for one in range(1, 5)]
        case "/api/models/card" | "/api/checkpoint/curves" | "/api/models/compare":
            asked = [{"id": one} for one in models] + [{"id": models[:3]}]
        case "/api/cutlist":
            formats = ("json", "csv", "vtt", "edl", "fcpxml", "otio")
            asked = [{"entry": one, "format": form} for one in entries for form in formats]
        case "/api/review/agreement" | "/api/models/leaderboard" | "/api/picker" | "/api/review/board":
            asked = [{}, {"dataset": "talks"}, {"dataset": "lost"}]
        case _ if path.startswith("/api/"):
            asked = [{}] + [{"id": one, "entry": one, "format": "json"} for one in entries]
        case _:
            asked = [{}, {"id": entries[0]}]
    wrong = BAD if path.startswith("/api/") else BAD[:2]
    return asked + [{"id": bad, "entry": bad, "format": bad, "dataset": bad} for bad in wrong]


def answers(library: Library, browser: TestClient) -> Iterator[tuple[str, Response]]:
    """Of every address that is asked with GET."""
    for method, path in dict.fromkeys(routes(browser.app)):
        if method == "GET" and path not in ENDLESS:
            for query in questions(library, path):
                yield f"{path} {query}", browser.get(address(path), params=query, headers={"Accept": "text/html, */*"})


@pytest.mark.parametrize("who", ["lead", "visitor"])
def test_no_answer_to_a_question_tells_where_the_server_keeps_anything(filled, request, who):
    browser = request.getfixturevalue(who)
    statuses, told = set(), {}
    for question, answer in answers(filled.library, browser):
        statuses.add(answer.status_code)
        said = filled.said(answer.text + str(answer.headers))
        if said:
            told[question] = said
    assert told == {}
    assert {200, 400, 404, 422} <= statuses


def test_every_kind_of_job_is_there_and_most_kinds_that_failed(filled):
    jobs = filled.library.jobs.list(limit=1000)
    kinds = {request.model_fields["verb"].default for request in VERBS}
    assert kinds - {job.kind for job in jobs} == set()
    assert len({job.kind for job in jobs if job.state == "done"}) >= len(kinds) - 3
    assert {job.kind for job in jobs if job.state == "failed"} >= FAILED
    rows = json.dumps([[job.args, job.result, job.error] for job in jobs])
    assert filled.said(rows) >= {"data", "import", "home"}, "or nothing would be proved"


def test_changes_that_are_refused_tell_no_place(filled, lead):
    bodies = [{}, [], {"id": 10**30}] + [
        {field: value}
        for field in ("id", "entry", "path", "dataset", "checkpoint", "name", "job", "kind", "originals", "task")
        for value in (BAD[1], BAD[3], 999_999)
    ]
    for method, path in dict.fromkeys(routes(lead.app)):
        if method != "GET" and path.startswith("/api/") and path != "/api/me":
            for body in bodies:
                answer = lead.request(method, address(path), json=body)
                assert not filled.said(answer.text), (path, body, answer.text)
