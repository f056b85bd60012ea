"""Language models behind servers: by name, from captions to rows, and what a page may not choose."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from core.captions import captioners
from core.errors import Cancelled, InputError, ManycutError, NotFoundError
from tests.commands import command
from tests.core.captioning_server import Server, central, chat
from tests.core.made_videos import write_video
from verbs.caption import CaptionRequest, caption
from verbs.ingest import IngestRequest, ingest
from verbs.judge import JudgeRequest, judge
from webapp.jobs import enqueue, perform
from webapp.server import build_rest
from webapp.views.adding import choices

ROOT = Path(__file__).resolve().parents[2]
TALK = "talks/first"
CAPTIONS = tuple(f"Boat {number} passes." for number in range(30))


@pytest.fixture
def server():
    opened = Server()
    opened.judge = lambda text: f"Score: {int(central(text).split()[1]) % 11}"
    opened.key = "s3cret"
    yield opened
    opened.close()


@pytest.fixture
def studio(library, server, make_entry, monkeypatch):
    """The name of a server, and an entry of 30 picks with captions."""
    monkeypatch.setenv("STUDIO_KEY", "s3cret")
    name_server(library, server.url)
    entry = make_entry(TALK, people=0, picks=np.arange(0, 360, 12), features=None, shots={}, captions=CAPTIONS)
    library.entries.add("talks", [entry])
    return "studio"


def name_server(library, url, more=""):
    text = f'[servers.studio]\nurl = "{url}"\nkey_env = "STUDIO_KEY"\n{more}'
    (library.data_dir / "servers.toml").write_text(text)


def test_numbers_of_a_server_become_a_row_that_says_whose_they_are(library, server, studio):
    made = judge(library, JudgeRequest(judge=studio, entry=TALK)).as_json()
    assert (made["judge"], made["space"], made["folder"]) == ("studio: llava", None, None)
    assert made["entries"] == [
        {"entry": TALK, "windows": 30, "of": 30, "zero_shot": made["entries"][0]["zero_shot"], "runs": []}
    ]
    assert "no text features were stored" in made["notes"][0]
    (run,) = library.runs.of_entry(TALK)
    assert (run.track.kind, run.track.model) == ("zero-shot", "Zero-shot (studio: llava)")
    assert run.label == "Zero-shot (studio: llava): the number in its answer, without a trained head"
    np.testing.assert_allclose(run.track.scores[0], [number % 11 / 10 for number in range(30)], atol=1e-6)
    entry = library.entries.get(TALK)
    assert (entry.text_features, dict(entry.features)) == (None, {})
    assert library.encodings.of_entry(TALK) == {}


def test_nothing_is_asked_twice_and_the_same_numbers_are_the_same_row(library, server, studio):
    first = judge(library, JudgeRequest(judge=studio, dataset="talks")).as_json()
    asked = len(server.asked)
    again = judge(library, JudgeRequest(judge=studio, dataset="talks")).as_json()
    assert [one["windows"] for one in again["entries"]] == [0]
    assert again["entries"][0]["zero_shot"] == first["entries"][0]["zero_shot"]
    assert len(server.asked) == asked
    server.models.append("other")
    with pytest.raises(NotFoundError, match="Say which model of the server 'studio'"):
        judge(library, JudgeRequest(judge=studio, entry=TALK))
    assert (
        judge(library, JudgeRequest(judge=studio, server_model="other", entry=TALK)).as_json()["judge"]
        == "studio: other"
    )
    name_server(library, server.url, 'judge_model = "other"')
    assert judge(library, JudgeRequest(judge=studio, entry=TALK)).as_json()["entries"][0]["windows"] == 0
    assert len(library.runs.of_entry(TALK)) == 2


def test_an_interrupted_judging_goes_on_where_it_was(library, server, studio):
    def say(text):
        if len(server.asked) > 12:
            server.failures = [(400, {})] * 100
        return "Score: 5"

    server.judge = say
    with pytest.raises(ManycutError, match="'studio' answers 400"):
        judge(library, JudgeRequest(judge=studio, entry=TALK))
    assert library.runs.of_entry(TALK) == []
    server.failures, server.judge = [], lambda text: "Score: 5"
    windows = judge(library, JudgeRequest(judge=studio, entry=TALK)).as_json()["entries"][0]["windows"]
    assert 0 < windows < 30
    assert len(server.asked) >= 30


def test_a_job_is_cancelled_while_the_server_is_slow(library, server, studio):
    server.seconds = 0.3
    stops = iter([False] * 3)
    with pytest.raises(Cancelled, match="cancelled"):
        judge(library, JudgeRequest(judge=studio, entry=TALK), should_stop=lambda: next(stops, True))
    assert library.runs.of_entry(TALK) == []


def test_answers_without_a_number_are_said(library, server, studio):
    server.judge = lambda text: "I'd say 7" if int(central(text).split()[1]) < 3 else "Score: 5"
    judge(library, JudgeRequest(judge=studio, entry=TALK))
    assert "3 of 30 answers held none" in library.runs.of_entry(TALK)[-1].label
    server.models = ["shy"]
    server.judge = lambda text: chat(None, refusal="I cannot judge boats.")
    done = command("judge", TALK, "--model", studio, data=library.data_dir)
    assert done.returncode == 0, done.stderr
    assert "No answer held a number, so there is no zero-shot row: talks/first." in done.stdout
    assert "studio: shy says of talks/first, for instance: 'I cannot judge boats.'." in done.stdout


def test_a_correction_is_judged_again_by_the_server_that_judged_before(library, server, studio):
    with TestClient(build_rest(library)) as browser:
        judge(library, JudgeRequest(judge=studio, entry=TALK))
        before = len(server.asked)
        said = {"entry": TALK, "pick": 10, "text": "Boat 4 sinks."}
        perform(library, browser.put("/api/captions", json=said).json()["job"])
        assert len(server.asked) == before + 7
        first, second = library.runs.of_entry(TALK)
        changed = np.flatnonzero(first.track.scores[0] != second.track.scores[0])
        assert changed.tolist() == [10]
        (job,) = browser.get("/api/jobs").json()["jobs"]
        asked = next(one for one in job["result"]["spaces"] if one["space"] == "studio: llava")
        assert (asked["windows"], asked["of"]) == (7, 30)

        (library.data_dir / "servers.toml").unlink()
        perform(library, browser.put("/api/captions", json=said | {"text": "Boat 5 sinks."}).json()["job"])
        failed = browser.get("/api/jobs").json()["jobs"][0]["result"]["failed"]
        assert failed == [{"space": "studio: llava", "reason": "There is no server 'studio' any more."}]


def test_a_video_is_described_and_judged_by_named_servers(library, server, studio, tmp_path):
    server.judge = lambda text: "Score: 6"
    (library.data_dir / "import").mkdir()
    film = write_video(library.data_dir / "import" / "film.mp4", 50)
    args = {"path": str(film), "captioner": studio, "judge": studio}
    perform(library, enqueue(library, IngestRequest(**args)))
    (job,) = library.jobs.list()
    assert job.state == "done", job.error
    assert job.result["judged"]["judge"] == "studio: llava"
    entry = library.entries.get("videos/film")
    assert all(caption.startswith("A wall of red") for caption in entry.captions)
    zero = next(run for run in library.runs.of_entry(entry.id) if run.track.kind == "zero-shot")
    assert np.allclose(zero.track.scores, 0.6)
    assert set(server.keys) == {"Bearer s3cret"}


def test_what_is_wrong_with_a_server_is_said_before_a_video_is_taken_in(library, studio, tmp_path, monkeypatch):
    monkeypatch.delenv("STUDIO_KEY")
    film = write_video(tmp_path / "film.mp4", 20)
    with pytest.raises(InputError, match="The key of the server 'studio' is not here"):
        ingest(library, IngestRequest(path=film, captioner="llava-hf/llava-1.5-7b-hf", judge=studio))
    assert library.entries.list(dataset="videos") == []


@pytest.mark.parametrize("address", ["http://169.254.169.254/v1", "HTTPS://host/v1", " http://host", "file:///etc"])
@pytest.mark.parametrize("who", ["captioner", "judge"])
def test_a_page_never_chooses_an_address(library, server, studio, address, who):
    names = {"captioner": studio, "judge": studio} | {who: address}
    (library.data_dir / "import").mkdir()
    (library.data_dir / "import" / "film.mp4").write_bytes(b"")
    with TestClient(build_rest(library)) as browser:
        answer = browser.post("/api/ingest", json={"path": "film.mp4", **names})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "A page takes the name of a server, never an address."
    for request in (CaptionRequest(entry=TALK, captioner=address), JudgeRequest(entry=TALK, judge=address)):
        with pytest.raises(InputError, match="never an address"):
            enqueue(library, request)
    assert library.jobs.list() == []
    assert server.keys == []


def test_the_command_line_takes_addresses_and_names(library, server, studio, monkeypatch):
    monkeypatch.setenv("MANYCUT_API_KEY", "s3cret")
    monkeypatch.setenv("MANYCUT_API_ORIGIN", server.url)
    done = command("judge", TALK, "--model", server.url, "--json", data=library.data_dir)
    assert done.returncode == 0, done.stderr
    host = server.url.removeprefix("http://").removesuffix("/v1")
    assert json.loads(done.stdout)["judge"] == f"{host}: llava"
    listed = command("servers", data=library.data_dir)
    assert listed.stdout == f"studio: {server.url}; key in STUDIO_KEY\n"
    name_server(library, "nowhere")
    wrong = command("servers", "--json", data=library.data_dir)
    assert wrong.returncode == 2
    assert json.loads(wrong.stdout)["mistakes"] == ["The server 'studio': 'nowhere' is not the address of a server."]
    refused = command("judge", TALK, "--model", "studio", data=library.data_dir)
    assert refused.returncode == 2
    assert "'nowhere' is not the address of a server." in refused.stderr


def test_a_name_that_nothing_has_is_answered_with_the_names_there_are(library, studio, monkeypatch):
    def gone(name, model=None):
        raise NotFoundError(f"The hub has no model '{name}'.", "Check the name.")

    monkeypatch.setattr(captioners, "open_captioner", gone)
    library.entries.store_media(TALK, video=write_video(library.data_dir / "film.mp4", 20))
    with pytest.raises(NotFoundError, match="no model 'studoi'") as error:
        caption(library, CaptionRequest(captioner="studoi", entry=TALK))
    assert error.value.hint == "Check the name. Servers are called: studio."


def test_a_page_offers_names_and_no_addresses(library, server, studio):
    more = """[servers.eyes]
url = "http://eyes/v1"
caption_model = "llava"
[servers.brain]
url = "http://brain/v1"
judge_model = "chat"
[servers.broken]
"""
    name_server(library, server.url, more)
    offered = choices(library)
    assert [(one.name, one.model) for one in offered.captioners] == [("studio", ""), ("eyes", "llava")]
    assert [(one.name, one.model) for one in offered.judges] == [("studio", ""), ("brain", "chat")]
    assert offered.servers_wrong
    assert "http" not in offered.model_dump_json()
