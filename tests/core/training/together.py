"""Trainings that `torchrun` starts in two processes: `torchrun ... together.py FOLDER [lose]`; see test_distributed.py.

One trains to its end; with `lose`, the first process loses the other after its fourth epoch, and is started again. Then
one is cancelled, and one is asked to be content with what it has. What came of them lies in FOLDER.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np

from core.errors import Cancelled
from core.training import loop
from core.training.distributed import follows, joined
from core.training.recipes import TrainSettings
from core.training.underway import Underway
from core.training.videos import TrainingVideo

SETTINGS = TrainSettings(
    epochs=6,
    batch_size=3,
    accumulate=2,
    curves_per_video=2,
    shards=2,
    config={
        "hidden": 16, "heads": 2, "feed_forward": 16, "decoder_layers": 1, "denoiser": "latentmlp", "standardize": True,
    },
)  # fmt: skip


def made_videos() -> list[TrainingVideo]:
    generator = np.random.default_rng(0)

    def video(length: int) -> TrainingVideo:
        features = generator.standard_normal((length, 8), dtype=np.float32)
        return TrainingVideo(f"made/{length}", features, generator.random((3, length), dtype=np.float32))

    return [video(length) for length in range(20, 48, 4)]


def likes(model) -> float:
    """A criterion that looks at what a model predicts."""
    import torch

    curves = model.predict(torch.from_numpy(made_videos()[0].features), n=2, seed=1, steps=2)
    return float(curves.std())


def main(folder: Path, loses: bool) -> None:
    if follows():
        (folder / "other.pid").write_text(str(os.getpid()))
        with joined() as processes:
            loop.follow(processes)
        return
    first_life = os.environ["TORCHELASTIC_RESTART_COUNT"] == "0"

    def lose_the_other(fraction, message, figures=None):
        if loses and first_life and figures and figures["epoch"] == 4:
            os.kill(int((folder / "other.pid").read_text()), signal.SIGKILL)

    with joined() as processes:

        def train(name, **more):
            return loop.train(made_videos(), SETTINGS, out=folder / name, feature_space="s", criterion=likes, **more)

        resumable = Underway(folder / "kept", save_every_s=0, processes=processes)
        train("resumed", underway=resumable, progress=lose_the_other)
        asked = []
        told = ""
        try:
            train(
                "cancelled",
                underway=Underway(processes=processes),
                should_stop=lambda: asked.append(1) or len(asked) > 4,
            )
        except Cancelled as error:
            told = error.message
        asked.clear()
        enough = Underway(should_finish=lambda: asked.append(1) or len(asked) > 8, processes=processes)
        train("content", underway=enough)
        (folder / "said.json").write_text(json.dumps({"told": told, "first life": first_life}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] == ["lose"])
