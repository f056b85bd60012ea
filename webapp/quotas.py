"""How much one visitor and all together may ask for: jobs that wait or run, bytes of uploads in a day.

Counted in the web process, of which there is one; a restart begins anew, but for the jobs of all.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from core.errors import TooMuchError
from core.server_limits import (
    DEMO_JOBS,
    DEMO_JOBS_PER_VISITOR,
    DEMO_UPLOAD_MB,
    DEMO_UPLOAD_MB_PER_VISITOR,
    JOBS,
    JOBS_PER_PERSON,
)
from storage.library import Library

_quotas: WeakKeyDictionary[Library, JobQuota] = WeakKeyDictionary()
MB = 2**20
DAY_S = 86_400
JOBS_AGAIN_S = 60  # jobs take minutes


class JobQuota:
    """Jobs of one library that wait or run.

    Args:
        library: whose.
        public: it is a public demo, where all get less.
    """

    def __init__(self, library: Library, public: bool = False) -> None:
        self._library = library
        self.public = public
        self._each = DEMO_JOBS_PER_VISITOR if public else JOBS_PER_PERSON
        self._all = DEMO_JOBS if public else JOBS
        self._of: dict[str, set[int]] = defaultdict(set)
        self._lock = threading.Lock()

    def check(self, visitor: str) -> None:
        """Raises TooMuchError where `visitor`, or all together, have as many as they may."""
        unfinished = self._library.jobs.unfinished_ids()
        with self._lock:
            self._of = defaultdict(set, {who: left for who, ids in self._of.items() if (left := ids & unfinished)})
            own = len(self._of.get(visitor, ()))
        for count, most, whose in ((own, self._each.now(), "of yours"), (len(unfinished), self._all.now(), "in all")):
            if count >= most:
                message = f"{most} jobs {whose} wait or run already, and no more are taken in now."
                raise TooMuchError(message, "Wait until some are done, or cancel one.", JOBS_AGAIN_S)

    def note(self, visitor: str, job: int) -> None:
        """A job is `visitor`'s."""
        with self._lock:
            self._of[visitor].add(job)


def quota_of(library: Library, public: bool | None = None) -> JobQuota:
    """The one of a library; begun anew where `public` is said."""
    if public is not None or library not in _quotas:
        _quotas[library] = JobQuota(library, bool(public))
    return _quotas[library]


@dataclass
class UploadQuota:
    """Bytes that came in a day from each address and from all, in a public demo."""

    _since: float = field(default_factory=time.monotonic)
    _of: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def take(self, visitor: str, size: int) -> None:
        """Counts bytes that came. Raises TooMuchError where it is more than may come."""
        now = time.monotonic()
        if now - self._since >= DAY_S:
            self._since = now
            self._of.clear()
        self._of[visitor] += size
        own, every = self._of[visitor], sum(self._of.values())
        again = int(DAY_S - (now - self._since)) + 1
        for came, most, whose in (
            (own, DEMO_UPLOAD_MB_PER_VISITOR.now(), "from your address"),
            (every, DEMO_UPLOAD_MB.now(), "from all visitors"),
        ):
            if came > most * MB:
                message = f"This demo takes {most} MB a day {whose}, and no more today."
                raise TooMuchError(message, "Run Manycut yourself for more.", again)
