"""A PostgreSQL server of the tests' own: in a temporary folder, reached by its unix socket alone, ended with them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from zlib import crc32

from storage.database import open_database

USER = "manycut"
TEMPLATE = "template_manycut"
STARTING_S = 30.0
# Sorts as people do (ICU), as most installations are; what is to be sorted by its signs has to say so.
SORTED = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en")
INITDB = ("--auth=trust", "--no-sync", *SORTED)
SETTINGS = {"listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS |= {"max_connections": "300", "shared_buffers": "64MB", "autovacuum": "off"}


def missing() -> str:
    """What is not here that PostgreSQL needs; "" where all is."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed (pip install -r requirements-dev.txt)"
    return "" if _programs() else "PostgreSQL is not installed (Debian's postgresql)"


def _programs() -> Path | None:
    """The folder of initdb and postgres; None where there is none."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


class Server:
    """A running server, and the databases that tests have in it: each data directory has its own.

    Args:
        folder: of its unix socket.
    """

    def __init__(self, folder: Path) -> None:
        import psycopg

        self._folder = folder
        self._numbers = count()
        self._named: dict[Path, str] = {}
        self.admin = psycopg.connect(f"host={folder} user={USER} dbname=postgres", autocommit=True)
        self.create(TEMPLATE, "template1")
        with tempfile.TemporaryDirectory() as nothing:
            open_database(Path(nothing), self.url(TEMPLATE)).dispose()

    def url(self, name: str) -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://{USER}@/{name}?host={self._folder}"

    def create(self, name: str, template: str = TEMPLATE) -> str:
        """Makes a database, at the newest schema, and returns its address."""
        self.admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(name)

    def fresh(self) -> str:
        """The address of a new database at the newest schema."""
        return self.create(f"fresh_{next(self._numbers)}")

    def of(self, data_dir: Path) -> str:
        """The address of a data directory's database, made when first asked for."""
        data_dir = Path(data_dir).resolve()
        if data_dir not in self._named:
            self._named[data_dir] = f"test_{next(self._numbers)}_{crc32(str(data_dir).encode())}"
            self.create(self._named[data_dir])
        return self.url(self._named[data_dir])

    def names(self) -> set[str]:
        """Of the databases that tests have made."""
        found = self.admin.execute("SELECT datname FROM pg_database WHERE datname ~ '^(test|fresh)_'")
        return {name for (name,) in found}

    def drop(self, name: str) -> None:
        """Removes a database, whoever is connected to it."""
        self.admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._named = {folder: one for folder, one in self._named.items() if one != name}


@contextmanager
def running() -> Iterator[Server]:
    """A server as long as the block runs; see `missing`."""
    programs = _programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="manycut-postgresql-"))
    as_somebody = ["setpriv", "--pdeathsig=INT"] if shutil.which("setpriv") else []  # however this process ends
    if os.geteuid() == 0:  # which PostgreSQL refuses to be
        shutil.chown(folder, "nobody")
        as_somebody += ["--reuid=nobody", "--clear-groups"]
    data, log = folder / "data", folder.with_suffix(".log")
    try:
        made = [*as_somebody, programs / "initdb", "-D", data, "-U", USER, *INITDB]
        subprocess.run(made, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        words = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with log.open("wb") as sink:
            started = [*as_somebody, programs / "postgres", "-D", data, "-k", folder, *words]
            process = subprocess.Popen(started, cwd=folder, stdout=sink, stderr=sink)
        try:
            server = _reached(folder, process, log)
            yield server
            server.admin.close()
        finally:
            process.send_signal(signal.SIGINT)  # ends connections, too
            process.wait(STARTING_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        log.unlink(missing_ok=True)


def _reached(folder: Path, process: subprocess.Popen[bytes], log: Path) -> Server:
    import psycopg

    give_up = time.monotonic() + STARTING_S
    while True:
        try:
            return Server(folder)
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text()[-2000:]}") from None
            time.sleep(0.05)
