"""What somebody's newest model would learn most from is said in their queue."""

from __future__ import annotations

import numpy as np

from core.labelling.events import Event
from verbs.personal import PersonalRequest
from webapp.jobs import enqueue, perform
from webapp.views.task import queue_of


def test_the_video_that_would_teach_most_is_suggested_until_it_is_begun(library, make_entry, tmp_path):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not looked at")
    few = np.arange(0, 1440, 48)
    entries = [
        make_entry(f"talks/{n}", people=0, picks=few, features=np.eye(30, 6, n, dtype=np.float32), video=film)
        for n in range(5)
    ]
    library.entries.add("talks", entries)
    ada = library.annotations.get_or_create_annotator("Ada")
    for number in range(3):
        task = library.annotations.open_task(ada, f"talks/{number}")
        ratings = [Event("a", shot, "rate", shot, 1 + shot % 5) for shot in range(30)]
        library.annotations.record_events(task.id, [*ratings, Event("a", 30, "submit")])
    assert queue_of(library, "Ada").suggested is None
    job = enqueue(library, PersonalRequest(entry="talks/0", person="Ada", way="ridge", keep=False))
    perform(library, job)
    assert library.jobs.get(job).state == "done", library.jobs.get(job).error
    suggested = queue_of(library, "Ada").suggested
    assert suggested.entry in ("talks/3", "talks/4")
    assert 0 < suggested.teaches <= 1
    assert queue_of(library, "Ben").suggested is None
    library.annotations.open_task(ada, suggested.entry)
    assert queue_of(library, "Ada").suggested is None
