"""Features of a further space: from the command line, as a verb, and what the checkpoints make of them."""

from __future__ import annotations

import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.errors import Cancelled, NotFoundError
from core.features.kinds import SpaceOptions
from core.features.registry import open_space
from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from storage.library import Library
from tests.commands import command
from tests.core.made_videos import write_video
from tests.core.made_weights import write_googlenet
from verbs.features import FeaturesRequest, features
from verbs.ingest import IngestRequest, ingest
from webapp.jobs import enqueue, perform
from webapp.views.entry import describe

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "random.pth"
    write_googlenet(path)
    return path


@pytest.fixture(scope="module")
def space(weights) -> str:
    """The id that features by these weights have."""
    return open_space(SpaceOptions("googlenet-pool5", str(weights))).id


@pytest.fixture(scope="module")
def video(tmp_path_factory) -> Path:
    return write_video(tmp_path_factory.mktemp("videos") / "trip.mp4", 50)


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


def add_checkpoint(library: Library, name: str, space: str, width: int = 1024) -> None:
    folder = library.checkpoints.folder / name
    save_checkpoint(MLP(MLPConfig(width)), folder, label=name, feature_space=space, training={})
    library.checkpoints.register(folder)


def test_features_are_added_and_checkpoints_of_their_space_score_the_entry(library, video, weights, space):
    taken = ingest(library, IngestRequest(path=video)).as_json()
    assert taken["feature_space"] == "efficientnet-lite0"
    (note,) = taken["notes"]
    assert "efficientnet-lite0 features, the default." in note
    assert library.entries.get(taken["entry"]).meta["features_note"] == note
    add_checkpoint(library, "ours", space)
    add_checkpoint(library, "theirs", "googlenet-pool5")

    made = features(
        library, FeaturesRequest(space="googlenet-pool5", entry=taken["entry"], weights=str(weights))
    ).as_json()
    (one,) = made["entries"]
    assert (made["space"], made["width"]) == (space, 1024)
    assert (one["new"], one["picks"]) == (True, taken["picks"])
    tastes, run = library.runs.of_entry(taken["entry"])
    assert tastes.track.kind == "tastes"
    assert one["runs"] == [run.id]
    assert (run.track.checkpoint, run.track.feature_space) == ("ours", space)
    entry = library.entries.get(taken["entry"])
    assert (entry.feature_space, set(entry.further_spaces)) == ("efficientnet-lite0", {space})
    reasons = {found.id: found.reason for found in describe(library, entry.id).checkpoints}
    assert reasons["ours"] == ""
    assert all(f"'{known}'" in reasons["theirs"] for known in ("efficientnet-lite0", space))

    again = features(
        library, FeaturesRequest(space="googlenet-pool5", entry=entry.id, weights=str(weights), main=True)
    ).as_json()
    assert again["entries"][0]["new"] is False
    assert library.entries.get(entry.id).feature_space == space
    assert len(library.runs.of_entry(entry.id)) == 2


def test_a_dataset_goes_on_past_entries_without_a_video(library, video, make_entry, weights, space):
    for shots in ("kts", "uniform"):  # the same file in the same way would be taken in once
        ingest(library, IngestRequest(path=video, dataset="mine", shots=shots))
    library.entries.add("mine", [make_entry("mine/blind")])
    add_checkpoint(library, "ours", space)
    made = features(
        library, FeaturesRequest(space="googlenet-pool5", dataset="mine", weights=str(weights), score=False)
    ).as_json()
    assert [one["entry"] for one in made["entries"]] == ["mine/trip", "mine/trip-2"]
    assert made["skipped"] == [{"entry": "mine/blind", "reason": "it has no video"}]
    assert all(library.entries.get(f"mine/{name}").features.get(space) is not None for name in ("trip", "trip-2"))
    assert [run.track.kind for run in library.runs.of_entry("mine/trip")] == ["tastes"]
    with pytest.raises(NotFoundError, match="'mine/blind' has no video"):
        features(library, FeaturesRequest(space="colour-motion-v1", entry="mine/blind"))


def test_a_stopped_run_keeps_what_is_done(library, video, weights, space):
    for shots in ("kts", "uniform"):  # the same file in the same way would be taken in once
        ingest(library, IngestRequest(path=video, dataset="mine", shots=shots))

    def first_is_done() -> bool:
        return space in library.entries.get("mine/trip").features

    with pytest.raises(Cancelled, match="cancelled"):
        features(
            library,
            FeaturesRequest(space="googlenet-pool5", dataset="mine", weights=str(weights)),
            should_stop=first_is_done,
        )
    assert library.entries.get("mine/trip").features.get(space) is not None
    made = features(library, FeaturesRequest(space="googlenet-pool5", dataset="mine", weights=str(weights))).as_json()
    assert [one["new"] for one in made["entries"]] == [False, True]


def test_features_that_an_interruption_left_without_scores_are_scored(library, video, weights, space, monkeypatch):
    taken = ingest(library, IngestRequest(path=video)).as_json()
    add_checkpoint(library, "ours", space)
    asked = {"space": "googlenet-pool5", "entry": taken["entry"], "weights": str(weights)}

    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules[features.__module__], "score_with_all", killed)
        with pytest.raises(KeyboardInterrupt):
            features(library, FeaturesRequest(**asked))
    (one,) = features(library, FeaturesRequest(**asked)).as_json()["entries"]
    assert (one["new"], len(one["runs"])) == (False, 1)


def test_features_can_be_a_background_job(library, video, weights, space):
    taken = ingest(library, IngestRequest(path=video)).as_json()
    args = {"space": "googlenet-pool5", "entry": taken["entry"], "weights": str(weights)}
    job = enqueue(library, FeaturesRequest(**args))
    perform(library, job)
    done = library.jobs.get(job)
    assert done.state == "done", done.error
    assert done.result["space"] == space


def test_the_command_line_adds_features_and_says_what_is_missing(video, weights, space, tmp_path):
    data, cache = tmp_path / "data", tmp_path / "torch"
    with Library.open(data) as library:
        taken = ingest(library, IngestRequest(path=video, space="googlenet-pool5", weights=str(weights))).as_json()
        assert (taken["feature_space"], taken["notes"]) == (space, [])
    added = command("features", "videos/trip", "--space", "colour-motion-v1", data=data, TORCH_HOME=str(cache))
    assert added.stdout.strip() == "colour-motion-v1: 1 of 1 entries have new features, 0 runs on them."

    missing = command("ingest", video, "--space", "googlenet-pool5", data=data, TORCH_HOME=str(cache))
    assert missing.returncode == 2
    place = cache / "hub" / "checkpoints" / "googlenet-1378be20.pth"
    assert missing.stderr.strip() == (
        f"Error: GoogLeNet's weights are not on this machine: there is no file '{place}'. "
        "Fetch googlenet-1378be20.pth once with --download, or name the file with --weights."
    )


def test_a_download_of_other_weights_is_not_taken(video, weights, tmp_path):
    serve = partial(SimpleHTTPRequestHandler, directory=str(weights.parent))
    data, cache = tmp_path / "data", tmp_path / "torch"
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/random.pth"
        fetched = command(
            "ingest", video, "--space", "googlenet-pool5", "--download", "--url", url, data=data, cache=cache
        )
        server.shutdown()
    assert fetched.returncode == 2
    assert "not 1378be20" in fetched.stderr
    assert not list((cache / "hub" / "checkpoints").iterdir())
