"""What `doctor` looks at before the entries: whether the installation is in order, and what to do where it is not.

Everything is looked at from outside, without opening the library: what cannot be opened has to be looked at as well.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from core.errors import ManycutError
from core.progress import Progress, silent
from verbs.contract import Result

Part = Literal[
    "data folder", "database", "disk", "clock", "workers", "codecs", "GPU", "weights", "backups", "kept files",
    "features elsewhere", "webhooks", "limits",
]  # fmt: skip
State = Literal["fine", "note", "wrong"]

LITTLE_ROOM = 32 * 2**20  # bytes; less is too little for anything
SOME_ROOM = 2**30
PATIENCE_S = 2.0  # that somebody else may hold the database
AHEAD_S = 120.0  # that the newest of what was written may lie in the future
APART_S = 5.0  # that the clocks of this machine and of the disk may differ
LATE_S = 3 * 86_400  # that the newest backup may be old
READ_BACK = 2**30  # bytes of a backup that is read while somebody waits


class Check(Result):
    """One part of the installation.

    Attributes:
        part: which.
        state: "fine", a "note" that may be as it should, or "wrong".
        said: how it is.
        advice: what to do; "" where nothing is.
    """

    part: Part
    state: State
    said: str
    advice: str = ""


def examine(data_dir: Path, progress: Progress = silent) -> list[Check]:
    """Looks at every part of an installation, in the order of `Part`; nothing is changed."""
    data_dir = Path(data_dir).resolve()
    parts: dict[Part, Callable[[Path], Iterator[Check]]] = {
        "data folder": _data_folder,
        "database": _database,
        "disk": _disk,
        "clock": _clock,
        "workers": _workers,
        "codecs": _codecs,
        "GPU": _gpu,
        "weights": _weights,
        "backups": _backups,
        "kept files": _kept_files,
        "features elsewhere": _features_elsewhere,
        "webhooks": _webhooks,
        "limits": _limits,
    }
    found: list[Check] = []
    for number, (part, look) in enumerate(parts.items()):
        progress(number / len(parts), f"Looking at the {part}")
        try:
            found += look(data_dir)
        except ManycutError as error:
            found.append(Check(part=part, state="wrong", said=error.message, advice=error.hint))
        except (OSError, sqlite3.Error) as error:
            found.append(Check(part=part, state="wrong", said=f"It cannot be looked at: {error}.", advice="Mend that."))
    return found


def _data_folder(data_dir: Path) -> Iterator[Check]:
    if not data_dir.exists():
        yield Check(part="data folder", state="note", said=f"'{data_dir}' is not there yet; it is made on first use.")
    elif not data_dir.is_dir():
        advice = "Name another one with --data-dir."
        yield Check(part="data folder", state="wrong", said=f"'{data_dir}' is no folder.", advice=advice)
    elif not os.access(data_dir, os.W_OK):
        said = f"Nothing can be written in '{data_dir}': the library can only be looked at."
        yield Check(part="data folder", state="note", said=said, advice="If it should change, give the right to write.")
    else:
        yield Check(part="data folder", state="fine", said=f"'{data_dir}' can be read and written.")


def _database(data_dir: Path) -> Iterator[Check]:
    from storage.database import HEAD
    from storage.integrity import whole

    file = _file_of(data_dir)
    if file is None:
        yield from _other_database(data_dir)
        return
    if not file.exists():
        yield Check(part="database", state="note", said="There is none yet; it is made on first use.")
        return
    if problems := whole(file, thoroughly=True):
        yield Check(
            part="database",
            state="wrong",
            said=f"It is damaged: {problems[0]}{_labels(data_dir, problems)}",
            advice="Stop the server, keep a copy of the folder, and restore the newest backup into an empty one.",
        )
        return
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=PATIENCE_S)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    said = f"Its {file.stat().st_size / 2**20:,.1f} MB are whole, schema {revision}."
    if revision > HEAD:
        advice = "Update Manycut, or use another data directory."
        yield Check(part="database", state="wrong", said=f"It is of a newer Manycut: {said}", advice=advice)
    elif os.access(file, os.W_OK) and not _can_be_written(file):
        advice = "Look which one it is (the server's workers, another server, a tool), and end it."
        yield Check(
            part="database", state="wrong", said="Another program holds it, and nobody can write.", advice=advice
        )
    elif revision == HEAD and (tasks := _differing(data_dir)):
        said = f"What is kept beside the log of {len(tasks)} task{'s' if len(tasks) > 1 else ''} is not what it says."
        advice = "Make it again from the log: python app.py doctor --mend"
        yield Check(part="database", state="wrong", said=said, advice=advice)
    else:
        older = "" if revision == HEAD else f" It becomes {HEAD} when it is opened next."
        yield Check(part="database", state="fine", said=said + older)


def _other_database(data_dir: Path) -> Iterator[Check]:
    """One that DATABASE_URL names: whether it can be reached and written, and what is kept beside its logs."""
    from storage.database import HEAD, writing
    from storage.library import Library
    from storage.task_states import differing

    with Library.open(data_dir, patience=PATIENCE_S) as library:
        where = library.engine.url.render_as_string()  # without the password
        with writing(library.engine):
            pass
        tasks = differing(library.engine)
    if tasks:
        said = f"What is kept beside the log of {len(tasks)} task{'s' if len(tasks) > 1 else ''} is not what it says."
        advice = "Make it again from the log: python app.py doctor --mend"
        yield Check(part="database", state="wrong", said=said, advice=advice)
    else:
        yield Check(part="database", state="fine", said=f"{where} can be read and written, schema {HEAD}.")


def _labels(data_dir: Path, problems: list[str]) -> str:
    """Whose labels lie on damaged pages, as far as that can be known."""
    from storage.integrity import damage
    from storage.library import Library

    try:
        with Library.open(data_dir) as library:
            tasks = damage(library.engine, problems).tasks
    except ManycutError:
        return "."
    shown = ", ".join(map(str, tasks[:10])) + (" and more" if len(tasks) > 10 else "")
    many = f"{len(tasks)} task{'s' if len(tasks) > 1 else ''}"
    return f". The labels of {many} cannot be read ({shown})." if tasks else ". All labels can be read."


def _differing(data_dir: Path) -> list[int]:
    from storage.library import Library
    from storage.task_states import differing

    with Library.open(data_dir) as library:
        return differing(library.engine)


def _can_be_written(file: Path) -> bool:
    with closing(sqlite3.connect(file, timeout=PATIENCE_S, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
    return True


def _disk(data_dir: Path) -> Iterator[Check]:
    free = shutil.disk_usage(next(one for one in (data_dir, *data_dir.parents) if one.exists())).free
    said = f"{free / 2**30:,.1f} GB are free."
    advice = "Make room: old renders, exports and backups may go."
    state: State = "wrong" if free < LITTLE_ROOM else "note" if free < SOME_ROOM else "fine"
    yield Check(part="disk", state=state, said=said, advice="" if state == "fine" else advice)


def _clock(data_dir: Path) -> Iterator[Check]:
    now, newest = time.time(), _newest_row(data_dir)
    if newest is not None and newest > now + AHEAD_S:
        said = f"The newest row of the database is of {_when(newest)}, but this machine says {_when(now)}."
        yield Check(part="clock", state="wrong", said=said, advice="Set the clock, best by the network (NTP).")
        return
    apart = _disk_clock(data_dir)
    if apart is not None and abs(apart) > APART_S:
        said = f"The clock of the disk differs from this machine's by {apart:,.0f} s."
        yield Check(part="clock", state="note", said=said, advice="Set both by the network (NTP).")
    else:
        yield Check(part="clock", state="fine", said=f"It is {_when(now)}, after everything that was written.")


def _newest_row(data_dir: Path) -> float | None:
    """When the newest event came or the newest job changed, in seconds since 1970."""
    file = _file_of(data_dir)
    if file is None:
        return _newest_elsewhere(data_dir)
    if file is None or not file.exists():
        return None
    query = "SELECT max(at) FROM (SELECT max(recorded) AS at FROM events UNION ALL SELECT max(updated) FROM jobs)"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=PATIENCE_S)) as connection:
        try:
            (newest,) = connection.execute(query).fetchone()
        except sqlite3.DatabaseError:  # damaged, which is said there
            return None
    return None if newest is None else datetime.fromisoformat(newest).replace(tzinfo=UTC).timestamp()


def _newest_elsewhere(data_dir: Path) -> float | None:
    """The same of a database that DATABASE_URL names; None where it does not answer, which is said there."""
    from sqlalchemy import func, select

    from storage.database import reading
    from storage.library import Library
    from storage.tables import EventRow, JobRow

    with suppress(ManycutError), Library.open(data_dir, patience=PATIENCE_S) as library:
        with reading(library.engine) as session:
            newest = [session.scalar(select(func.max(one))) for one in (EventRow.recorded, JobRow.updated)]
        return max((one.timestamp() for one in newest if one is not None), default=None)
    return None


def _disk_clock(data_dir: Path) -> float | None:
    """By how many seconds a file that is written now seems to be newer; None where nothing can be written."""
    if not os.access(data_dir, os.W_OK):
        return None
    with tempfile.NamedTemporaryFile(dir=data_dir, prefix=".clock-") as file:
        return os.fstat(file.fileno()).st_mtime - time.time()


def _workers(data_dir: Path) -> Iterator[Check]:
    from storage.jobs import Lane
    from storage.server_lock import server_is_running, worker_is_alive

    yield from _work(data_dir)
    running = server_is_running(data_dir)
    if not running:
        said = "No server runs on this folder." if running is False else "Whether a server runs cannot be known here."
        yield Check(part="workers", state="fine" if running is False else "note", said=said)
        return
    down = [lane for lane in get_args(Lane) if worker_is_alive(data_dir, lane) is False]
    if down:
        advice = "It is started again by itself. Look into worker.log why it ends."
        yield Check(part="workers", state="wrong", said=f"No {' and no '.join(down)} worker is alive.", advice=advice)
    else:
        yield Check(part="workers", state="fine", said="A server runs, and its workers are alive.")


def _work(data_dir: Path) -> Iterator[Check]:
    """Who works on what, on whichever machine; nothing where that cannot be read, which is said of the database."""
    from storage.library import Library

    file = _file_of(data_dir)
    if file is not None and not file.exists():
        return
    with suppress(ManycutError), Library.open(data_dir, patience=PATIENCE_S) as library:
        for one in library.workers.list():
            gpu = "" if one.gpu is None else f", GPU {one.gpu}"
            doing = "waits for a job"
            if one.job is not None:
                job = library.jobs.get(one.job)
                doing = f"job {job.id} ({job.kind}), {100 * job.progress:.0f} %"
            said = f"{one.machine} ({', '.join(one.lanes)}{gpu}): {doing}."
            yield Check(part="workers", state="fine", said=said)


def _codecs(data_dir: Path) -> Iterator[Check]:
    from core.video.codecs import broken_codecs

    for said in broken_codecs():
        advice = "Install PyAV again: pip install --force-reinstall -r requirements.txt"
        yield Check(part="codecs", state="wrong", said=said, advice=advice)
        return
    yield Check(part="codecs", state="fine", said="H.264 and AAC are written and read.")


def _gpu(data_dir: Path) -> Iterator[Check]:
    from core.compute import DEVICE, choose_device

    asked = os.environ.get(DEVICE, "")
    device = choose_device("auto")
    if device.type == "cuda":
        import torch

        memory = torch.cuda.get_device_properties(device).total_memory / 2**30
        yield Check(part="GPU", state="fine", said=f"{torch.cuda.get_device_name(device)}, {memory:.0f} GB.")
    else:
        why = f" because {DEVICE} says so" if asked else ""
        yield Check(part="GPU", state="fine", said=f"None is used{why}: everything is computed on the CPU.")


def _weights(data_dir: Path) -> Iterator[Check]:
    from core.features.registry import DEFAULT, SPACES, TEXT_SPACES

    here = [one.label for one in SPACES if not one.missing()]
    here += [one.label for one in TEXT_SPACES.values() if one.is_here]
    yield Check(part="weights", state="fine", said=f"At hand: {', '.join(here)}.")
    for one in SPACES:
        if (why := one.missing()) and one.id == DEFAULT:
            advice = "Install it: pip install -r requirements.txt"
            yield Check(part="weights", state="wrong", said=f"{one.label} of new videos: {why}.", advice=advice)
        elif why and not why.endswith("named"):
            advice = f"If it is wanted: python app.py features --space {one.id} --download"
            yield Check(part="weights", state="note", said=f"{one.label}: {why}.", advice=advice)


def _backups(data_dir: Path) -> Iterator[Check]:
    from storage.backup import check_backup
    from storage.daily_backups import daily_backups

    state = daily_backups(data_dir)
    if state.off:
        advice = "Make one yourself: python app.py backup --out FILE"
        yield Check(part="backups", state="note", said=f"No daily ones are made: {state.off}", advice=advice)
    if state.newest is None or state.age is None:
        if not state.off:
            said = f"There is none yet in '{state.folder}': a server makes one a day."
            yield Check(part="backups", state="note", said=said)
        return
    if state.newest.stat().st_size <= READ_BACK and (problems := check_backup(state.newest).problems):
        advice = "Move it away: another one is made then. Look after the disk."
        yield Check(
            part="backups", state="wrong", said=f"'{state.newest.name}' is damaged: {problems[0]}", advice=advice
        )
        return
    less = " It holds no videos, for lack of room." if state.without else ""
    said = f"The newest, '{state.newest.name}', is {state.age / 3600:,.0f} hours old and whole.{less}"
    if state.age > LATE_S and not state.off:
        yield Check(part="backups", state="wrong", said=said, advice="Start the server; its log says what is wrong.")
    else:
        yield Check(part="backups", state="fine", said=said)


def _kept_files(data_dir: Path) -> Iterator[Check]:
    from core.log_files import OLD, log_files
    from core.server_limits import KEEP_DAYS, KEEP_GB, LOG_MB, UPLOAD_DAYS
    from storage.daily_backups import KEPT, daily_backups
    from storage.tidying import sizes

    state = daily_backups(data_dir)
    used = {
        **sizes(data_dir),
        "logs": _bytes_of(log_files(data_dir / "worker.log")),
        "backups": _bytes_of(state.folder.glob("*.tar.gz")),
    }
    said = ", ".join(f"{name} {size / 2**20:,.1f} MB" for name, size in used.items())
    bounds = (
        f"renders and exports are kept for {KEEP_DAYS.now()} days ({KEEP_DAYS.variable}), uploads and temporary files "
        f"for {UPLOAD_DAYS.now()} ({UPLOAD_DAYS.variable}), together {KEEP_GB.now()} GB ({KEEP_GB.variable}); "
        f"{OLD + 1} logs of {LOG_MB.now()} MB ({LOG_MB.variable}); {state.keep} daily backups ({KEPT})"
    )
    yield Check(part="kept files", state="fine", said=f"They take: {said}. A server sees to it: {bounds}.")


def _bytes_of(files: Iterable[Path]) -> int:
    total = 0
    for file in files:
        with suppress(OSError):  # it has just gone
            total += file.stat().st_size
    return total


def _features_elsewhere(data_dir: Path) -> Iterator[Check]:
    from storage.features_elsewhere import features_elsewhere

    for one in features_elsewhere(data_dir):
        said = f"Features of {one.counted} stay in '{one.path}', which is in no backup."
        if not one.faults:
            yield Check(part="features elsewhere", state="fine", said=said)
        for fault, entries in one.faults.items():
            yield Check(
                part="features elsewhere",
                state="wrong",
                said=f"{said} It {fault}: {entries:,} of them cannot be read.",
                advice="Put it back as it was (a link to it does as well), or import it from where it is now:"
                " python app.py import FILE --dataset NAME --features-stay --replace",
            )


def _webhooks(data_dir: Path) -> Iterator[Check]:
    from storage.hooks import FILE_NAME, read_hooks

    file = read_hooks(data_dir)
    if not file.hooks and not file.mistakes:
        yield Check(part="webhooks", state="fine", said=f"There is no {FILE_NAME}: nobody is told of anything.")
    for mistake in file.mistakes:
        yield Check(part="webhooks", state="wrong", said=mistake, advice=f"Mend it in {FILE_NAME}.")
    known = _told(data_dir) if file.hooks else {}
    for hook in file.hooks.values():
        said = f"'{hook.name}' at {hook.origin} hears of {' and of '.join(hook.events)}"
        worked, failed, problem = known.get(hook.name, (None, None, ""))
        last = f"last told {_when(worked)}" if worked else "not told anything yet"
        if hook.secret is None:
            advice = "Put what signs the messages into it where the server starts."
            yield Check(
                part="webhooks", state="wrong", said=f"{said}, but there is no {hook.secret_env} here.", advice=advice
            )
        elif problem and failed:
            advice = "Look after the receiver; what it missed is not sent again."
            said = f"{said}; {last}. At {_when(failed)} it failed: {problem}"
            yield Check(part="webhooks", state="wrong", said=said, advice=advice)
        else:
            yield Check(part="webhooks", state="fine", said=f"{said}; {last}.")


def _told(data_dir: Path) -> dict[str, tuple[float | None, float | None, str]]:
    """Of each hook when it was last told something and when that failed, in seconds since 1970, and why."""
    file = _file_of(data_dir)
    if file is None:
        return _told_elsewhere(data_dir)
    if not file.exists():
        return {}
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=PATIENCE_S)) as connection:
        try:
            rows = connection.execute("SELECT name, worked, failed, problem FROM hooks").fetchall()
        except sqlite3.DatabaseError:  # of an earlier version, or damaged, which is said there
            return {}
    return {name: (_moment(worked), _moment(failed), problem) for name, worked, failed, problem in rows}


def _told_elsewhere(data_dir: Path) -> dict[str, tuple[float | None, float | None, str]]:
    """The same of a database that DATABASE_URL names."""
    from storage.hooks import read_hooks
    from storage.library import Library

    told: dict[str, tuple[float | None, float | None, str]] = {}
    with suppress(ManycutError), Library.open(data_dir, patience=PATIENCE_S) as library:
        for name in read_hooks(data_dir).hooks:
            if state := library.happenings.state(name):
                moments = [None if one is None else one.timestamp() for one in (state.worked, state.failed)]
                told[name] = (moments[0], moments[1], state.problem)
    return told


def _moment(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _limits(data_dir: Path) -> Iterator[Check]:
    from core.server_limits import limits_now

    said = [f"{one.what}: {one.value:,}{f' ({one.set_by})' if one.set_by else ''}" for one in limits_now()]
    yield Check(part="limits", state="fine", said=f"A server takes {'; '.join(said)}.")


def _file_of(data_dir: Path) -> Path | None:
    from storage.database import database_url

    address = database_url(data_dir)
    return Path(str(address.database)).absolute() if address.get_backend_name() == "sqlite" else None


def _when(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
