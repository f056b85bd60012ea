"""The cuts that a person gets from an ordinary video which nobody has labelled, before and after, beside chance.

Six clips are taken in as the app takes them in, without labels and without the demo library, and every signal and taste
is cut by the viewing rule at 15 %. Chance are cuts from random scores, uniform and independent at every pick, by the
same rule on the same shots. "Before" are cuts of the same clips by the published rule from eight samples of the only
checkpoint there was (commit c538ab3), kept in `results/cuts_before.json` together with their shots.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.measuring import Result, peak_mb
from core.data import DEFAULT_BUDGET, Cut, Entry, Shots
from core.errors import NotFoundError

CLIPS = (
    "bbb_60s_h264_aac.mp4",
    "chrome_29.97_h264_aac.mp4",
    "reel_208s_known_cuts.mp4",
    "persons_139s_10fps_nocuts.mp4",
    "seattle_msmpeg4v2.avi",
    "apollo_mjpeg_47s.mov",
)
REEL = "reel_208s_known_cuts.mp4"
VIDEOS = Path(__file__).resolve().parents[2] / "shared" / "videos"
BEFORE = Path(__file__).resolve().parent / "results" / "cuts_before.json"
RANDOM_CUTS, SEED = 20, 0
WITHIN_FRAMES = 2
DISTINCT = 0.5
# What must be reached.
MOST_EMPTY, LEAST_USED, NEAR_CHANCE, USABLE_SHOTS = 0.02, 0.85, 0.1, 6


@dataclass(frozen=True)
class ClipFigures:
    """What one clip's cuts are like. All shares in [0, 1].

    Attributes:
        clip: file name.
        shots: number of shots that can be cut.
        cuts: number of cuts.
        different: how many of them differ at all.
        apart: size of the largest set of which no two share more than half of their time (Jaccard).
        empty: largest share of a cut's time whose pictures show nothing.
        used: median share of the budget that plays.
        gain: smallest mean score inside minus mean score of the video.
        near_random: largest F1 of a cut with cuts from random scores, mean over those.
        chance: the same of two cuts from random scores.
    """

    clip: str
    shots: int
    cuts: int
    different: int
    apart: int
    empty: float
    used: float
    gain: float
    near_random: float
    chance: float


@dataclass(frozen=True, eq=False)
class ClipCuts:
    """The cuts of one clip.

    Attributes:
        entry: the clip.
        labels: of the cuts, for people.
        cuts: (n_frames,) bool, each.
        gains: mean score inside minus mean score of the video, each.
        random: (n_frames,) bool, cuts from random scores on the same shots by the same rule.
        shots: number of shots that can be cut.
    """

    entry: Entry
    labels: list[str]
    cuts: list[np.ndarray]
    gains: list[float]
    random: list[np.ndarray]
    shots: int


def cuts(data: Path | None = None, sheets: Path | None = None) -> Result:
    """Before and after in one table on stderr; contact sheets of the cuts are written to `sheets`."""
    videos = data or VIDEOS
    if not (videos / REEL).is_file():
        raise NotFoundError(f"The clips are not in '{videos}'.", "Name their folder with --data.")
    before: list[ClipFigures] = []
    after: list[ClipFigures] = []
    boundaries: dict[str, tuple[int, int]] = {}
    joins = np.empty(0, np.int64)
    kept = json.loads(BEFORE.read_text())
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for clip in CLIPS:
            now = taken_in(videos / clip, Path(folder) / clip)
            then = as_before(kept[clip], now.entry)
            before.append(figures(clip, then))
            after.append(figures(clip, now))
            if clip == REEL:
                joins = joins_of(videos / clip, now.entry)
                bounds = next(iter(now.entry.shots.values()))
                starts = (bounds.bounds if bounds.exact is None else bounds.exact)[1:, 0]
                boundaries = {
                    "before": found_within(joins, np.array(kept[clip]["shots"])[1:, 0]),
                    "after": found_within(joins, starts),
                }
            if sheets is not None:
                from benchmarks.contact_sheets import write_sheet

                for label, mask in zip(now.labels, now.cuts, strict=True):
                    write_sheet(now.entry, label, mask, sheets)
    print(table(before, after, boundaries, len(joins)), file=sys.stderr)
    return Result(
        "cuts",
        time.perf_counter() - started,
        None,
        peak_mb(),
        None,
        reached(after, boundaries, len(joins)),
        f"at most {MOST_EMPTY:.0%} empty, {LEAST_USED:.0%} of the budget used (median of clips with {USABLE_SHOTS}"
        f" shots), every gain positive, F1 with random cuts within {NEAR_CHANCE} of chance, all joins but one within"
        f" {WITHIN_FRAMES} frames",
        {
            "before": [asdict(one) for one in before],
            "after": [asdict(one) for one in after],
            "joins_found": {name: found for name, (found, _) in boundaries.items()},
            "boundaries": {name: count for name, (_, count) in boundaries.items()},
            "joins": len(joins),
        },
    )


def taken_in(video: Path, data_dir: Path) -> ClipCuts:
    """The cuts that a person gets who drops a video into an empty library."""
    from storage.library import Library
    from verbs.cuts import CutsRequest, Solver
    from verbs.cuts import cuts as cuts_verb
    from verbs.ingest import IngestRequest, ingest

    with Library.open(data_dir) as library:
        entry = library.entries.get(ingest(library, IngestRequest(path=[video])).entries[0].entry)
        made = cuts_verb(library, CutsRequest(entry=entry.id)).cuts
    shots = next(iter(entry.shots.values()))
    solve = Solver(entry, shots)
    random = [solve(scores).mask.astype(bool) for scores in random_scores(len(entry.picks))]
    masks = [Cut(np.array(cut.frames).reshape(-1, 2), entry.n_frames, 1.0).mask.astype(bool) for cut in made]
    gains = [float("nan") if cut.score_inside is None else cut.score_inside - cut.score_video for cut in made]
    return ClipCuts(entry, [cut.label for cut in made], masks, gains, random, usable_shots(entry, shots))


def as_before(kept: Mapping[str, object], entry: Entry) -> ClipCuts:
    """The cuts of a clip as they were, and what chance got then: random scores by the published rule on those shots."""
    from core.select.published import select

    bounds = np.array(kept["shots"], np.int64)
    masks = [Cut(np.array(cut["frames"]), entry.n_frames, 1.0).mask.astype(bool) for cut in kept["cuts"]]
    random = [
        select(scores, entry.picks, Shots(bounds, "before"), entry.n_frames).mask.astype(bool)
        for scores in random_scores(len(entry.picks))
    ]
    labels = [cut["label"] for cut in kept["cuts"]]
    return ClipCuts(entry, labels, masks, [cut["gain"] for cut in kept["cuts"]], random, len(bounds))


def figures(clip: str, made: ClipCuts) -> ClipFigures:
    """What the cuts of a clip are like."""
    entry = made.entry
    lasting = np.diff(entry.timebase.seconds(np.arange(entry.n_frames + 1)))
    nothing = np.zeros(entry.n_frames, bool)
    for start, end in [] if entry.empty is None else entry.empty:
        nothing[start:end] = True
    budget = DEFAULT_BUDGET * entry.timebase.duration
    pairs = list(combinations(made.random, 2))
    return ClipFigures(
        clip=clip,
        shots=made.shots,
        cuts=len(made.cuts),
        different=len({mask.tobytes() for mask in made.cuts}),
        apart=most_apart(made.cuts, lasting),
        empty=max(float(lasting[mask & nothing].sum() / max(lasting[mask].sum(), 1e-9)) for mask in made.cuts),
        used=statistics.median(float(lasting[mask].sum()) / budget for mask in made.cuts),
        gain=min(made.gains),
        near_random=max(statistics.mean(f1(mask, other, lasting) for other in made.random) for mask in made.cuts),
        chance=statistics.mean(f1(one, other, lasting) for one, other in pairs),
    )


def f1(one: np.ndarray, other: np.ndarray, lasting: np.ndarray) -> float:
    """Overlap of two cuts by time, in [0, 1]."""
    return float(2 * lasting[one & other].sum() / max(lasting[one].sum() + lasting[other].sum(), 1e-9))


def most_apart(masks: Sequence[np.ndarray], lasting: np.ndarray) -> int:
    """How many cuts can be chosen so that no two of them share more than half of their time (Jaccard)."""
    close = [[float(lasting[a & b].sum() / max(lasting[a | b].sum(), 1e-9)) > DISTINCT for b in masks] for a in masks]
    for size in range(len(masks), 1, -1):
        for chosen in combinations(range(len(masks)), size):
            if not any(close[a][b] for a, b in combinations(chosen, 2)):
                return size
    return min(1, len(masks))


def random_scores(picks: int) -> np.ndarray:
    """(RANDOM_CUTS, T) uniform in [0, 1]."""
    return np.random.default_rng(SEED).random((RANDOM_CUTS, picks), np.float32)


def usable_shots(entry: Entry, shots: Shots) -> int:
    """Shots of which something is left when empty pictures are trimmed."""
    from core.select.footage import footage
    from core.select.viewing import free_pieces

    film = footage(entry, shots)
    none = np.empty((0, 4), np.int64)
    return len(free_pieces(film, film.duration_ms, none, none))


def joins_of(reel: Path, entry: Entry) -> np.ndarray:
    """Frames at which the clips of the reel were joined."""
    with reel.with_suffix(".cuts.csv").open() as file:
        return np.array([entry.timebase.frame_at(float(row["cut_time_s"]) + 1e-6) for row in csv.DictReader(file)])


def found_within(joins: np.ndarray, starts: np.ndarray) -> tuple[int, int]:
    """(joins with a boundary within two frames, number of boundaries)."""
    near = [np.abs(starts - join).min(initial=10**9) <= WITHIN_FRAMES for join in joins]
    return int(np.sum(near)), len(starts)


def reached(after: list[ClipFigures], boundaries: Mapping[str, tuple[int, int]], joins: int) -> bool:
    """Whether all that is asked for holds."""
    used = statistics.median(one.used for one in after if one.shots >= USABLE_SHOTS)
    found, count = boundaries["after"]
    return (
        used >= LEAST_USED
        and all(one.empty <= MOST_EMPTY and one.gain > 0 for one in after)
        and all(one.near_random <= one.chance + NEAR_CHANCE for one in after)
        and all(one.apart >= 3 for one in after if one.shots >= USABLE_SHOTS)
        and found >= joins - 1
        and count <= 60
    )


def table(
    before: list[ClipFigures], after: list[ClipFigures], boundaries: Mapping[str, tuple[int, int]], joins: int
) -> str:
    """Markdown: one line a clip, before -> after."""
    names = ["shots", "cuts", "different", "apart", "empty", "used", "gain", "near_random", "chance"]
    lines = ["| clip | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for then, now in zip(before, after, strict=True):
        cells = [_change(getattr(then, name), getattr(now, name)) for name in names]
        lines.append(f"| {then.clip.rsplit('.', 1)[0]} | " + " | ".join(cells) + " |")
    (was, was_count), (found, count) = boundaries["before"], boundaries["after"]
    lines.append(f"\nJoins of the reel within {WITHIN_FRAMES} frames: {was} -> {found} of {joins}")
    lines[-1] += f" ({was_count} -> {count} boundaries)."
    return "\n".join(lines)


def _change(then: float, now: float) -> str:
    if isinstance(then, int):
        return f"{then} -> {now}"
    return f"{then:.2f} -> {now:.2f}"
