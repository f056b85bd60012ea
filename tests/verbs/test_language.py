"""From pictures to captions to scores, with tiny models of the real architectures, and what corrections lead to."""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import replace
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from starlette.testclient import TestClient

from core.captions.zero_shot import zero_shot_label, zero_shot_track
from core.data import AnnotationSet
from core.data.timebase import Timebase
from core.errors import Cancelled, FormatError, InputError, NotFoundError, VideoError
from core.features.hashed_words import text_features
from core.features.registry import TEXT_SPACES
from core.models.llmvs import LLMVSConfig, LLMVSHead
from core.models.official.llmvs import KEYS
from core.models.registry import model_kind
from core.training.labels import trained_label
from storage.formats.captions_json import captions_for, read_captions
from storage.formats.llmvs import StatesFolder, with_llmvs_states
from tests.commands import command
from tests.core.made_videos import number_of, write_video
from verbs import judged_states, scoring
from verbs.caption import CaptionRequest, caption
from verbs.encode import EncodeRequest, encode
from verbs.import_captions import ImportCaptionsRequest, import_captions
from verbs.import_checkpoint import ImportCheckpointRequest, import_checkpoint
from verbs.judge import JudgeRequest, judge
from verbs.rescore import RescoreRequest, rescore
from verbs.train import TrainRequest, train
from webapp.jobs import perform
from webapp.server import build_rest

ROOT = Path(__file__).resolve().parents[2]
WORDS = "hashed-words-v1"
TALK, MUTE = "talks/first", "talks/mute"
ANIMALS = ("dog", "cat", "owl", "fox", "hen")


def sentences(count):
    return tuple(f"a {ANIMALS[pick % 5]} does thing {pick}" for pick in range(count))


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """50 frames whose pictures say which frame they are."""
    return write_video(tmp_path_factory.mktemp("videos") / "numbers.mp4")


@pytest.fixture(scope="module")
def llava(tmp_path_factory):
    pytest.importorskip("transformers")
    from tests.core.tiny_language_models import write_llava

    return write_llava(tmp_path_factory.mktemp("models") / "tiny-llava")


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    pytest.importorskip("transformers")
    from tests.core.tiny_language_models import write_llama

    return write_llama(tmp_path_factory.mktemp("models") / "tiny-llama")


@pytest.fixture
def talks(library, make_entry, video):
    """A dataset of an entry of 20 picks with its video, and one without."""
    picks = np.linspace(0, 49, 20).astype(np.int64)
    shown = {
        "timebase": Timebase(Fraction(25), 50),
        "picks": picks,
        "shots": {},
        "video": video,
        "people": 0,
        "features": None,
    }
    entries = [make_entry(TALK, **shown), make_entry(MUTE, **shown | {"video": None})]
    library.entries.add("talks", entries)
    return "talks"


@pytest.fixture
def described(library, make_entry):
    """An entry of 30 picks with captions and people, a head on words, and a run of it."""
    picks = np.arange(0, 360, 12)
    scores = np.random.default_rng(0).random((3, 30)).astype(np.float32)
    entry = make_entry(
        TALK,
        people=0,
        timebase=Timebase(Fraction(24), 360),
        picks=picks,
        features=None,
        shots={},
        captions=sentences(30),
        annotations=AnnotationSet(("a", "b", "c"), scores, ("ratings",) * 3),
    )
    library.entries.add("talks", [entry])
    encode(library, EncodeRequest(entry=TALK))
    made = train(library, TrainRequest(dataset="talks", kind="llmvs", epochs=2)).as_json()
    encode(library, EncodeRequest(entry=TALK))
    return made["id"]


class Counting:
    """A captioner that says which number a picture shows, and how often it was asked."""

    id = "counting"

    def __init__(self, until=10**6):
        self.seen = []
        self.until = until

    def describe(self, pictures):
        if len(self.seen) >= self.until:
            raise KeyboardInterrupt
        self.seen += [number_of(picture) for picture in pictures]
        return [f"the number {number_of(picture)}" for picture in pictures]


@pytest.fixture
def captioner(monkeypatch):
    """Puts a captioner in the place of the models."""
    from core.captions import captioners

    def use(one):
        monkeypatch.setattr(captioners, "open_captioner", lambda name, model=None: one)
        return one

    return use


def said(library, *arguments):
    done = command(*arguments, "--json", data=library.data_dir)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def test_every_pick_gets_the_caption_of_its_own_picture(library, talks, captioner):
    picks = library.entries.get(TALK).picks
    made = caption(library, CaptionRequest(captioner=captioner(Counting()).id, entry=TALK)).as_json()
    assert library.entries.get(TALK).captions == tuple(f"the number {pick}" for pick in picks)
    assert library.entries.get(TALK).meta["captioner"] == made["captioner"] == "counting"
    (row,) = made["entries"]
    assert (row["captions"], row["described"]) == (20, 20)
    assert row["encoded"] == [{"space": WORDS, "windows": 20, "of": 20, "runs": []}]


def test_an_interrupted_captioning_goes_on_where_it_was(library, talks, captioner, monkeypatch):
    monkeypatch.setattr(import_module("verbs.caption"), "BATCH", 6)
    first = captioner(Counting(until=12))
    with contextlib.suppress(KeyboardInterrupt):
        caption(library, CaptionRequest(captioner="x", entry=TALK))
    assert library.entries.get(TALK).captions is None
    second = captioner(Counting())
    assert caption(library, CaptionRequest(captioner="x", entry=TALK)).as_json()["entries"][0]["described"] == 8
    assert first.seen + second.seen == library.entries.get(TALK).picks.tolist()
    third = captioner(Counting())
    caption(library, CaptionRequest(captioner="x", entry=TALK))
    assert third.seen == []


def test_a_still_video_is_described_once(library, talks, captioner, tmp_path):
    library.entries.store_media(MUTE, video=write_video(tmp_path / "still.mp4", still=True, codec="ffv1"))
    described = captioner(Counting()).seen
    caption(library, CaptionRequest(captioner="x", entry=MUTE))
    assert described == [0]


def test_a_picture_of_which_nothing_was_said_is_asked_about_again(library, talks, captioner):
    class Silent(Counting):
        def describe(self, pictures):
            return ["" if said.endswith(("0", "1")) else said for said in super().describe(pictures)]

    captioner(Silent())
    caption(library, CaptionRequest(captioner="x", entry=TALK))
    silent = [pick for pick in library.entries.get(TALK).picks.tolist() if pick % 10 in (0, 1)]
    again = captioner(Counting()).seen
    caption(library, CaptionRequest(captioner="x", entry=TALK))
    assert again == silent
    assert all(library.entries.get(TALK).captions)


def test_a_video_that_ends_before_the_entry_is_not_described(library, talks, captioner, tmp_path):
    library.entries.store_media(MUTE, video=write_video(tmp_path / "short.mp4", 30))
    captioner(Counting())
    with pytest.raises(VideoError, match="but the entry goes on to"):
        caption(library, CaptionRequest(captioner="x", entry=MUTE))
    assert library.entries.get(MUTE).captions is None


def test_entries_without_a_video_are_left_out_of_a_dataset_and_refused_alone(library, talks, captioner):
    captioner(Counting())
    made = caption(library, CaptionRequest(captioner="x", dataset="talks")).as_json()
    assert [one["entry"] for one in made["entries"]] == [TALK]
    assert made["skipped"] == [{"entry": MUTE, "reason": "it has no video"}]
    with pytest.raises(NotFoundError, match="'talks/mute' has no video"):
        caption(library, CaptionRequest(captioner="x", entry=MUTE))
    with pytest.raises(Cancelled, match="cancelled"):
        caption(library, CaptionRequest(captioner="x", entry=TALK), should_stop=lambda: True)
    for wrong in ({}, {"entry": TALK, "dataset": "talks"}):
        with pytest.raises(InputError, match="Name an entry or"):
            caption(library, CaptionRequest(captioner="x", **wrong))


@pytest.mark.slow
def test_the_chain_from_pictures_to_scores_by_commands_with_tiny_models(library, talks, llava, llama, tmp_path):
    code, made, error = said(library, "caption", TALK, "--captioner", llava)
    assert code == 0, error
    assert made["captioner"] == "tiny-llava"
    captions = library.entries.get(TALK).captions
    assert len(captions) == 20
    code, made, error = said(library, "judge", "--dataset", "talks", "--model", llama, "--out", tmp_path / "states")
    assert code == 0, error
    assert (made["judge"], made["entries"][0]["windows"]) == ("tiny-llama", 20)
    assert made["skipped"] == [{"entry": MUTE, "reason": "it has no captions"}]
    entry = library.entries.get(TALK)
    assert (entry.text_space, entry.text_features.shape) == ("tiny-llama-caption-states", (20, 64))
    assert entry.features.get(WORDS).shape == (20, 256), "what it had stays"
    (released,) = with_llmvs_states([entry], tmp_path / "states")
    np.testing.assert_array_equal(released.text_features, entry.text_features)
    with h5py.File(tmp_path / "states/gen/gen_pool.h5") as gen:
        assert gen["first"].dtype == np.float16


def test_a_language_model_judges_only_what_it_has_not_judged(library, described, llama):
    first = judge(library, JudgeRequest(judge=str(llama), entry=TALK)).as_json()
    assert Path(first["folder"]) == library.data_dir / "llmvs/tiny-llama-caption-states/talks"
    before = StatesFolder(Path(first["folder"]), "tiny-llama", "talks").read("first")
    assert [
        one["windows"] for one in judge(library, JudgeRequest(judge=str(llama), entry=TALK)).as_json()["entries"]
    ] == [0]
    library.captions.edit(TALK, 10, "a lighthouse", "Ada")
    again = judge(library, JudgeRequest(judge=str(llama), entry=TALK)).as_json()
    assert again["entries"][0]["windows"] == 7
    after = StatesFolder(Path(first["folder"]), "tiny-llama", "talks").read("first")
    changed = np.flatnonzero((before.features != after.features).any(axis=1))
    assert set(changed) <= set(range(7, 14))
    assert 10 in changed
    np.testing.assert_array_equal(library.entries.get(TALK).text_features, after.features)


def test_numbers_of_answers_become_a_row_that_says_what_it_is():
    track = zero_shot_track("Llama-2-13b-chat-hf", "s", np.array([np.nan, 0.2, np.nan, 0.6, np.nan], np.float32))
    np.testing.assert_allclose(track.scores, [[0.2, 0.2, 0.4, 0.6, 0.6]], atol=1e-6)
    assert (track.model, track.kind) == ("Zero-shot (Llama-2-13b-chat-hf)", "zero-shot")
    assert track.settings == {"answers": 5, "without_number": 3}
    assert "3 of 5 answers held none and are interpolated" in zero_shot_label(track)
    assert "interpolated" not in zero_shot_label(zero_shot_track("x", "s", np.ones(3, np.float32)))
    assert zero_shot_track("x", "s", np.full(3, np.nan, np.float32)) is None


def test_heads_are_called_after_what_they_were_trained_on(library, described):
    head = library.checkpoints.find(described)
    assert head.label == f"LLMVS head (hashed-words, {described})"
    assert library.runs.of_entry(TALK)[-1].track.model == head.label
    kind = model_kind("llmvs")
    assert trained_label(kind, TEXT_SPACES["minilm-l6-v2"].id) == "LLMVS head (MiniLM)"
    assert trained_label(kind, "llama-2-13b-caption-states", "x") == "LLMVS head (llama-2-13b, x)"
    assert trained_label(model_kind("summdiff"), "colour-motion-v1", "x") == "SummDiff (x)"


@pytest.mark.parametrize(("width", "space"), [(384, "unknown-384"), (5120, "llama-2-13b-caption-states")])
def test_a_released_head_is_not_called_after_a_model_whose_states_it_cannot_read(library, tmp_path, width, space):
    head = LLMVSHead(LLMVSConfig(width, hidden=32, feed_forward=8, layers=1))
    names = {ours: theirs for theirs, ours in KEYS}
    state = {}
    for name, tensor in head.state_dict().items():
        ours = next(prefix for prefix in names if name.startswith(prefix))
        state["model." + names[ours] + name.removeprefix(ours)] = tensor
    torch.save({"state_dict": state}, tmp_path / "best.ckpt")
    made = import_checkpoint(library, ImportCheckpointRequest(path=tmp_path / "best.ckpt")).as_json()
    assert made["feature_space"] == space
    assert ("llama" in library.checkpoints.find(made["id"]).label) == (width == 5120)


def test_encoding_again_adds_neither_features_nor_rows(library, described):
    runs = library.runs.ids(TALK)
    again = encode(library, EncodeRequest(dataset="talks")).as_json()["entries"]
    assert [(one["windows"], one["runs"]) for one in again] == [(0, [])]
    assert library.runs.ids(TALK) == runs


@pytest.fixture
def browser(library, described):
    with TestClient(build_rest(library)) as client:
        yield client


def correct(browser, pick, text, status=200):
    answer = browser.put("/api/captions", json={"entry": TALK, "pick": pick, "text": text})
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_correction_is_kept_at_once_and_only_its_windows_are_scored_again(library, browser, llama):
    judge(library, JudgeRequest(judge=str(llama), entry=TALK))
    runs = len(library.runs.ids(TALK))
    browser.post("/api/me", json={"name": "Ada"})
    made = correct(browser, 10, "a lighthouse")
    assert made["edit"] == {"pick": 10, "text": "a lighthouse", "by": "Ada"}
    shown = browser.get("/api/entry", params={"id": TALK}).json()
    assert shown["captions"][10] == "a lighthouse"
    assert shown["corrected"] == {"10": "Ada"}
    perform(library, made["job"])
    result = browser.get("/api/job", params={"id": made["job"]}).json()["result"]
    assert {one["space"]: (one["windows"], one["of"]) for one in result["spaces"]} == {
        WORDS: (7, 30),
        "tiny-llama-caption-states": (7, 30),
    }
    assert len(result["runs"]) == 1
    assert len(library.runs.ids(TALK)) > runs
    entry = library.entries.get(TALK)
    np.testing.assert_array_equal(entry.features.get(WORDS), text_features(entry.captions))


def test_corrections_that_come_before_the_job_are_scored_with_it(library, browser):
    first, second = correct(browser, 4, "a lighthouse"), correct(browser, 20, "")
    perform(library, first["job"])
    perform(library, second["job"])
    windows = [library.jobs.get(one["job"]).result["spaces"][0]["windows"] for one in (first, second)]
    assert windows == [14, 0]
    entry = library.entries.get(TALK)
    np.testing.assert_array_equal(entry.text_features, text_features(entry.captions))


def test_a_language_model_that_is_gone_is_named_and_the_rest_is_scored(library, browser, llama, tmp_path):
    judge(library, JudgeRequest(judge=str(llama), entry=TALK))
    (encoding,) = [one for one in library.encodings.of_entry(TALK).values() if one.model]
    library.encodings.put(TALK, encoding.__class__(encoding.space, model=str(tmp_path / "nowhere")))
    made = correct(browser, 4, "a lighthouse")
    perform(library, made["job"])
    result = library.jobs.get(made["job"]).result
    assert [one["space"] for one in result["spaces"]] == [WORDS]
    assert "nowhere" in result["failed"][0]["reason"]
    assert result["runs"]


def killed(*arguments, **more):
    raise KeyboardInterrupt


def test_what_was_judged_before_an_interruption_is_taken_in_by_the_next_job(library, browser, llama, monkeypatch):
    space = judge(library, JudgeRequest(judge=str(llama), entry=TALK)).as_json()["space"]
    before = library.entries.get(TALK).features.get(space)
    correct(browser, 10, "a lighthouse")
    with monkeypatch.context() as patch:
        patch.setattr(judged_states, "take_in", killed)
        with pytest.raises(KeyboardInterrupt):
            rescore(library, RescoreRequest(entry=TALK))
    assert np.array_equal(library.entries.get(TALK).features.get(space), before)
    made = rescore(library, RescoreRequest(entry=TALK)).as_json()
    assert {one["space"]: one["windows"] for one in made["spaces"]}[space] == 0, "nothing is judged twice"
    states = StatesFolder(library.data_dir / "llmvs" / space / "talks", "tiny-llama", "talks").read("first")
    np.testing.assert_array_equal(library.entries.get(TALK).features.get(space), states.features)
    assert not np.array_equal(states.features, before)


def test_heads_are_not_left_with_scores_of_the_features_before(library, browser, monkeypatch):
    runs = library.runs.ids(TALK)
    correct(browser, 10, "a lighthouse")
    with monkeypatch.context() as patch:
        patch.setattr(scoring, "sample", killed)
        with pytest.raises(KeyboardInterrupt):
            rescore(library, RescoreRequest(entry=TALK))
    entry = library.entries.get(TALK)
    np.testing.assert_array_equal(entry.features.get(WORDS), text_features(entry.captions))
    made = rescore(library, RescoreRequest(entry=TALK)).as_json()
    assert len(made["runs"]) == len(library.runs.ids(TALK)) - len(runs) == 1


def test_captions_made_anew_are_scored_by_the_heads_that_scored_the_old_ones(library, described, tmp_path):
    runs = library.runs.ids(TALK)
    library.captions.edit(TALK, 3, "a lighthouse", "Ada")
    file = tmp_path / "other.json"
    picks = library.entries.get(TALK).picks.tolist()
    file.write_text(json.dumps({"first": {"picks": picks, "captions": [f"we see \x00 {one}" for one in picks]}}))
    made = import_captions(library, ImportCaptionsRequest(path=file, dataset="talks")).as_json()
    (encoded,) = made["entries"][0]["encoded"]
    assert (encoded["windows"], len(encoded["runs"])) == (30, 1)
    assert len(library.runs.ids(TALK)) == len(runs) + 1
    entry = library.entries.get(TALK)
    assert entry.captions[2:5] == ("we see 24", "a lighthouse", "we see 48")
    np.testing.assert_array_equal(entry.features.get(WORDS), text_features(entry.captions))


def test_an_encoder_that_is_not_installed_is_named(library, make_entry, monkeypatch):
    space = TEXT_SPACES["minilm-l6-v2"]
    monkeypatch.setitem(sys.modules, space.package, None)
    rows = np.ones((120, 384), np.float32)
    entry = make_entry(TALK, features=rows, feature_space=space.id, captions=("a dog",) * 120)
    library.entries.add("talks", [entry])
    library.captions.edit(TALK, 10, "a lighthouse", "Ada")
    made = rescore(library, RescoreRequest(entry=TALK)).as_json()
    assert [one["space"] for one in made["failed"]] == [space.id]
    assert "pip install -r requirements-llm.txt" in made["failed"][0]["reason"]
    assert [(one["space"], one["windows"]) for one in made["spaces"]] == [(WORDS, 120)], "words are there meanwhile"
    np.testing.assert_array_equal(library.entries.get(TALK).features.get(space.id), rows)


def test_a_model_behind_a_link_judges_corrections_too(library, browser, llama, tmp_path):
    (tmp_path / "judge").symlink_to(llama)
    judge(library, JudgeRequest(judge=str(tmp_path / "judge"), entry=TALK))
    correct(browser, 10, "a lighthouse")
    made = rescore(library, RescoreRequest(entry=TALK)).as_json()
    assert made["failed"] == []
    assert {one["space"]: one["windows"] for one in made["spaces"]}["judge-caption-states"] == 7


def test_what_is_no_correction_is_answered_in_a_sentence(library, browser):
    assert correct(browser, 4, f"  {sentences(30)[4]} ") == {"edit": None, "job": None}
    assert "captions 0 to 29" in correct(browser, 30, "x", 400)["error"]["message"]
    assert correct(browser, -1, "x", 422)["error"]["message"]
    assert "at most" in correct(browser, 4, "x" * 3000, 400)["error"]["message"]


def test_where_people_have_links_only_leads_correct_captions(library, browser):
    lead, annotator = library.accounts.invite("Lea", "lead"), library.accounts.invite("Ada")
    browser.get("/enter", params={"key": annotator}, follow_redirects=False)
    correct(browser, 4, "a lighthouse", 403)
    browser.get("/enter", params={"key": lead}, follow_redirects=False)
    assert correct(browser, 4, "a lighthouse")["edit"]["by"] == "Lea"
    assert [edit.who for edit in library.captions.edits(TALK)] == ["Lea"]


def test_captions_of_a_file_go_to_the_nearest_pick_in_time(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry(TALK, meta={"video_name": "abc"}), make_entry(MUTE)])
    file = tmp_path / "blip.json"
    file.write_text(json.dumps({"abc": {"picks": [0, 12, 25, 1400], "captions": ["zero", "one", "two", "end"]}}))
    code, made, error = said(library, "import", file, "--dataset", "talks")
    assert code == 0, error
    assert made["missing"] == [MUTE]
    assert made["entries"][0]["moved"] == 118
    entry = library.entries.get(TALK)
    assert entry.captions[:4] == ("zero", "one", "two", "two")
    assert entry.captions[-1] == "end"
    assert entry.meta["captioner"] == "blip"
    assert entry.text_space == WORDS
    assert said(library, "import", file)[0] == 2


@pytest.mark.parametrize(
    "content",
    ["[]", "{", "{}", '{"a": 1}', '{"a": {"picks": [0], "captions": []}}', '{"a": {"picks": [0.5], "captions": ["x"]}}',
     '{"a": {"picks": [1, 1], "captions": ["x", "y"]}}', '{"a": {"picks": [0], "captions": [null]}}'],
)  # fmt: skip
def test_a_malformed_file_of_captions_is_refused(tmp_path, content):
    (tmp_path / "captions.json").write_text(content)
    with pytest.raises(FormatError, match=r"captions\.json"):
        read_captions(tmp_path / "captions.json")


def test_real_captions_of_tvsum_become_scores(library, shared):
    """From 23,510 captions to the curve of a head, on a few of the videos."""
    folder = shared / "data/tvsum"
    given = read_captions(folder / "captions_blip.json")
    assert sum(len(one.captions) for one in given.values()) == 23_510
    from storage.formats import read_dataset

    entries = read_dataset(folder / "tvsum_captions_minilm.h5")
    found = [captions_for(entry, given) for entry in entries]
    assert all(one is not None and one[1] == 0 for one in found)
    few = sorted(entries, key=lambda entry: len(entry.picks))[:4]
    library.entries.add("tvsum", [replace(one, features={}, feature_space=None) for one in few])
    done = import_captions(
        library, ImportCaptionsRequest(path=folder / "captions_blip.json", dataset="tvsum")
    ).as_json()
    assert len(done["entries"]) == 4
    space = TEXT_SPACES["minilm-l6-v2"]
    space = space if space.is_here else TEXT_SPACES[WORDS]
    encode(library, EncodeRequest(dataset="tvsum", space=space.id))
    made = train(library, TrainRequest(dataset="tvsum", kind="llmvs", epochs=2)).as_json()
    assert library.checkpoints.find(made["id"]).label == f"LLMVS head ({space.label}, llmvs-tvsum)"
    scored = encode(library, EncodeRequest(dataset="tvsum", space=space.id)).as_json()
    assert [len(one["runs"]) for one in scored["entries"]] == [1] * 4
    assert np.isfinite(library.runs.of_entry(scored["entries"][0]["entry"])[0].track.scores).all()
