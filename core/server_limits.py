"""How much a server takes, from one visitor and in all: one table, each line a setting of the environment.

What people may write into a field stands in `core.limits`, which the pages know as well. Here stands what protects a
machine that others reach: sizes of requests, events a second, jobs at once. `MANYCUT_BODY_MB=2` changes BODY_MB.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from core import limits
from core.errors import InputError

PREFIX = "MANYCUT_"


@dataclass(frozen=True)
class Setting:
    """A limit that the environment may change.

    Attributes:
        name: of the limit; the variable is called the same with `PREFIX` before it.
        default: a whole number of the unit in the name, above 0.
        what: is limited, for people.
    """

    name: str
    default: int
    what: str

    @property
    def variable(self) -> str:
        """Of the environment."""
        return PREFIX + self.name

    def now(self) -> int:
        """What holds here. Raises InputError where the variable is no whole number above 0."""
        said = os.environ.get(self.variable, "").strip()
        if not said:
            return self.default
        if not said.isascii() or not said.isdecimal() or int(said) == 0:
            raise InputError(
                f"{self.variable} is a whole number above 0, not '{said}'.", "Correct it, or leave it out."
            )
        return int(said)


@dataclass(frozen=True)
class LimitNow:
    """A limit as it holds.

    Attributes:
        name: of the setting.
        value: of the unit in its name.
        set_by: the variable that says so; "" for the default.
        what: is limited, for people.
    """

    name: str
    value: int
    set_by: str
    what: str


BODY_MB = Setting("BODY_MB", 1, "a request, MB")
EVENTS_MB = Setting("EVENTS_MB", 4, "a request with events of a task, MB")
UPLOAD_MB = Setting("UPLOAD_MB", limits.UPLOAD_BYTES // 2**20, "an uploaded model or log, MB")
VIDEOS_MB = Setting("VIDEOS_MB", 16 * 1024, "the videos of one upload, MB")
PIECE_MB = Setting("PIECE_MB", 16, "a piece of a file that is sent, MB")
SENT_FILES = Setting("SENT_FILES", 1000, "files of a person that are being sent, or wait to be taken in")
SENT_MB = Setting("SENT_MB", 64 * 1024, "the same together, MB")
FREE_DISK_MB = Setting("FREE_DISK_MB", 1024, "disk that uploads leave free, MB")
BODY_SECONDS = Setting("BODY_SECONDS", 30, "seconds for a request to arrive")
BODY_KB_PER_SECOND = Setting("BODY_KB_PER_SECOND", 16, "KB a second that larger requests arrive with at least")
CONNECTIONS = Setting("CONNECTIONS", 1000, "connections and requests at once")
EVENTS_PER_SECOND = Setting("EVENTS_PER_SECOND", 50, "events of a task in a second, over a longer time")
EVENTS_AT_ONCE = Setting("EVENTS_AT_ONCE", 5 * limits.EVENTS_PER_REQUEST, "events of a task that come at once")
EVENTS_PER_TASK = Setting("EVENTS_PER_TASK", 200_000, "events of a task")
JOBS_PER_PERSON = Setting("JOBS_PER_PERSON", 100, "jobs of a person that wait or run")
JOBS = Setting("JOBS", 1000, "jobs of all that wait or run")
DEMO_JOBS_PER_VISITOR = Setting("DEMO_JOBS_PER_VISITOR", 3, "in a public demo: jobs of a visitor that wait or run")
DEMO_JOBS = Setting("DEMO_JOBS", 30, "in a public demo: jobs of all that wait or run")
DEMO_UPLOAD_MB_PER_VISITOR = Setting(
    "DEMO_UPLOAD_MB_PER_VISITOR", 512, "in a public demo: uploads of a visitor in a day, MB"
)
DEMO_UPLOAD_MB = Setting("DEMO_UPLOAD_MB", 8 * 1024, "in a public demo: uploads of all in a day, MB")
KEEP_DAYS = Setting("KEEP_DAYS", 30, "days that renders and exports are kept")
TRASH_DAYS = Setting("TRASH_DAYS", 90, "days that removed things stay in the trash")
UPLOAD_DAYS = Setting("UPLOAD_DAYS", 2, "days that uploads and leftovers are kept which nothing refers to")
KEEP_GB = Setting("KEEP_GB", 20, "renders, exports, uploads and leftovers together, GB")
LOG_MB = Setting("LOG_MB", 10, "a log, of which three older ones are kept, MB")

SETTINGS: Mapping[str, Setting] = {one.name: one for one in list(globals().values()) if isinstance(one, Setting)}


def limits_now() -> tuple[LimitNow, ...]:
    """Every limit as it holds in this process, and which variable of the environment says so. Raises InputError."""
    return tuple(
        LimitNow(
            name=one.name,
            value=one.now(),
            set_by=one.variable if os.environ.get(one.variable, "").strip() else "",
            what=one.what,
        )
        for one in SETTINGS.values()
    )
