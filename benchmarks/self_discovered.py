"""What pretraining without labels discovers: how much it keeps, what that covers of people's cuts, and its cuts.

A summarizer is pretrained as the app pretrains it on anybody's films (`core.training.pretraining.OWN_FILMS`), on the
50 TVSum videos with caption features and on a handful of ordinary clips, seeds 0 to 2. Eight samples a video, seed 0.
A sample
covers a person's cut (15 %, published rule) as far as it keeps its frames; chance are random samples that keep as much:
of single picks, and the samples themselves moved in time. Its cuts are those of the viewing rule at 15 %.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Result, peak_mb
from core.data import Entry, ScoreTrack
from core.errors import NotFoundError
from core.statistics.results import Coverage

SHARED = Path(__file__).resolve().parents[2] / "shared"
CLIPS = (
    "apollo_mjpeg_47s.mov",
    "bbb_60s_h264_aac.mp4",
    "bbb_trailer_vp8_vorbis.webm",
    "chrome_29.97_h264_aac.mp4",
    "hevc_10s_1080p.mp4",
    "persons_139s_10fps_nocuts.mp4",
    "portrait_rot90_29.97.mov",
    "reel_208s_known_cuts.mp4",
    "screenrec_vfr_real.mp4",
    "seattle_msmpeg4v2.avi",
)
SEEDS = (0, 1, 2)
SAMPLES = 8
# What must be reached.
LEAST_KEPT, MOST_KEPT, MOST_SECONDS = 0.3, 0.85, 240


@dataclass(frozen=True)
class Kept:
    """What the samples of one pretraining keep. All shares in [0, 1].

    Attributes:
        name: what was pretrained on, and the seed.
        seconds: of the pretraining.
        kept: share of a video that a sample keeps, mean over videos.
        least, most: the smallest and the largest over videos.
        spread: standard deviation of the keep probability within a video, mean over videos.
    """

    name: str
    seconds: float
    kept: float
    least: float
    most: float
    spread: float


@dataclass(frozen=True)
class Covered(Coverage):
    """What samples cover, beside two kinds of chance.

    Attributes:
        moved: of the samples themselves, moved in time.
        tau: of the mean curve with people.
    """

    moved: Coverage | None = None
    tau: float = float("nan")


def self_discovered(data: Path | None = None) -> Result:
    """One table a data set on stderr. `data` is the folder that holds data/tvsum and videos."""
    shared = data or SHARED
    captions, labels = shared / "data/tvsum/tvsum_captions_minilm.h5", shared / "data/tvsum/ydata-tvsum50.mat"
    if not (captions.is_file() and (shared / "videos" / CLIPS[0]).is_file()):
        raise NotFoundError(f"TVSum's captions and the clips are not in '{shared}'.", "Name their folder with --data.")
    from storage.formats import read_dataset

    started = time.perf_counter()
    judged = read_dataset(captions, labels)
    kept: list[Kept] = []
    covered: list[Covered] = []
    with tempfile.TemporaryDirectory() as folder:
        films = taken_in([shared / "videos" / clip for clip in CLIPS], Path(folder) / "library")
        tracks = {
            name: made(entries, Path(folder) / name, name, kept)
            for name, entries in (("TVSum", judged), ("clips", films))
        }
    for seed in SEEDS:
        covered.append(coverage_of(judged, tracks["TVSum"][seed]))
    cuts = [cuts_of(entry, tracks["clips"][0][n]) for n, entry in enumerate(films)]
    agreement = {name: round(agreement_of(of_seeds), 3) for name, of_seeds in tracks.items()}
    print(table(kept, covered, cuts, agreement), file=sys.stderr)
    reached = all(one.least >= LEAST_KEPT and one.most <= MOST_KEPT and one.seconds <= MOST_SECONDS for one in kept)
    return Result(
        "self-discovered",
        time.perf_counter() - started,
        None,
        peak_mb(),
        None,
        reached,
        f"a kept share from {LEAST_KEPT:.0%} to {MOST_KEPT:.0%} of every video, pretrained in {MOST_SECONDS} s",
        {
            "kept": [asdict(one) for one in kept],
            "coverage": [asdict(one) for one in covered],
            "cuts": cuts,
            "seeds_agree": agreement,
        },
    )


def taken_in(videos: Sequence[Path], data_dir: Path) -> list[Entry]:
    """The clips as the app takes them in."""
    from storage.library import Library
    from verbs.ingest import IngestRequest, ingest

    with Library.open(data_dir) as library:
        return [library.entries.get(ingest(library, IngestRequest(path=[video])).entries[0].entry) for video in videos]


def made(entries: Sequence[Entry], folder: Path, name: str, kept: list[Kept]) -> list[list[ScoreTrack]]:
    """The samples of every entry for each seed; what they keep is added to `kept`."""
    import torch

    from core.models.checkpoints import load_model
    from core.statistics.coverage import kept_share
    from core.training.pretraining import OWN_FILMS, pretrain, unlabelled_videos
    from core.training.scoring import score

    tracks = []
    for seed in SEEDS:
        settings = replace(OWN_FILMS, seed=seed, device="cpu")
        videos, space = unlabelled_videos(entries, settings.model)
        checkpoint = pretrain(videos, settings, out=folder / str(seed), feature_space=space)
        tracks.append([score(checkpoint, entry, n=SAMPLES, seed=0, device="cpu") for entry in entries])
        shares = [kept_share(entry, track.scores) for entry, track in zip(entries, tracks[-1], strict=True)]
        model: Any = load_model(checkpoint, "cpu")
        with torch.inference_mode():
            curves = [model(torch.from_numpy(video.features)[None])[0].numpy() for video in videos]
        print(f"{name}, seed {seed}: pretrained in {checkpoint.training['seconds']} s", file=sys.stderr, flush=True)
        kept.append(
            Kept(
                f"{name}, seed {seed}",
                checkpoint.training["seconds"],
                statistics.mean(shares),
                min(shares),
                max(shares),
                statistics.mean(float(curve.std()) for curve in curves),
            )
        )
    return tracks


def coverage_of(entries: Sequence[Entry], tracks: Sequence[ScoreTrack]) -> Covered:
    """Means over videos of the coverage, of both chances, and of the mean curve's tau with people."""
    from core.statistics.coverage import coverage
    from core.statistics.evaluation import figures_of
    from core.statistics.figure import mean_of

    rows = []
    for entry, track in zip(entries, tracks, strict=True):
        moved = coverage(entry, track.scores, shifted=True).chance
        tau = figures_of(entry, track.scores.mean(axis=0)[None], "tvsum").kendall
        rows.append(Covered(**vars(coverage(entry, track.scores)), moved=moved, tau=tau))
    return mean_of(rows)


def cuts_of(entry: Entry, track: ScoreTrack) -> dict[str, Any]:
    """How different the cuts of an entry's samples are, and how much better than the video the mean's cut scores."""
    from core.segment.segmentation import default_shots
    from core.select.published import hold_scores
    from verbs.cuts import Solver

    solve = Solver(entry, default_shots(entry))
    masks = [solve(row).mask.astype(bool) for row in track.scores]
    shared = [float((a & b).sum() / max((a | b).sum(), 1)) for a, b in combinations(masks, 2)]
    mean = track.scores.mean(axis=0)
    held, cut = hold_scores(mean, entry.picks, entry.n_frames), solve(mean).mask.astype(bool)
    return {
        "clip": entry.key,
        "different": len({mask.tobytes() for mask in masks}),
        "jaccard": statistics.mean(shared),
        "gain": float(held[cut].mean() - held.mean()) if cut.any() else None,
    }


def agreement_of(tracks: Sequence[Sequence[ScoreTrack]]) -> float:
    """Correlation of the mean curves of two seeds, mean over videos and pairs of seeds; flat curves are left out."""
    found = []
    for a, b in combinations(tracks, 2):
        for one, other in zip(a, b, strict=True):
            x, y = one.scores.mean(axis=0), other.scores.mean(axis=0)
            if x.std() and y.std():
                found.append(float(np.corrcoef(x, y)[0, 1]))
    return statistics.mean(found)


def table(
    kept: Sequence[Kept], covered: Sequence[Covered], cuts: Sequence[dict[str, Any]], agreement: dict[str, float]
) -> str:
    """The figures as Markdown tables."""
    lines = ["| pretrained on | s | kept | of the videos | spread |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.name} | {one.seconds:.0f} | {one.kept:.2f} | {one.least:.2f} to {one.most:.2f} | {one.spread:.3f} |"
        for one in kept
    ]
    lines += [
        "",
        "| TVSum | kept | one sample | best sample | best person | tau of the mean |",
        "|---|---|---|---|---|---|",
    ]
    for seed, row in zip(SEEDS, covered, strict=True):
        for label, of in ((f"seed {seed}", row), ("chance, picks", row.chance), ("chance, moved", row.moved)):
            tau = f"{row.tau:.3f}" if of is row else ""
            figures = " | ".join(f"{getattr(of, name):.3f}" for name in ("kept", "one", "people", "best_person"))
            lines.append(f"| {label} | {figures} | {tau} |")
    lines += [
        "",
        "| clip, seed 0 | different cuts of 8 | Jaccard of two | gain of the mean's cut |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {one['clip']} | {one['different']} | {one['jaccard']:.2f} | "
        f"{'none' if one['gain'] is None else format(one['gain'], '+.3f')} |"
        for one in cuts
    ]
    said = ", ".join(f"{name} {value:+.2f}" for name, value in agreement.items())
    return "\n".join([*lines, "", f"Mean curves of two seeds correlate: {said}."])
