"""The words of a film, and cuts of the length and shape that somebody wants: verbs, routes and commands alike."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from cli.main import app
from core.captions.whisper import as_transcript
from core.captions.whisper import transcribe as write_down
from core.data.transcript import Cue, Transcript, Word
from core.errors import Cancelled, FormatError, InputError, NotFoundError
from core.select.footage import milliseconds
from tests.core.signals.test_hearing import tone, write_sound
from verbs.chapters import ChaptersRequest, chapters
from verbs.chosen_cut import CutChoices, choose
from verbs.cuts import CutsRequest, cuts
from verbs.encode import EncodeRequest, encode
from verbs.query import QueryRequest, query
from verbs.score import ScoreRequest, score
from verbs.transcribe import TranscribeRequest, transcribe
from verbs.transcript import GivenTranscript, TranscriptRequest, give_transcript, transcript
from webapp.jobs import perform
from webapp.server import build_rest

ENTRY = "talks/first"
SRT = "1\n00:00:05,000 --> 00:00:07,500\nWelcome to the match.\n\n2\n00:00:40,000 --> 00:00:43,000\nWhat a goal!\n"


@pytest.fixture
def film(library, make_entry):
    """A minute with captions: somebody scores in its last third."""
    entry = make_entry(ENTRY)
    said = ["A dog runs over the grass."] * 80 + ["The players celebrate a goal."] * 40
    library.entries.add("talks", [replace(entry, captions=tuple(said))])
    return library


@pytest.fixture
def client(film):
    with TestClient(build_rest(film)) as client:
        yield client


@pytest.fixture
def spoken(film, tmp_path):
    file = tmp_path / "match.srt"
    file.write_text(SRT)
    transcript(film, TranscriptRequest(entry=ENTRY, path=file))
    return film


def test_a_length_in_seconds_is_kept_in_every_shape_by_the_verb_the_route_and_what_is_kept(film, client):
    for shape in ("scored", "one", "short", "story"):
        made = cuts(film, CutsRequest(entry=ENTRY, source="mean", length="12 s", shape=shape, clip=2))
        assert (made.budget_s, made.shape) == (12.0, shape)
        (cut,) = made.cuts
        assert 0 < cut.length_s <= 12
        asked = f"/api/cuts?entry={ENTRY}&source=mean&length=0:12&shape={shape}&clip=2"
        assert client.get(asked).json() == made.as_json()
        kept = choose(film, CutChoices(entry=ENTRY, source="mean", length="20 %", shape=shape, clip=2))
        assert kept.cut.segments.tolist() == [list(row) for row in cut.frames]
        listed = client.get(f"{asked.replace('cuts', 'cutlist')}&format=json").json()
        assert (listed["shape"], len(listed["segments"])) == (shape, len(cut.frames))
        if shape == "one":
            assert len(cut.frames) == 1
        if shape == "short":
            assert max(end - start for start, end in cut.seconds) <= 2


def test_what_cannot_be_made_is_one_sentence(film, client):
    with pytest.raises(InputError, match=r"the film lasts 1:00\.0"):
        cuts(film, CutsRequest(entry=ENTRY, length="2 min"))
    with pytest.raises(InputError, match="no other shape"):
        cuts(film, CutsRequest(entry=ENTRY, rule="published", shape="one"))
    with pytest.raises(InputError, match="as scored"):
        cuts(film, CutsRequest(entry=ENTRY, shape="one", keep=((0, 10),)))
    answer = client.get(f"/api/cuts?entry={ENTRY}&length=soon")
    assert (answer.status_code, "no length of a cut" in answer.text) == (400, True)
    assert client.get(f"/api/cuts?entry={ENTRY}&shape=round").status_code in (400, 422)


def test_chapters_are_at_least_three_of_ten_seconds_from_the_start_on_with_titles_of_captions(film, client):
    made = chapters(film, ChaptersRequest(entry=ENTRY, format="youtube"))
    starts = [one.start for one in made.chapters]
    assert starts[0] == 0
    assert len(starts) >= 3
    assert made.chapters[-1].end == 60
    assert all(one.end - one.start >= 10 for one in made.chapters)
    assert made.chapters[-1].title == "The players celebrate a goal"
    lines = made.text.splitlines()
    assert lines[0].startswith("0:00 ")
    clock = [int(line.split()[0].split(":")[0]) * 60 + int(line.split()[0].split(":")[1]) for line in lines]
    assert min(np.diff(clock)) >= 10
    answer = client.get(f"/api/chapters?entry={ENTRY}&format=youtube")
    assert answer.text == made.text
    assert "first-chapters.txt" in answer.headers["content-disposition"]
    assert client.get(f"/api/chapters?entry={ENTRY}").text.startswith("WEBVTT\n\n1\n00:00:00.000 --> ")


def test_chapters_without_any_words_are_numbered_and_a_short_film_has_none(library, make_entry):
    library.entries.add("talks", [make_entry("talks/plain", captions=None)])
    made = chapters(library, ChaptersRequest(entry="talks/plain"))
    assert [one.title for one in made.chapters] == [f"Chapter {k}" for k in range(1, len(made.chapters) + 1)]
    entry = make_entry("talks/short", people=0)
    few = entry.picks < 480
    timebase = replace(entry.timebase, n_frames=480)
    features = {"test-6": entry.features["test-6"][few]}
    library.entries.add(
        "talks", [replace(entry, timebase=timebase, picks=entry.picks[few], features=features, shots={})]
    )
    with pytest.raises(InputError, match=r"lasts 20\.0 s, too short for 3 chapters"):
        chapters(library, ChaptersRequest(entry="talks/short"))


def test_a_transcript_is_kept_in_the_entry_and_cuts_do_not_end_within_it(spoken, client):
    entry = spoken.entries.get(ENTRY)
    assert [cue.text for cue in entry.transcript.cues] == ["Welcome to the match.", "What a goal!"]
    facts = client.get(f"/api/entry?id={ENTRY}").json()
    assert facts["cues"][0] == [5000, 7500, "Welcome to the match."]
    assert facts["speech"] == [[120, 180, 5000, 7500], [960, 1032, 40000, 43000]]
    for shape in ("scored", "one", "short", "story"):
        (cut,) = cuts(spoken, CutsRequest(entry=ENTRY, source="mean", shape=shape)).cuts
        (within,) = cuts(spoken, CutsRequest(entry=ENTRY, source="mean", shape=shape, words=False)).cuts
        edges, before = (milliseconds(entry.timebase, np.array(one.frames)) for one in (cut, within))
        assert np.abs(edges - before).max() <= 1500


def test_words_with_times_survive_the_file_of_the_entry(film):
    said = Transcript((Cue(0, 900, "Hello you", (Word(0, 400, "Hello"), Word(450, 900, "you"))), Cue(950, 990, "Hm")))
    film.entries.put_transcript(ENTRY, said, "somebody")
    entry = film.entries.get(ENTRY)
    assert entry.transcript == said
    assert entry.meta["transcriber"] == "somebody"


def test_a_page_gives_a_transcript_and_takes_it_away(film, client):
    made = client.put("/api/transcript", json={"entry": ENTRY, "text": SRT, "name": "match.srt"})
    assert made.json() == {"entry": ENTRY, "cues": 2, "words": 0, "source": "match.srt"}
    assert client.put("/api/transcript", json={"entry": ENTRY, "text": ""}).json()["cues"] == 0
    assert film.entries.get(ENTRY).transcript is None


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("WEBVTT\n\n", InputError, "says nothing"),
        ("Hello", FormatError, "should begin a cue"),
        ("1\n00:05:00,000 --> 00:05:01,000\nLate\n", InputError, "of another video"),
    ],
)
def test_a_transcript_that_is_none_of_this_video_is_refused(film, text, error, said):
    with pytest.raises(error, match=said):
        give_transcript(film, GivenTranscript(entry=ENTRY, text=text))


def test_what_is_said_is_a_feature_space_until_something_else_is_said(spoken):
    made = encode(spoken, EncodeRequest(entry=ENTRY, space="said-hashed-words-v1"))
    assert made.entries[0].windows == 120
    features = spoken.entries.get(ENTRY).features["said-hashed-words-v1"]
    assert features.shape == (120, 256)
    assert features[82].any()
    assert not features[60].any()
    give_transcript(spoken, GivenTranscript(entry=ENTRY, text=SRT.replace("goal", "save")))
    assert "said-hashed-words-v1" not in spoken.entries.get(ENTRY).features
    give_transcript(spoken, GivenTranscript(entry=ENTRY, text=""))
    with pytest.raises(NotFoundError, match="no transcript"):
        encode(spoken, EncodeRequest(entry=ENTRY, space="said-hashed-words-v1"))


def test_a_query_is_scored_by_the_encoder_and_has_a_cut_of_its_own(spoken, words_only):
    (curve,) = score(spoken, ScoreRequest(entry=ENTRY, query="show me the goals")).curves
    scores = np.array(curve.scores)
    assert scores[85:].min() > scores[:75].max()
    made = query(spoken, QueryRequest(entry=ENTRY, query="show me  the goals"))
    assert query(spoken, QueryRequest(entry=ENTRY, query="show me the goals")).run == made.run
    (cut,) = cuts(spoken, CutsRequest(entry=ENTRY, source=made.source)).cuts
    assert cut.frames[0][0] >= 900
    assert cut.label == "Query: show me the goals"


def test_a_query_that_cannot_be_answered_says_why(film, words_only, library, make_entry):
    for asked, said in (("покажи голы", "Cyrillic letters, and captions and transcript are in Latin"),
                        ("submarines", "None of the words of 'submarines'"), ("?!", "has no word")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            score(film, ScoreRequest(entry=ENTRY, query=asked))
    with pytest.raises(InputError, match="at most 200 characters"):
        ScoreRequest.of(entry=ENTRY, query="goal " * 50)
    library.entries.add("talks", [make_entry("talks/silent")])
    with pytest.raises(InputError, match="neither captions nor a transcript"):
        score(library, ScoreRequest(entry="talks/silent", query="goals"))


@pytest.fixture
def words_only(monkeypatch):
    """As if the sentence encoder were not installed."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def test_commands_say_the_same(spoken, tmp_path):
    def run(*arguments: str):
        return CliRunner().invoke(app, [*arguments, "--data-dir", str(spoken.data_dir)])

    assert run("chapters", ENTRY, "--format", "youtube").stdout.startswith("0:00 ")
    told = json.loads(run("cuts", ENTRY, "--length", "9 s", "--shape", "one", "--source", "mean", "--json").stdout)
    assert (told["budget_s"], told["shape"], len(told["cuts"][0]["frames"])) == (9.0, "one", 1)
    assert "one clip" in run("cuts", ENTRY, "--shape", "one").stdout
    out = tmp_path / "cut.json"
    run("render", ENTRY, "--source", "mean", "--length", "9 s", "--shape", "one", "--out", str(out))
    assert len(json.loads(out.read_text())["segments"]) == 1
    assert "frame,seconds,query" in run("score", ENTRY, "--query", "goal").stdout
    assert "no transcript any more" in run("transcript", ENTRY, "--remove").stdout


def test_what_faster_whisper_hears_becomes_a_transcript_with_times_of_words():
    def heard(start, end, text, words):
        return SimpleNamespace(start=start, end=end, text=text, words=words)

    word = lambda start, end, text: SimpleNamespace(start=start, end=end, word=text)  # noqa: E731
    made = as_transcript(
        [
            heard(1.0, 2.0, " A goal!", [word(1.0, 1.3, " A"), word(1.5, 2.04, " goal!")]),
            heard(3.0, 3.5, "  ", None),
            heard(0.2, 0.7, " Hm.", None),
        ]
    )
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in made.cues] == [(200, 700, "Hm."), (1000, 2000, "A goal!")]
    assert made.cues[1].words == (Word(1000, 1300, "A"), Word(1500, 2040, "goal!"))
    assert made.cues[0].words == ()


WHISPER = """
class Word:
    def __init__(self, start, end, word):
        self.start, self.end, self.word = start, end, word

class Segment:
    def __init__(self, start, end, text, words):
        self.start, self.end, self.text, self.words = start, end, text, words

class WhisperModel:
    def __init__(self, folder, device, local_files_only):
        assert local_files_only
        if open(folder + "/model.bin").read() != "weights":
            raise RuntimeError("File model.bin is incomplete")

    def transcribe(self, video, language, word_timestamps, vad_filter):
        heard = [Segment(0.5, 1.5, " Goal!", [Word(0.5, 1.2, " Goal!")]), Segment(2.0, 2.5, " Yes.", None)]
        return iter(heard), type("Info", (), {"duration": 3.0})
"""


@pytest.fixture
def whisper(tmp_path, monkeypatch):
    """A package of the name and the calls of faster-whisper, whose weights are none."""
    package = tmp_path / "packages" / "faster_whisper"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(WHISPER)
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(sys.modules, "faster_whisper", raising=False)
    yield
    sys.modules.pop("faster_whisper", None)


def test_without_faster_whisper_a_page_is_told_how_to_get_it(film, client, tmp_path):
    if find_spec("faster_whisper"):
        pytest.skip("faster-whisper is installed")
    with pytest.raises(NotFoundError, match="needs faster-whisper, which is not installed here") as error:
        write_down(tmp_path / "film.mp4", tmp_path)
    assert "pip install faster-whisper" in error.value.hint
    film.entries.store_media(ENTRY, write_sound(tmp_path / "said.mkv", tone(3, 0.3), 3))
    answer = client.post("/api/transcribe", json={"entry": ENTRY})
    assert (answer.status_code, "pip install faster-whisper" in answer.json()["error"]["hint"]) == (404, True)
    assert not film.jobs.list()


def test_a_page_has_a_model_listen_and_keeps_what_it_heard(film, client, whisper, tmp_path):
    film.entries.store_media(ENTRY, write_sound(tmp_path / "said.mkv", tone(3, 0.3), 3))
    answer = client.post("/api/transcribe", json={"entry": ENTRY})
    assert (answer.status_code, "no model that could listen" in answer.json()["error"]["message"]) == (404, True)
    for name, weights in (("small", "weights"), ("broken", "?")):
        (film.data_dir / "speech" / name).mkdir(parents=True)
        (film.data_dir / "speech" / name / "model.bin").write_text(weights)
    away = client.post("/api/transcribe", json={"entry": ENTRY, "model": "../speech/small"})
    assert (away.status_code, "holds broken, small" in away.json()["error"]["message"]) == (404, True)
    job = client.post("/api/transcribe", json={"entry": ENTRY, "model": "small"}).json()["job"]
    perform(film, job)
    assert film.jobs.get(job).result == {"entry": ENTRY, "cues": 2, "words": 1, "source": "faster-whisper, small"}
    assert [cue.text for cue in film.entries.get(ENTRY).transcript.cues] == ["Goal!", "Yes."]
    with pytest.raises(InputError, match=r"model broken cannot be read: File model\.bin is incomplete"):
        transcribe(film, TranscribeRequest(entry=ENTRY, model="broken"))
    with pytest.raises(Cancelled):
        transcribe(film, TranscribeRequest(entry=ENTRY, model="small"), should_stop=lambda: True)
    film.entries.store_media(ENTRY, write_sound(tmp_path / "mute.mkv", None, 3))
    with pytest.raises(InputError, match="has no sound"):
        transcribe(film, TranscribeRequest(entry=ENTRY, model="small"))
    with pytest.raises(NotFoundError, match=r"it has no model\.bin"):
        write_down(tmp_path / "said.mkv", tmp_path)
