"""What pages show of background jobs: what each waits for, and nothing of videos that are being judged."""

from __future__ import annotations

from verbs.caption import CaptionRequest
from verbs.export import ExportRequest
from verbs.ingest import IngestRequest
from verbs.judge import JudgeRequest
from verbs.pretrain import PretrainRequest
from verbs.sample import SampleRequest
from verbs.signals import SignalsRequest
from verbs.train import TrainRequest
from webapp.jobs import enqueue
from webapp.views.jobs import described, listed


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


def test_jobs_on_videos_that_somebody_is_judging_are_neither_listed_nor_named(library):
    enqueue(library, SampleRequest(entry="talks/a"))
    waiting = enqueue(library, SampleRequest(entry="talks/b"))
    assert [(job.id, job.waits_for) for job in listed(library, {"talks/a"}).jobs] == [(waiting, "other work, 0 %")]
