"""Keeping a cut, as the page and the command line do it: the video by a job, the lists at once."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import opentimelineio as otio
import pytest
from starlette.testclient import TestClient

from core.data import AnnotationSet, Entry, ScoreTrack, Shots
from core.data.timebase import Timebase
from core.errors import Cancelled, InputError, NotFoundError
from core.select.footage import footage
from core.select.published import select
from core.select.viewing import view
from core.video.probe import frames_at, probe
from storage.library import Library
from tests.commands import command
from tests.core.made_videos import number_of, write_video
from verbs.chosen_cut import CutChoices, choose
from verbs.render import RenderRequest, render
from webapp import jobs
from webapp.server import build_rest

ENTRY, SILENT = "talks/first", "talks/no-video"
N, NTSC = 300, Fraction(30000, 1001)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A library with an entry of 300 numbered frames at 29.97, three people and a run of four samples."""
    folder = tmp_path_factory.mktemp("keeping")
    video = write_video(folder / "first.mp4", N, NTSC, sound=True)
    picks, edges, random = np.arange(0, N, 15), np.arange(0, N + 1, 30), np.random.default_rng(1)
    common = {
        "timebase": Timebase(NTSC, N),
        "picks": picks,
        "shots": {
            "kts": Shots(np.stack([edges[:-1], edges[1:]], axis=1), "kts"),
            "short": Shots(np.array([[0, 10], [200, 215]]), "short"),
        },
    }
    scores = random.integers(1, 6, (3, len(picks))).astype(np.float32) / 5
    scores[0, :] = np.nan
    scores[0, 8:10] = 1  # only frames 120 to 150
    people = AnnotationSet(("person 0", "person 1", "person 2"), scores, ("shot-ratings",) * 3)
    with Library.open(folder / "data") as library:
        judged = Entry(ENTRY, "First talk", annotations=people, video=video, **common)
        library.entries.add("talks", [judged, Entry(SILENT, "Without video", **common)])
        curves = random.random((4, len(picks)), np.float32)
        library.runs.add(ENTRY, ScoreTrack("SummDiff", "summdiff", "c1", "test-6", curves, 3, {"steps": 10}))
        yield library


@pytest.fixture(scope="module")
def client(kept):
    with TestClient(build_rest(kept)) as browser:
        yield browser


def cut_of(scores, entry, shots="kts", budget=0.15):
    return select(scores, entry.picks, entry.shots[shots], N, budget).segments.tolist()


def test_the_cut_is_solved_as_the_page_does_it(kept):
    entry, people, run = kept.entries.get(ENTRY), kept.people.of_entry(ENTRY), kept.runs.of_entry(ENTRY)[0]
    curves = run.track.scores
    mean = np.nanmean(people.scores.astype(np.float64), axis=0)
    for source, scores in {
        "mean": mean,
        "person:person 2": people.scores[2],
        f"run:{run.id}": curves.mean(axis=0),
        f"run:{run.id}:3": curves[3],
    }.items():
        chosen = choose(kept, CutChoices(entry=ENTRY, source=source, rule="published", budget=0.3))
        assert chosen.cut.segments.tolist() == cut_of(scores, entry, budget=0.3)
        watched = view(scores, footage(entry, entry.shots["kts"]), 0.3)
        assert (
            choose(kept, CutChoices(entry=ENTRY, source=source, budget=0.3)).cut.segments.tolist()
            == watched.segments.tolist()
        )
    assert choose(kept, CutChoices(entry=ENTRY, source="person:person 0")).cut.segments.tolist() == [[120, 150]]
    short = choose(kept, CutChoices(entry=ENTRY, rule="published", shots="short", budget=0.05))
    assert short.cut.segments.tolist() == cut_of(mean, entry, "short", 0.05)
    last = choose(kept, CutChoices(entry=ENTRY, source=f"run:{run.id}:3")).source
    assert (last.scores.model, last.scores.seed, last.scores.sample) == ("SummDiff", 3, 3)
    assert (last.rule, last.shots, last.budget, last.sound, last.start) == ("viewing", "kts", 0.15, True, 0)
    assert choose(kept, CutChoices(entry=ENTRY, segments=[[3, 9]])).source.budget is None


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"source": "person:Nobody"}, NotFoundError, "Nobody called 'Nobody'"),
        ({"source": "run:99"}, NotFoundError, "no run 99"),
        ({"source": "run:1:4"}, NotFoundError, "samples 0 to 3, not 4"),
        ({"source": "average"}, InputError, "'average' is no source"),
        ({"source": "run:x"}, InputError, "no source"),
        ({"shots": "none"}, NotFoundError, "no segmentation 'none'"),
        ({"budget": 0}, InputError, "budget"),
        ({"budget": 0.001}, InputError, "The cut is empty: no shot fits the budget"),
        ({"segments": []}, InputError, "The cut is empty"),
        ({"segments": [[0, N + 1]]}, InputError, f"{N} frames"),
    ],
)
def test_mistakes_get_a_sentence(kept, arguments, error, words):
    with pytest.raises(error, match=words):
        choose(kept, CutChoices.of(entry=ENTRY, **arguments))


def test_a_job_renders_the_cut_and_the_browser_fetches_it(client, kept):
    asked = client.post("/api/render", json={"entry": ENTRY, "source": "person:person 0"})
    assert asked.status_code == 202
    job = asked.json()["job"]
    assert client.get("/api/download", params={"job": job}).status_code == 404
    jobs.perform(kept, job)
    done = client.get("/api/job", params={"id": job}).json()
    assert (done["state"], done["progress"], done["result"]["segments"]) == ("done", 1, [[120, 150]])
    answer = client.get("/api/download", params={"job": job})
    assert answer.headers["content-type"] == "video/mp4"
    assert 'filename="first-person-person-0-15.mp4"' in answer.headers["content-disposition"]
    assert done["result"]["file"] == Path(done["result"]["file"]).name  # no folder of the server leaves it
    file = kept.data_dir / "renders" / done["result"]["file"]
    assert answer.content == file.read_bytes()
    assert [number_of(picture) for _, picture in frames_at(probe(file), np.arange(30))] == list(range(120, 150))
    assert probe(file).audio_codec == "aac"


def test_explicit_segments_are_rendered_into_a_file_of_their_own(client, kept):
    files = set()
    for segments in ([[0, 5], [10, 12]], [[0, 6]]):
        job = client.post("/api/render", json={"entry": ENTRY, "segments": segments}).json()["job"]
        jobs.perform(kept, job)
        result = kept.jobs.get(job).result
        assert result["segments"] == segments
        assert result["name"] == "first-cut.mp4"
        files.add(result["file"])
    assert len(files) == 2


def test_what_cannot_be_rendered_is_said_at_once_or_by_the_job(client, kept):
    answer = client.post("/api/render", json={"entry": SILENT})
    assert answer.status_code == 404
    assert "without its video" in answer.json()["error"]["message"]
    assert client.post("/api/render", json={"entry": "talks/none"}).status_code == 404
    assert client.post("/api/render", json={"entry": ENTRY, "budget": 2}).status_code == 422
    job = client.post("/api/render", json={"entry": ENTRY, "source": "run:77"}).json()["job"]
    jobs.perform(kept, job)
    assert kept.jobs.get(job).error["message"] == f"There is no run 77 of entry '{ENTRY}'."


def test_a_cancelled_render_leaves_nothing(kept, tmp_path):
    out = tmp_path / "renders" / "cut.mp4"
    with pytest.raises(Cancelled, match="was cancelled"):
        render(kept, RenderRequest(entry=ENTRY, out=out), should_stop=lambda: True)
    assert list(out.parent.iterdir()) == []
    with pytest.raises(InputError, match=r"written as \.mp4"):
        render(kept, RenderRequest(entry=ENTRY, out=tmp_path / "cut.avi"))


@pytest.mark.parametrize("format", ["json", "csv", "vtt", "edl", "fcpxml", "otio"])
def test_lists_are_sent_as_files_with_their_note(client, format):
    notes = client.get("/api/cutlist/notes", params={"entry": ENTRY}).json()
    query = {"entry": ENTRY, "source": "person:person 0", "shots": "kts", "budget": 0.15, "format": format}
    answer = client.get("/api/cutlist", params=query)
    assert answer.status_code == 200
    assert f'filename="first-person-person-0-15.{format}"' in answer.headers["content-disposition"]
    assert unquote(answer.headers["X-Manycut-Note"]) == notes[format]
    assert bool(notes[format]) == (format in ("vtt", "edl", "fcpxml"))
    if format == "otio":
        clip = otio.adapters.read_from_string(answer.text).find_clips()[0]
        assert (clip.source_range.start_time.value, clip.source_range.duration.value) == (120, 30)
    if format == "edl":
        assert "00:00:04;00 00:00:05;00 00:00:00;00 00:00:01;00" in answer.text


def test_lists_of_explicit_segments_and_of_entries_without_video(client):
    query = {"entry": SILENT, "segments": "0-30,60-61", "format": "json"}
    facts = client.get("/api/cutlist", params=query).json()
    assert [[row["start_frame"], row["end_frame"]] for row in facts["segments"]] == [[0, 30], [60, 61]]
    assert (facts["media"], facts["budget"], facts["scores"]) == ("no-video.mp4", None, {"kind": "segments"})
    nobody = client.get("/api/cutlist", params={"entry": SILENT, "format": "json"})
    assert nobody.status_code == 404
    assert "Nobody and no model has scored" in nobody.json()["error"]["message"]
    assert client.get("/api/cutlist", params={"entry": ENTRY, "format": "vhs"}).status_code == 400
    assert client.get("/api/cutlist/notes", params={"entry": "talks/none"}).status_code == 404


@pytest.mark.slow
def test_the_command_line_keeps_cuts(tmp_path):
    def manycut(*arguments):
        return command("render", *arguments, data=tmp_path / "data")

    out = tmp_path / "cuts" / "harbour.mp4"
    made = manycut("demo/harbour-day", "--out", out, "--segments", "100-110,300-320", "--json")
    assert made.returncode == 0, made.stderr
    facts = json.loads(made.stdout)
    assert (facts["file"], facts["frames"]) == (str(out), 30)
    assert probe(out).timebase.n_frames == 30
    told = manycut("demo/harbour-day", "--out", tmp_path / "cut.edl", "--budget", "0.2", "--shots", "kts")
    assert told.returncode == 0, told.stderr
    assert "An EDL does not name its frame rate" in told.stdout
    assert (tmp_path / "cut.edl").read_text().startswith("TITLE: ")
    wrong = manycut("demo/harbour-day", "--out", tmp_path / "cut.doc", "--json")
    assert wrong.returncode == 2
    assert "no cut list format 'doc'" in json.loads(wrong.stdout)["error"]["message"]
    assert len(wrong.stderr.strip().splitlines()) == 1
