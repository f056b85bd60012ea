"""Verbs about many entries come to the same by workers in processes of their own as by this process."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.engine import HERE, Pool
from core.errors import InputError, NotFoundError
from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from storage.library import Library
from tests.commands import command
from tests.core.captioning_server import Server
from tests.core.made_videos import write_video
from verbs.caption import CaptionRequest, caption
from verbs.evaluate import EvaluateRequest, evaluate
from verbs.features import FeaturesRequest, features
from verbs.ingest import IngestRequest, ingest
from verbs.sample import SampleRequest
from verbs.sample_many import SampleManyRequest, sample_many

SPACE = "colour-motion-v1"
ENGINES = {"here": HERE, "workers": Pool(2)}


def scorer(library, space, width):
    torch.manual_seed(0)
    made = save_checkpoint(
        MLP(MLPConfig(feature_width=width)),
        library.checkpoints.folder / "one",
        label="one",
        feature_space=space,
        training={"dataset": "others", "videos": [], "n_videos": 0, "n_people": 0},
    )
    library.checkpoints.register(made.path)


@pytest.mark.slow
def test_videos_are_taken_in_looked_at_again_and_described_by_workers_as_here(tmp_path):
    films = tmp_path / "films"
    films.mkdir()
    for number in range(3):
        write_video(films / f"{number}.mp4", 40 + number)
    (films / "same.mp4").write_bytes((films / "0.mp4").read_bytes())
    (films / "broken.mp4").write_text("nothing")
    found = {}
    for name, engine in ENGINES.items():
        server = Server()
        with Library.open(tmp_path / name) as library:
            taken = ingest(library, IngestRequest(path=[films], space=SPACE), engine=engine)
            assert [len(one) for one in (taken.entries, taken.skipped, taken.failed)] == [3, 1, 1]
            again = features(library, FeaturesRequest(dataset="videos", space=SPACE), engine=engine)
            assert [one.new for one in again.entries] == [False] * 3
            request = CaptionRequest(dataset="videos", captioner=server.url, server_model="llava")
            described = caption(library, request, engine=engine)
            assert sum(one.captions for one in described.entries) == 12
            asked = len(server.asked)
            caption(library, request, engine=engine)
            assert len(server.asked) == asked, "what was described is not described again"
            ids = sorted(one.id for one in library.entries.list())  # they come as they are done
            entries = [library.entries.get(one) for one in ids]
            found[name] = [(one.id, one.captions, one.features[SPACE], sorted(one.signals.items())) for one in entries]
        server.close()
    for here, there in zip(*found.values(), strict=True):
        assert here[:2] == there[:2]
        assert np.array_equal(here[2], there[2])
        assert all(np.array_equal(one[1], other[1]) for one, other in zip(here[3], there[3], strict=True))


@pytest.mark.slow
def test_entries_are_scored_and_evaluated_by_workers_as_here(library, make_entry):
    library.entries.add("talks", [make_entry(f"talks/{name}") for name in ("first", "second", "third")])
    library.entries.add("others", [make_entry("others/one", feature_space="else")])
    scorer(library, "test-6", 6)
    made = {name: evaluate(library, EvaluateRequest(dataset="talks", checkpoint="one"), engine=engine)
            for name, engine in ENGINES.items()}  # fmt: skip
    assert made["here"].as_json() == made["workers"].as_json()
    request = SampleManyRequest(all_entries=True, asked=SampleRequest(entry="", checkpoint="one"))
    sampled = sample_many(library, request, engine=Pool(2))
    assert [(one.entry, one.found_again) for one in sampled.entries] == [
        ("talks/first", False), ("talks/second", False), ("talks/third", False),
    ]  # fmt: skip
    assert [one.entry for one in sampled.skipped] == ["others/one"]
    again = sample_many(library, request)
    assert [(one.run, one.found_again) for one in again.entries] == [(one.run, True) for one in sampled.entries]


def test_commands_name_an_engine_and_entries_in_one_way(library, make_entry):
    library.entries.add("talks", [make_entry("talks/first")])
    data = library.data_dir
    done = command("features", "--all", "--engine", "slurm", data=data, MANYCUT_DEMO=0)
    assert (done.returncode, "There is no engine 'slurm'. Choose local, ray" in done.stderr) == (2, True)
    done = command("sample", "talks/first", "--all", data=data, MANYCUT_DEMO=0)
    assert "Name an entry, a --dataset, or --all" in done.stderr


def test_a_data_set_that_is_not_there_cannot_be_sampled(library):
    with pytest.raises(NotFoundError):
        sample_many(library, SampleManyRequest(dataset="x", asked=SampleRequest(entry="")))
    with pytest.raises(InputError):
        sample_many(library, SampleManyRequest(asked=SampleRequest(entry="")))
