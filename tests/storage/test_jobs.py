"""The table of background jobs."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.dialects import postgresql

from core.errors import NotFoundError
from storage.jobs import claim_statement


@pytest.fixture
def jobs(library):
    return library.jobs


def test_a_job_runs_and_is_done(jobs):
    job_id = jobs.create_job("sample", {"entry": "demo/a", "n": 8})
    assert jobs.get(job_id).state == "queued"
    claimed = jobs.claim("w", "quick")
    assert (claimed.id, claimed.state, claimed.args) == (job_id, "running", {"entry": "demo/a", "n": 8})
    jobs.update(job_id, 0.4, "step 4 of 10", {"loss": 0.5})
    running = jobs.get(job_id)
    assert (running.state, running.progress, running.message) == ("running", 0.4, "step 4 of 10")
    assert running.figures == {"loss": 0.5}
    jobs.finish(job_id, {"run": 3})
    done = jobs.get(job_id)
    assert (done.state, done.progress, done.result, done.error) == ("done", 1.0, {"run": 3}, None)
    assert done.args == {"entry": "demo/a", "n": 8}


def test_a_job_says_what_it_is_about(jobs):
    job = jobs.get(jobs.create_job("judge", {}, lane="long", entries=["talks/a", "talks/b"], dataset="talks"))
    assert (job.lane, job.entries, job.dataset) == ("long", ["talks/a", "talks/b"], "talks")
    everything = jobs.get(jobs.create_job("export", {}))
    assert (everything.lane, everything.entries, everything.dataset) == ("quick", None, None)


def test_a_failure_is_kept_for_the_person(jobs):
    job_id = jobs.create_job("train", {})
    jobs.claim("w")
    assert jobs.fail(job_id, {"code": "bad_input", "message": "No entries.", "hint": "Import some."})
    assert jobs.get(job_id).state == "failed"
    assert jobs.get(job_id).error["message"] == "No entries."


def test_jobs_are_claimed_in_the_order_in_which_they_came_and_by_lane(jobs):
    first, train, second = (jobs.create_job("x", {}, lane=lane) for lane in ("quick", "long", "quick"))
    assert [jobs.claim("w", "quick").id for _ in range(2)] == [first, second]
    assert jobs.claim("w", "quick") is None
    assert jobs.claim("w", "long").id == train


@pytest.mark.parametrize(("said", "kept"), [(1.5, 1.0), (-0.1, 0.0)])
def test_progress_stays_between_nothing_and_everything(jobs, said, kept):
    job_id = jobs.create_job("train", {})
    jobs.claim("w")
    jobs.update(job_id, said, "epoch 3 of 2")
    assert jobs.get(job_id).progress == kept


def test_one_job_can_be_claimed_by_its_number(jobs):
    jobs.create_job("a", {})
    second = jobs.create_job("b", {})
    assert jobs.claim("w", job_id=second).kind == "b"
    assert jobs.claim("w", job_id=second) is None


def test_every_job_is_claimed_by_one_worker_however_many_there_are(jobs):
    made = [jobs.create_job("sample", {}) for _ in range(30)]
    won = []

    def take(worker):
        while (job := jobs.claim(worker, "quick")) is not None:
            won.append(job.id)

    threads = [threading.Thread(target=take, args=(f"worker {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == made


def test_on_postgresql_a_claim_is_one_statement_that_passes_over_what_others_are_claiming():
    said = " ".join(str(claim_statement("w", "long").compile(dialect=postgresql.dialect())).split())
    assert said.startswith("UPDATE jobs SET state=")
    assert "WHERE jobs.id = (SELECT jobs.id FROM jobs WHERE jobs.state =" in said
    assert "ORDER BY jobs.priority DESC, jobs.id LIMIT" in said
    assert "FOR UPDATE SKIP LOCKED) RETURNING jobs.id" in said
    assert ";" not in said


def test_looking_for_work_takes_no_lock_of_writers(jobs, library):
    from storage.database import writing

    with writing(library.engine):
        assert jobs.claim("w") is None


def test_a_queued_job_is_cancelled_at_once(jobs):
    job_id = jobs.create_job("sample", {})
    assert jobs.request_cancel(job_id).state == "cancelled"
    assert jobs.claim("w") is None


def test_a_running_job_is_asked_to_stop(jobs):
    job_id = jobs.create_job("train", {})
    jobs.claim("w")
    assert not jobs.should_stop(job_id)
    assert jobs.request_cancel(job_id).state == "running"
    assert jobs.should_stop(job_id)
    jobs.cancelled(job_id)
    jobs.finish(job_id, {"too": "late"})
    assert (jobs.get(job_id).state, jobs.get(job_id).result) == ("cancelled", None)


def test_jobs_are_listed_newest_first(jobs):
    first, second = jobs.create_job("a", {}), jobs.create_job("b", {})
    jobs.claim("w", job_id=first)
    assert [job.id for job in jobs.list()] == [second, first]
    assert [job.id for job in jobs.list(states=["running"])] == [first]
    assert [job.id for job in jobs.list(limit=1)] == [second]
    assert [job.id for job in jobs.list(kind="a")] == [first]


def test_jobs_of_a_worker_that_is_gone_end_as_failed(jobs):
    lost, other, queued = (jobs.create_job(kind, {}) for kind in "abc")
    jobs.claim("gone", job_id=lost)
    jobs.claim("alive", job_id=other)
    assert jobs.interrupt("The worker died.", worker="gone") == [lost]
    error = jobs.get(lost).error
    assert (jobs.get(lost).state, error["code"], error["message"]) == ("failed", "interrupted", "The worker died.")
    assert "Start it again" in error["hint"]
    assert [jobs.get(one).state for one in (other, queued)] == ["running", "queued"]
    assert jobs.should_stop(lost), "a worker that comes back does not go on"
    jobs.finish(lost, {})
    assert jobs.get(lost).state == "failed"


def test_signs_of_life_are_of_one_worker(jobs):
    for worker in ("one", "two"):
        jobs.create_job("a", {})
        jobs.claim(worker)
    before = {claim.worker: claim.heartbeat for claim in jobs.claims()}
    jobs.beat("one")
    after = {claim.worker: claim.heartbeat for claim in jobs.claims()}
    assert after["one"] > before["one"]
    assert after["two"] == before["two"]


def test_a_claim_does_not_end_where_its_worker_was_heard_of_meanwhile(jobs):
    job_id = jobs.create_job("a", {})
    jobs.claim("slow")
    (before,) = jobs.claims()
    jobs.beat("slow")
    (after,) = jobs.claims()
    assert jobs.interrupt("Not heard of.", claim=before) == []
    assert jobs.get(job_id).state == "running"
    assert jobs.interrupt("Not heard of.", claim=after) == [job_id]


def test_an_unknown_job_is_not_found(jobs):
    with pytest.raises(NotFoundError):
        jobs.get(1)
    with pytest.raises(NotFoundError):
        jobs.request_cancel(1)


def test_preferred_jobs_come_first_and_idle_ones_when_nothing_else_is_to_be_done(jobs):
    idle = jobs.create_job("a", {}, lane="long", priority="idle")
    normal = jobs.create_job("b", {}, lane="long")
    first = jobs.create_job("c", {}, lane="long", priority="first")
    other_lane = jobs.create_job("d", {}, lane="quick")
    assert [jobs.claim("w", "long").id for _ in range(2)] == [first, normal]
    jobs.finish(first, {}), jobs.finish(normal, {})
    assert jobs.claim("w", "long") is None, "something else waits"
    jobs.claim("w", "quick")
    assert jobs.claim("w", "long") is None, "something else runs"
    jobs.finish(other_lane, {})
    assert jobs.claim("w", "long").id == idle


def test_the_order_of_waiting_jobs_can_be_changed(jobs):
    one, two = (jobs.create_job("a", {}) for _ in range(2))
    assert jobs.prefer(two, "first").priority == 1
    assert jobs.claim("w").id == two
    jobs.prefer(two, "idle")
    assert jobs.get(two).priority == 1, "it is running already"
    assert jobs.claim("w").id == one


def test_a_job_that_keeps_what_it_has_is_queued_again_as_long_as_it_comes_further(jobs):
    job = jobs.create_job("train", {}, resumable=True)
    for progress in (0.0, 0.2, 0.6):
        jobs.claim("w")
        jobs.update(job, progress, "Epoch")
        assert jobs.interrupt("The worker died.", worker="w") == [job]
        found = jobs.get(job)
        assert (found.state, found.claimed_by, found.message) == (
            "queued", None, "The worker died. It goes on where it was.",
        )  # fmt: skip
    jobs.claim("w")
    jobs.update(job, 0.6, "Epoch")
    jobs.interrupt("The worker died.", worker="w")
    assert jobs.get(job).error["code"] == "interrupted", "it kills its worker at the same place"


def test_a_job_whose_server_stops_is_queued_again_however_often(jobs):
    job = jobs.create_job("train", {}, resumable=True)
    for _ in range(3):
        jobs.claim("w")
        jobs.interrupt("The server stopped.", worker="w", died=False)
        assert jobs.get(job).state == "queued"
    jobs.claim("w")
    jobs.interrupt("The worker died.", worker="w")
    assert jobs.get(job).state == "queued", "its first death"


def test_a_job_that_can_be_begun_again_is_so_once_after_a_death_and_whenever_its_server_stops(jobs):
    job = jobs.create_job("ingest", {}, repeatable=True)
    for reason, died in (("The server stopped.", False), ("The worker died.", True), ("The server stopped.", False)):
        jobs.claim("w")
        jobs.update(job, 0.5, "Half")
        assert jobs.interrupt(reason, worker="w", died=died) == [job]
        found = jobs.get(job)
        assert (found.state, found.progress, found.message) == ("queued", 0.0, f"{reason} It is begun again.")
    jobs.claim("w")
    jobs.update(job, 0.9, "Nearly")
    jobs.interrupt("The worker died.", worker="w")
    assert jobs.get(job).error["code"] == "interrupted", "it kills every worker, further on or not"


@pytest.mark.parametrize("lasting", ["resumable", "repeatable"])
def test_a_job_that_nobody_wants_any_more_does_not_come_back(jobs, lasting):
    job = jobs.create_job("train", {}, **{lasting: True})
    jobs.claim("w")
    jobs.request_cancel(job)
    jobs.interrupt("The worker died.", worker="w")
    assert jobs.get(job).state == "failed"


def test_a_worker_that_comes_back_changes_nothing_of_what_another_does(jobs):
    job = jobs.create_job("train", {}, resumable=True)
    jobs.claim("slow")
    jobs.interrupt("Not heard of.", worker="slow")
    jobs.claim("other")
    assert jobs.should_stop(job, worker="slow")
    assert not jobs.should_stop(job, worker="other")
    jobs.update(job, 0.9, "Epoch 9", worker="slow")
    assert not jobs.finish(job, {}, worker="slow")
    assert not jobs.fail(job, {}, worker="slow")
    assert (jobs.get(job).state, jobs.get(job).progress) == ("running", 0.0)
    assert jobs.finish(job, {}, worker="other")


def test_a_job_is_asked_to_keep_the_best_it_has(jobs):
    job = jobs.create_job("train", {}, resumable=True)
    jobs.claim("w")
    assert not jobs.should_finish(job)
    assert jobs.request_cancel(job, keep=True).state == "running"
    assert jobs.should_finish(job)
    assert not jobs.should_stop(job)
    jobs.request_cancel(job)
    assert jobs.should_stop(job), "and then not even that"


def test_only_what_was_begun_and_keeps_something_has_anything_to_keep(jobs):
    sample = jobs.create_job("sample", {})
    jobs.claim("w", job_id=sample)
    jobs.request_cancel(sample, keep=True)
    assert jobs.should_stop(sample)
    fresh, begun = (jobs.create_job("train", {}, resumable=True) for _ in range(2))
    jobs.claim("w", job_id=begun)
    jobs.interrupt("The worker died.", worker="w")
    assert jobs.request_cancel(fresh, keep=True).state == "cancelled"
    assert jobs.request_cancel(begun, keep=True).state == "queued"
    assert jobs.should_finish(begun)


def test_one_job_of_a_machine_holds_its_gpu_and_quick_ones_do_without(jobs):
    def claim(worker, lane, gpus=1):
        return jobs.claim(worker, lane, gpus=lambda: gpus)

    first, second = (jobs.create_job("train", {}, lane="long", gpu=True) for _ in range(2))
    ingest = jobs.create_job("ingest", {}, lane="long")
    sample = jobs.create_job("sample", {}, lane="quick", gpu=True)
    assert (claim("here/long/1", "long").id, jobs.get(first).on_gpu) == (first, True)
    taken = claim("here/long/2", "long")
    assert (taken.id, taken.on_gpu) == (ingest, False), "what needs no GPU does not wait for it"
    assert claim("here/long/3", "long") is None
    taken = claim("here/quick/1", "quick")
    assert (taken.id, taken.on_gpu) == (sample, False), "nobody waits hours for a sample"
    taken = claim("there/long/1", "long")
    assert (taken.id, taken.on_gpu) == (second, True), "another machine has its own"
    third = jobs.create_job("train", {}, lane="long", gpu=True)
    assert claim("here/long/3", "long") is None
    jobs.finish(first, {})
    assert claim("here/long/3", "long").id == third


def test_several_jobs_share_a_gpu_where_somebody_says_so_or_none_is_counted(jobs):
    made = [jobs.create_job("train", {}, lane="long", gpu=True) for _ in range(4)]
    took = [jobs.claim(f"here/long/{n}", "long", gpus=lambda: 2) for n in range(3)]
    assert [job.id if job else None for job in took] == [made[0], made[1], None]
    free = jobs.claim("here/long/3", "long")
    assert (free.id, free.on_gpu) == (made[2], None)
