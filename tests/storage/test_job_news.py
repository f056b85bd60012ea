"""A worker that waits is woken by whatever changes in SQLite, and asks nothing of it meanwhile."""

from __future__ import annotations

from threading import Thread

import pytest

from storage import job_news
from storage.job_news import JobNews
from storage.library import Library


@pytest.fixture
def waiting(library, monkeypatch):
    """A thread that waits for news, and would for an hour."""
    monkeypatch.setattr(job_news, "UNSEEN_S", 3600)
    library.jobs.create_job("sample", {})
    news = JobNews(library.engine)
    thread = Thread(target=news.wait, daemon=True)
    thread.start()
    return thread


@pytest.mark.sqlite
def test_a_job_from_another_process_wakes_whoever_waits(waiting, library):
    waiting.join(0.5)
    assert waiting.is_alive()
    with Library.open(library.data_dir) as other:
        other.jobs.create_job("sample", {})
        waiting.join(20)
    assert not waiting.is_alive()


@pytest.mark.sqlite
def test_what_came_before_it_waits_is_not_waited_for(library, monkeypatch):
    monkeypatch.setattr(job_news, "UNSEEN_S", 3600)
    library.jobs.create_job("sample", {})
    news = JobNews(library.engine)
    library.jobs.create_job("sample", {})  # after the worker has looked at the table, and before it waits
    thread = Thread(target=news.wait, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


@pytest.mark.sqlite
def test_without_any_change_it_looks_again_after_a_while(library, monkeypatch):
    monkeypatch.setattr(job_news, "UNSEEN_S", 0.2)
    library.jobs.create_job("sample", {})
    JobNews(library.engine).wait()
