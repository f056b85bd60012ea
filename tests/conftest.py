"""Fixtures shared by all tests: where the measured files lie, a fresh library, and entries to put into it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import settings
from sqlalchemy import inspect, make_url

from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import Timebase
from storage import database, server_lock
from storage.library import Library
from tests import postgresql
from tests.spaces import in_spaces

# Times are not what these tests are about, and the first call of a compiled function is slow.
settings.register_profile("manycut", deadline=None)
settings.load_profile("manycut")

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and golden vectors beside the project; the test is skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the shared files beside the project ({SHARED.name}/ is missing)")
    return SHARED


@pytest.fixture(scope="session")
def golden(shared: Path) -> Path:
    """Outputs of the official releases."""
    return shared / "golden"


N_FRAMES, STEP = 1440, 12


def pytest_addoption(parser):
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="where the libraries of the tests lie; what is about SQLite's files is left out with another",
    )


def pytest_collection_modifyitems(config, items):
    if config.getoption("--database") == "postgresql":
        about_files = [item for item in items if item.get_closest_marker("sqlite")]
        config.hook.pytest_deselected(items=about_files)
        items[:] = [item for item in items if item not in about_files]


@pytest.fixture(scope="session")
def postgresql_server():
    """A server of PostgreSQL for this process; the test is skipped where it, or its driver, is missing."""
    if why := postgresql.missing():
        pytest.skip(why)
    with postgresql.running() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _everywhere(request):
    """With --database postgresql, every data directory that a test opens has a database there."""
    if request.config.getoption("--database") != "postgresql":
        yield
        return
    server, told = request.getfixturevalue("postgresql_server"), database.database_url

    def database_url(data_dir):
        given = os.environ.get("DATABASE_URL", "")
        return told(data_dir) if given and str(postgresql.USER) not in given else make_url(server.of(data_dir))

    for module in (database, server_lock):
        module.database_url = database_url
    yield
    for module in (database, server_lock):
        module.database_url = told


@pytest.fixture(autouse=True)
def _own_database(request, monkeypatch):
    """No test has a database of the environment, or leaves one behind."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if request.config.getoption("--database") != "postgresql":
        yield
        return
    server = request.getfixturevalue("postgresql_server")
    before = server.names()
    yield
    for name in server.names() - before:
        server.drop(name)


@pytest.fixture(scope="session", autouse=True)
def _migrated_once():
    """Fresh SQLite libraries of this process are copies of the first one, which went through every migration."""
    migrate, made = database._migrate, sqlite3.connect(":memory:", check_same_thread=False)

    def migrate_once(engine, data_dir):
        if engine.dialect.name != "sqlite" or database.is_read_only(engine) or inspect(engine).get_table_names():
            migrate(engine, data_dir)
            return
        with closing(engine.raw_connection()) as opened:
            if made.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                made.backup(opened.driver_connection)
            else:
                migrate(engine, data_dir)
                opened.driver_connection.backup(made)

    database._migrate = migrate_once
    yield
    database._migrate = migrate
    made.close()


@pytest.fixture
def library(tmp_path, monkeypatch):
    with Library.open(tmp_path / "data") as opened:
        if opened.engine.dialect.name != "sqlite":  # the test's own processes find it there
            monkeypatch.setenv("DATABASE_URL", opened.engine.url.render_as_string(hide_password=False))
        yield opened


@pytest.fixture
def make_entry():
    """See `entry_of`."""
    return entry_of


def entry_of(entry_id="talks/first", people=3, **changes):
    """A one-minute entry at 24 fps (30 two-second shots) with three people, unless told otherwise.

    `features` are those of `feature_space`, `text_features` of `text_space`, `more` of further spaces by their ids.
    """
    random = np.random.default_rng(crc32(entry_id.encode()))
    picks = np.arange(0, N_FRAMES, STEP)
    edges = np.arange(0, N_FRAMES + 1, 120)
    values = {
        "id": entry_id,
        "title": f"Title of {entry_id}",
        "timebase": Timebase(Fraction(24), N_FRAMES),
        "picks": picks,
        "features": random.normal(size=(len(picks), 6)).astype(np.float32),
        "feature_space": "test-6",
        "shots": {"kts": Shots(np.stack([edges[:-1], edges[1:]], axis=1), "kts")},
        "meta": {"category": "talk"},
    }
    if people:
        values["annotations"] = AnnotationSet(
            annotators=tuple(f"person {n}" for n in range(people)),
            scores=random.integers(1, 6, (people, len(picks))).astype(np.float32) / 5,
            protocols=("shot-ratings",) * people,
        )
    return Entry(**in_spaces(values | changes))
