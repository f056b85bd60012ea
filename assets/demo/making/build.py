"""Makes the demo library: `python -m assets.demo.making.build [render | people | train | all]`.

    render  draws the eight videos                       -> videos/*.mp4
    people  features, thumbnails, captions, people       -> thumbs/*, demo.h5
    train   two small checkpoints and what they say      -> checkpoints/*, runs.h5
    all     the three of them, in this order (default)
Every step replaces what an earlier run made; the same code and codecs give the same files.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from assets.demo.making.stories import STORIES, Story
from core.data import Entry, ScoreTrack

HERE = Path(__file__).resolve().parents[1]
# `checkpoints/summdiff-demo` is of the time when all videos had colour-motion-v1 features. It stays for the libraries
# that were seeded then, which use it where it lies.
SUMMDIFF, LLMVS = "summdiff-demo-lite0", "llmvs-demo"
PRESETS = {SUMMDIFF: "summdiff-demo", LLMVS: "llmvs-demo"}
SAMPLES, SEED = 8, 1
ORDERS = 16  # of the scenes of each training video, its own included


def render_videos(stories: Sequence[Story] = STORIES) -> None:
    """Draws the videos, two at a time."""
    from assets.demo.making.render import render

    with ProcessPoolExecutor(min(len(stories), os.cpu_count() or 1)) as pool:
        paths = [HERE / "videos" / f"{story.key}.mp4" for story in stories]
        for path in pool.map(render, stories, paths):
            print(f"{path.relative_to(HERE)}  {path.stat().st_size / 1e6:.2f} MB", flush=True)


def judged_entry(story: Story, work: Path) -> Entry:
    """The measured entry of a rendered story with captions and simulated people; thumbnails are put in their place."""
    from assets.demo.making.captions import captions
    from assets.demo.making.people import annotations
    from core.features.colour_motion import COLOUR_MOTION
    from core.features.hashed_words import TEXT_SPACE, text_features
    from core.features.registry import DEFAULT, open_space
    from core.ingest import ingest
    from core.segment.settings import ShotSettings
    from core.signals import signals

    video = HERE / "videos" / f"{story.key}.mp4"
    made = ingest(
        video, work=work, feature_space=open_space(DEFAULT), beside=(COLOUR_MOTION,), shots=ShotSettings("kts")
    )
    for suffix in (".jpg", ".json"):
        target = HERE / "thumbs" / f"{story.key}{suffix}"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(made.thumbnails.with_suffix(suffix), target)
    entry = made.entry(
        f"demo/{story.key}", story.title, category=story.category, licence="CC0", made="drawn by a program"
    )
    seconds = entry.timebase.seconds(entry.picks)
    sentences = captions(story, seconds)
    return dataclasses.replace(
        entry.with_text_features(TEXT_SPACE, text_features(sentences)),
        signals=signals(made.survey, entry.timebase, entry.picks, made.features, made.heard),
        captions=sentences,
        sounds=made.heard.events if made.heard else (),
        annotations=annotations(story, seconds),
    )


def write_people() -> None:
    """Looks at the videos, simulates the people and writes demo.h5."""
    from storage.formats.eccv16 import write_eccv16

    with tempfile.TemporaryDirectory() as work:
        entries = [judged_entry(story, Path(work) / story.key) for story in STORIES]
        write_eccv16(entries, HERE / "demo.h5", dataset="demo")
    print(f"demo.h5  {len(entries)} videos, {sum(len(entry.picks) for entry in entries)} picks", flush=True)


def read_entries() -> dict[str, Entry]:
    """The entries of demo.h5 by key."""
    from storage.formats.eccv16 import read_eccv16

    return {entry.key: entry for entry in read_eccv16(HERE / "demo.h5")}


def train_checkpoints() -> None:
    """Trains both checkpoints on the stories that are not held back, their scenes in many orders."""
    from assets.demo.making.orders import reordered, scene_picks
    from core.training.loop import train
    from core.training.recipes import get_preset
    from core.training.videos import videos_from_entries

    entries = read_entries()
    stories = [story for story in STORIES if not story.held_back]
    held_back = [story.key for story in STORIES if story.held_back]
    held_out = [f"demo/{key}" for key in held_back]
    info = {
        "dataset": "demo",
        "held_out": held_out,
        "split": f"all but {', '.join(held_back)}",
        "scene_orders": ORDERS,
    }
    labels = {SUMMDIFF: "SummDiff (demo)", LLMVS: "LLMVS head (hashed-words, demo)"}
    for name, label in labels.items():
        settings = get_preset(PRESETS[name], device="cpu")
        told, space = videos_from_entries([entries[story.key] for story in stories], settings.model)
        rng = np.random.default_rng(settings.seed)
        videos = list(told)
        for story, video in zip(stories, told, strict=True):
            entry = entries[story.key]
            scenes = scene_picks(story, entry.timebase.seconds(entry.picks))
            videos += [reordered(video, scenes, rng) for _ in range(ORDERS - 1)]
        with tempfile.TemporaryDirectory(dir=HERE) as work:
            made = train(videos, settings, out=Path(work) / name, feature_space=space, label=label, training_info=info)
            count_videos(
                made.path / "model.json", [video.id for video in told], sum(len(video.targets) for video in told)
            )
            target = HERE / "checkpoints" / name
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(exist_ok=True)
            shutil.move(made.path, target)
        print(f"{name}  loss {made.training['loss'][-1]:.4f}  {made.training['seconds']} s", flush=True)
    measure_checkpoints()


def measure_checkpoints() -> None:
    """Writes into both checkpoints what they reach on the stories that were held back."""
    from core.models.checkpoints import read_checkpoint
    from core.training.evaluating import evaluate_checkpoint
    from core.training.measured import keep_figures

    entries = read_entries()
    held_back = [entries[story.key] for story in STORIES if story.held_back]
    for name in (SUMMDIFF, LLMVS):
        made = read_checkpoint(HERE / "checkpoints" / name)
        figures = evaluate_checkpoint(made, held_back, samples=SAMPLES, seed=SEED, device="cpu")
        keep_figures(made, figures, [entry.id for entry in held_back])


def count_videos(description: Path, videos: list[str], curves: int) -> None:
    """Puts the true videos into a checkpoint's description: other orders of one are not more videos."""
    told = json.loads(description.read_text("utf-8"))
    told["training"] |= {"videos": videos, "n_videos": len(videos), "n_curves": curves}
    description.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


def demo_tracks(entry: Entry) -> list[ScoreTrack]:
    """What the shipped checkpoints say about an entry: eight SummDiff samples and the LLMVS head's curve."""
    from core.models.checkpoints import read_checkpoint
    from core.training.scoring import score

    checkpoints = [read_checkpoint(HERE / "checkpoints" / name) for name in (SUMMDIFF, LLMVS)]
    return [score(checkpoint, entry, n=SAMPLES, seed=SEED, device="cpu") for checkpoint in checkpoints]


def write_runs() -> None:
    """Writes runs.h5: what the checkpoints say about all stories."""
    from storage.formats.tracks import write_tracks

    write_tracks({key: demo_tracks(entry) for key, entry in read_entries().items()}, HERE / "runs.h5")
    print("runs.h5", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m assets.demo.making.build", description="Makes the demo library.")
    parser.add_argument("step", nargs="?", default="all", choices=("render", "people", "train", "all"))
    step = parser.parse_args(arguments).step
    if step in ("render", "all"):
        render_videos()
    if step in ("people", "all"):
        write_people()
    if step in ("train", "all"):
        train_checkpoints()
        write_runs()


if __name__ == "__main__":
    main()
