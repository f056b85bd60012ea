"""Receivers hear of every job that ended and every task that was submitted, once; and nothing waits for them."""

from __future__ import annotations

import json
import logging
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import func, select

from core.labelling.events import Event
from storage.database import reading
from storage.hooks import read_hooks
from storage.tables import HappeningRow
from verbs.export import ExportRequest
from verbs.installation import examine
from webapp import webhooks
from webapp.jobs import enqueue, perform
from webapp.webhooks import signature, telling

SECRET = "rose water"


class Receiver:
    """A real server that keeps what it is sent, and answers what it is told to, one status after the other."""

    def __init__(self):
        self.got, self.statuses, self.delay, self.location = [], [], 0.0, ""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                time.sleep(receiver.delay)
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_):
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hear"

    @property
    def messages(self):
        return [json.loads(body) for _, _, body in self.got]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receivers():
    both = Receiver(), Receiver()
    yield both
    for one in both:
        one.close()


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setattr(webhooks, "LOOK_S", 0.02)
    monkeypatch.setattr(webhooks, "PAUSES_S", (0.05, 0.1))


def named(library, *hooks, events=("job finished", "task submitted")):
    tables = [
        f'[hooks.{name}]\nurl = "{url}"\nevents = {json.dumps(list(events))}\nsecret_env = "HOOK_SECRET"\n'
        for name, url in hooks
    ]
    (library.data_dir / "webhooks.toml").write_text("\n".join(tables))


@contextmanager
def told(library):
    """The hooks are told as long as the block runs, from its beginning on."""
    with telling(library):
        hooks = read_hooks(library.data_dir).hooks
        wait_until(lambda: all(library.happenings.state(name) for name in hooks))
        yield


def wait_until(true, seconds=20):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def nothing_more(library, name):
    events = read_hooks(library.data_dir).hooks[name].events
    wait_until(lambda: not library.happenings.waiting(name, events))
    time.sleep(0.3)


@pytest.fixture
def talks(library, make_entry):
    library.entries.add("talks", [make_entry("talks/first")])
    return library


def ended_job(library):
    job = enqueue(library, ExportRequest(dataset="talks", out=library.data_dir / "exports" / "labels.h5"))
    perform(library, job)
    return job


def submitted_task(library, name="Ada"):
    task = library.annotations.open_task(library.annotations.get_or_create_annotator(name), "talks/first")
    library.annotations.record_events(task.id, [Event(name, 0, "rate", 0, 5), Event(name, 1, "submit")])
    return task


def test_each_ended_job_and_submitted_task_is_told_once_and_signed(talks, receivers):
    named(talks, ("lab", receivers[0].url))
    with told(talks):
        job, task = ended_job(talks), submitted_task(talks)
        talks.annotations.record_events(task.id, [Event("Ada", 1, "submit")])  # the browser sends it again
        talks.annotations.record_events(task.id, [Event("another tab", 0, "submit")])
        talks.jobs.finish(job, {})  # a worker that comes too late
        waiting = enqueue(talks, ExportRequest(dataset="talks", out=talks.data_dir / "exports" / "more.h5"))
        talks.jobs.request_cancel(waiting)
        wait_until(lambda: len(receivers[0].got) >= 3)
        nothing_more(talks, "lab")
    moments = [one["at"] for one in receivers[0].messages]
    assert moments == sorted(moments)
    plain = [{name: value for name, value in one.items() if name != "at"} for one in receivers[0].messages]
    about = {"entry": None, "dataset": "talks", "pseudonym": None}
    assert plain == [
        {"event": "job finished", "id": job, "kind": "export", "state": "done", **about},
        {
            "event": "task submitted", "id": task.id, "kind": str(task.protocol), "state": "submitted",
            "entry": "talks/first", "dataset": "talks", "pseudonym": task.annotator.pseudonym,
        },
        {"event": "job finished", "id": waiting, "kind": "export", "state": "cancelled", **about},
    ]  # fmt: skip
    for _, headers, body in receivers[0].got:
        assert headers["X-Manycut-Signature"] == f"sha256={signature(SECRET, body)}"
        assert b"Ada" not in body
    assert len({headers["X-Manycut-Delivery"] for _, headers, _ in receivers[0].got}) == 3


def test_a_job_whose_worker_died_is_told_as_failed(talks, receivers):
    named(talks, ("lab", receivers[0].url))
    with told(talks):
        job = enqueue(talks, ExportRequest(dataset="talks", out=talks.data_dir / "exports" / "labels.h5"))
        for _ in range(2):  # the first time it is begun again
            talks.jobs.claim("here/quick/1", job_id=job)
            talks.jobs.interrupt("The worker died.", worker="here/quick/1")
        wait_until(lambda: receivers[0].got)
        nothing_more(talks, "lab")
    assert [(one["id"], one["state"]) for one in receivers[0].messages] == [(job, "failed")]


def test_what_fails_is_tried_again_and_taken_once(talks, receivers):
    named(talks, ("lab", receivers[0].url))
    receivers[0].statuses = [500, 503]
    with told(talks):
        ended_job(talks)
        ended_job(talks)
        wait_until(lambda: len(receivers[0].got) >= 4)
        nothing_more(talks, "lab")
    numbers = [headers["X-Manycut-Delivery"] for _, headers, _ in receivers[0].got]
    assert len(numbers) == 4
    assert len(set(numbers[:3])) == 1, "three tries of the first, of which the third is taken"
    assert talks.happenings.state("lab").problem == ""


def test_after_three_tries_it_is_said_in_one_line_and_the_next_is_told(talks, receivers, caplog):
    named(talks, ("lab", receivers[0].url))
    receivers[0].statuses = [500] * 3
    with caplog.at_level(logging.WARNING), told(talks):
        first, second = ended_job(talks), ended_job(talks)
        wait_until(lambda: len(receivers[0].got) >= 4)
        nothing_more(talks, "lab")
    assert [one["id"] for one in receivers[0].messages] == [first] * 3 + [second]
    said = [one.getMessage() for one in caplog.records if one.name == "manycut.webhooks"]
    assert said == [f"The hook 'lab' was not told of 'job finished {first}': it answered 500."]
    assert receivers[0].url not in "".join(said)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(talks, receivers, status):
    first, second = receivers
    named(talks, ("lab", first.url))
    first.statuses, first.location = [status] * 3, second.url
    with told(talks):
        ended_job(talks)
        wait_until(lambda: talks.happenings.state("lab").problem)
    assert len(first.got) == 3
    assert second.got == []
    assert "another address" in talks.happenings.state("lab").problem


def test_a_dead_receiver_delays_neither_work_nor_others(talks, receivers, monkeypatch):
    dead, alive = receivers
    dead.delay = 2.0
    monkeypatch.setattr(webhooks, "TIMEOUT_S", 0.5)
    named(talks, ("dead", dead.url), ("gone", "http://127.0.0.1:9/"), ("alive", alive.url))
    with told(talks):
        begun = time.monotonic()
        ended_job(talks)
        submitted_task(talks)
        assert time.monotonic() - begun < 1.5
        wait_until(lambda: len(alive.got) == 2, 2.0)
        assert talks.happenings.state("dead").problem == "", "it is still being tried"
        ended = time.monotonic()
    assert time.monotonic() - ended < 2 * webhooks.GOODBYE_S + 0.5


def test_what_was_not_told_when_the_server_ended_is_told_by_the_next(talks, receivers):
    named(talks, ("lab", receivers[0].url))
    with told(talks):
        pass
    job = ended_job(talks)
    with told(talks):
        wait_until(lambda: receivers[0].got)
        nothing_more(talks, "lab")
    with told(talks):
        nothing_more(talks, "lab")
    assert [one["id"] for one in receivers[0].messages] == [job]


def test_a_receiver_hears_what_it_asked_for_and_nothing_from_before_it_was_named(talks, receivers):
    ended_job(talks)
    named(talks, ("lab", receivers[0].url), events=["task submitted"])
    with told(talks):
        ended_job(talks)
        task = submitted_task(talks)
        wait_until(lambda: receivers[0].got)
        nothing_more(talks, "lab")
    assert [(one["event"], one["id"]) for one in receivers[0].messages] == [("task submitted", task.id)]


def test_what_was_told_and_what_nobody_wants_goes(talks, receivers, monkeypatch):
    monkeypatch.setattr(webhooks, "TIDY_S", 0.0)

    def kept():
        with reading(talks.engine) as session:
            return session.scalar(select(func.count()).select_from(HappeningRow))

    ended_job(talks)
    assert kept() == 1
    with telling(talks):
        wait_until(lambda: kept() == 0)
    named(talks, ("lab", receivers[0].url))
    with told(talks):
        ended_job(talks)
        wait_until(lambda: receivers[0].got and kept() == 0)


def test_without_its_secret_nothing_is_sent(talks, receivers, monkeypatch, caplog):
    monkeypatch.delenv("HOOK_SECRET")
    named(talks, ("lab", receivers[0].url))
    with caplog.at_level(logging.WARNING), told(talks):
        ended_job(talks)
        time.sleep(0.3)
    assert receivers[0].got == []
    assert sum("has no HOOK_SECRET" in one.getMessage() for one in caplog.records) == 1


def test_doctor_says_which_there_are_and_when_each_was_last_told(talks, receivers, monkeypatch):
    def looked():
        return [(one.state, one.said) for one in examine(talks.data_dir) if one.part == "webhooks"]

    assert looked() == [("fine", "There is no webhooks.toml: nobody is told of anything.")]
    good, bad = receivers
    bad.statuses = [500] * 3
    named(talks, ("good", good.url), ("bad", bad.url))
    with told(talks):
        ended_job(talks)
        wait_until(lambda: talks.happenings.state("good").worked and talks.happenings.state("bad").failed)
    (first, said_good), (second, said_bad) = looked()
    assert (first, second) == ("fine", "wrong")
    assert "last told 20" in said_good
    assert "it answered 500" in said_bad
    assert "/hear" not in said_good + said_bad, "an address may hold what only its receiver should know"
    monkeypatch.delenv("HOOK_SECRET")
    assert [state for state, _ in looked()] == ["wrong", "wrong"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[hooks.lab", "is no TOML"),
        ("hooks = 3", "'hooks' is no table"),
        ("[hook.lab]\nurl = 'x'", "stands outside the hooks"),
        ("[hooks.lab]\nevents = ['job finished']\nsecret_env = 'S'", "has no 'url'"),
        ("[hooks.lab]\nurl = 'ftp://a'\nevents = ['job finished']\nsecret_env = 'S'", "no address"),
        ("[hooks.lab]\nurl = 'http://me:pw@a'\nevents = ['job finished']\nsecret_env = 'S'", "no address"),
        ("[hooks.lab]\nurl = 'http://a'\nevents = ['all']\nsecret_env = 'S'", "'events' that are none"),
        ("[hooks.lab]\nurl = 'http://a'\nevents = ['job finished']\nsecret_env = 's-3 cret'", "no name of an env"),
        ("[hooks.lab]\nurl = 'http://a'\nevents = ['job finished']\nsecret_env = 'S'\nheaders = 1", "unknown option"),
        ("[hooks.lab]\nurl = 1\nevents = 2\nsecret_env = 3", "no address"),
        ("#" + "x" * 20_000, "far too large"),
    ],
)
def test_mistakes_of_the_file_are_named_and_secrets_are_not_repeated(tmp_path, text, said):
    (tmp_path / "webhooks.toml").write_text(text)
    file = read_hooks(tmp_path)
    assert file.hooks == {}
    assert said in " ".join(file.mistakes)
    assert "pw" not in " ".join(file.mistakes)
    assert "s-3" not in " ".join(file.mistakes)
