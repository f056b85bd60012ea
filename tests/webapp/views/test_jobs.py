"""What pages show of background jobs: what each waits for, and nothing of videos that are being judged."""

from __future__ import annotations

from math import isnan
from pathlib import Path

from verbs.caption import CaptionRequest
from verbs.export import ExportRequest, ExportResult
from verbs.ingest import IngestedEntry, IngestRequest, IngestResult
from verbs.jobs import result_from_row
from verbs.join import JoinRequest
from verbs.judge import JudgeRequest
from verbs.pretrain import PretrainRequest
from verbs.sample import SampleRequest
from verbs.signals import SignalsRequest
from verbs.train import TrainRequest
from webapp.jobs import enqueue
from webapp.views.jobs import JobFacts, described, listed


def waits_for(library, job):
    return described(library, [library.jobs.get(job)])[0].waits_for


def test_a_job_says_what_it_waits_for(library):
    training = enqueue(library, TrainRequest(dataset="talks"))
    assert waits_for(library, training) is None
    library.jobs.claim("w", "long")
    library.jobs.update(training, 0.4, "Epoch 4")
    second = enqueue(library, IngestRequest(path="trips", dataset="trips"))
    third = enqueue(library, PretrainRequest())
    quick = enqueue(library, ExportRequest(dataset="talks", out="labels.h5"))
    assert {job.id: job.waits_for for job in listed(library).jobs} == {
        training: None,
        second: "training on talks, 40 %",
        third: "training on talks, 40 %, and 1 more",
        quick: None,
    }
    library.jobs.finish(training, {})
    assert waits_for(library, third) == "taking in videos for trips, 0 %"


def test_a_job_of_one_or_of_several_videos_is_named_by_them(library):
    enqueue(library, JudgeRequest(judge="m", entries=("talks/a", "talks/b")))
    enqueue(library, CaptionRequest(captioner="m", entry="talks/a"))
    last = enqueue(library, SignalsRequest())
    assert waits_for(library, last) == "judging the captions of 2 videos, 0 %, and 1 more"
    library.jobs.claim("w", "long")
    library.jobs.finish(library.jobs.list(states=["running"])[0].id, {})
    assert waits_for(library, last) == "describing the pictures of talks/a, 0 %"


def test_a_job_holds_what_was_asked_and_what_came_of_it(library, tmp_path):
    asked = ExportRequest(dataset="talks", out=tmp_path / "labels.h5")
    job = enqueue(library, asked)
    library.jobs.claim("w", "quick")
    made = ExportResult(file=asked.out, manifest=tmp_path / "m.json", entries=2, annotators=3, labels=4)
    library.jobs.finish(job, made.as_json())
    (facts,) = listed(library).jobs
    told = asked.model_copy(update={"out": Path("labels.h5")})  # never where it lies on the server
    shown = made.model_copy(update={"file": Path("labels.h5"), "manifest": Path("m.json")})
    assert (facts.args, facts.result, facts.unread) == (told, shown, "")
    assert JobFacts.model_validate_json(facts.model_dump_json()) == facts


def test_what_came_of_one_file_is_read_as_it_is_kept(library):
    one = IngestedEntry(
        path="a.mp4", entry="videos/a", n_frames=9, fps="25", duration=0.36, picks=1, segmentation="uniform 2 s",
        n_shots=1, feature_space=None, notes=[], runs=[],
    )  # fmt: skip
    made = IngestResult(entries=[one], skipped=[], failed=[], alone=one, shots=[(0, 9)])
    kept = made.as_json()
    assert (kept["entry"], "alone" in kept, "captioned" in kept) == ("videos/a", False, False)
    assert result_from_row("ingest", kept) == made


def test_a_figure_that_is_not_defined_is_null(library):
    kept = {"checkpoint": "c", "id": "c", "epochs": 1, "kept_epoch": 1, "selected_on": "nothing", "seconds": 1.5,
            "loss": None, "feature_space": "test-6", "lacking": [], "runs": [], "notes": []}  # fmt: skip
    read = result_from_row("train", kept)
    assert isnan(read.loss)
    assert read.as_json() == read.as_json() | kept


def test_jobs_that_another_version_wrote_down_are_listed_with_a_sentence(library):
    for kind, args in (("train", {"dataset": "talks", "model": "summdiff"}), ("juggle", {}), ("join", {"path": "log"})):
        library.jobs.create_job(kind, args, dataset=args.get("dataset"))
        library.jobs.finish(library.jobs.claim("w", "quick").id, {"checkpoint": "c1"})
    joined, juggled, trained = listed(library).jobs
    assert (trained.args, trained.result, trained.dataset, juggled.args) == (None, None, "talks", None)
    assert joined.args == JoinRequest(path="log")
    assert joined.result is None
    assert all("another version of Manycut" in job.unread.replace("A", "a") for job in (trained, juggled, joined))


def test_jobs_on_videos_that_somebody_is_judging_are_neither_listed_nor_named(library):
    enqueue(library, SampleRequest(entry="talks/a"))
    waiting = enqueue(library, SampleRequest(entry="talks/b"))
    assert [(job.id, job.waits_for) for job in listed(library, {"talks/a"}).jobs] == [(waiting, "other work, 0 %")]


def test_a_job_waits_for_what_is_preferred_for_the_gpu_and_an_idle_one_for_everything(library):
    first = enqueue(library, TrainRequest(dataset="talks"))
    second = enqueue(library, IngestRequest(path="trips", dataset="trips"), "first")
    assert waits_for(library, first) == "taking in videos for trips, 0 %"
    assert waits_for(library, second) is None
    idle = enqueue(library, SampleRequest(entry="talks/a"), "idle")
    assert waits_for(library, idle) == "taking in videos for trips, 0 %, and 1 more"
    library.jobs.request_cancel(second)
    library.jobs.request_cancel(idle)
    enqueue(library, SampleRequest(entry="talks/b"))
    library.jobs.claim("here/quick/1", "quick", gpus=lambda: 1)
    assert waits_for(library, first) == "sampling of talks/b, 0 % on the GPU"
