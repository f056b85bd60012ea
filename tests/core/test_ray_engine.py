"""A Ray cluster of two nodes, of which one stops in the middle, takes in every video exactly once."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from core.engine import Pool
from core.errors import InputError
from core.ray_engine import connected
from storage.library import Library
from tests.core.made_videos import write_video
from verbs.ingest import IngestRequest, ingest

ROOT = Path(__file__).resolve().parents[2]
VIDEOS = 10


@pytest.fixture
def cluster(monkeypatch):
    """A node, and another one that can be stopped; both on this machine."""
    pytest.importorskip("ray", reason="needs Ray (requirements-scale.txt)")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    from ray.cluster_utils import Cluster

    quick = {"health_check_initial_delay_ms": 500, "health_check_period_ms": 500, "health_check_failure_threshold": 4}
    node = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 100_000_000}
    made = Cluster(initialize_head=True, head_node_args={**node, "_system_config": quick})
    made.other = made.add_node(**node)
    yield made
    logging.disable(logging.CRITICAL)
    made.shutdown()
    logging.disable(logging.NOTSET)


@pytest.mark.slow
def test_every_video_is_taken_in_once_although_a_node_stops(cluster, tmp_path):
    (tmp_path / "films").mkdir()
    for number in range(VIDEOS):
        write_video(tmp_path / "films" / f"{number}.mp4", 40 + number)
    stopped = []

    def progress(fraction, message, figures=None):
        if not stopped and (here := len(library.entries.list())) >= 3:
            stopped.append(here)
            cluster.remove_node(cluster.other, allow_graceful=False)

    with Library.open(tmp_path / "data") as library, connected(cluster.address, 2) as engine:
        request = IngestRequest(path=[tmp_path / "films"], space="colour-motion-v1")
        taken = ingest(library, request, progress=progress, engine=engine)
        assert stopped
        assert stopped[0] < VIDEOS, "a node stopped in the middle"
        assert (len(taken.entries), taken.skipped, taken.failed) == (VIDEOS, [], [])
        assert sorted(one.id for one in library.entries.list()) == sorted(f"videos/{n}" for n in range(VIDEOS))
        assert len(list((tmp_path / "data" / "media" / "videos").glob("*.mp4"))) == VIDEOS
        assert not list((tmp_path / "data").glob("ingest-*")), "nothing is left of what the node had underway"
        again = ingest(library, request, engine=Pool(2))
        assert (len(again.entries), len(again.skipped)) == (0, VIDEOS)


def test_where_no_cluster_is_that_is_one_sentence():
    pytest.importorskip("ray", reason="needs Ray (requirements-scale.txt)")
    with pytest.raises(InputError, match="No Ray cluster answers at 'nowhere'"), connected("nowhere", 1):
        pass
