"""Figures as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan, nan

from core.statistics.results import Aligned, Closeness, Coverage, Evaluation, Figures, Placed, Skill, SplitsEvaluation
from verbs.evaluate import EvaluateResult, EvaluateSplitsResult
from verbs.pretrain import PretrainResult
from verbs.sample import SampleResult
from verbs.train import TrainResult
from verbs.train_splits import TrainedSplits

TITLES = ("tau", "rho", "F1 %")

DIVERGED = "the training left all numbers. Train again with other settings."
LEVELS = {"closest": "best other person", "difference": "two differ by"}


def evaluation_table(result: EvaluateResult) -> str:
    """What `evaluate` found: the model, and people beside it."""
    found = result.figures
    table = _table(found, found.samples, [], None, found.selected_on_test, found.seen_in_training)
    return "\n".join([table, *_sampled(found), *result.notes])


def splits_table(result: EvaluateSplitsResult) -> str:
    """What `evaluate_splits` found: one row a split, their mean, and people beside it."""
    found = result.figures
    seen = [row.seen_in_training for row in found.splits if row.seen_in_training]
    table = _table(found, found.samples, found.splits, found.std, found.selected_on_test, sum(seen))
    return "\n".join([table, *_sampled(found), *result.notes])


def _sampled(found: Evaluation | SplitsEvaluation) -> list[str]:
    """What the sampler was told, where there is one."""
    if not found.sampler:
        return []
    settings = ", ".join(f"{name} {value:g}" for name, value in found.sampler.items())
    return [f"{found.samples} samples of each video: {settings}."]


def sampled_sentence(result: SampleResult) -> str:
    """What `sample` made and what its model learned from; of self-discovered samples also what they keep and cover."""
    made = f"{len(result.scores)} score curves from {result.model} ({result.checkpoint})."
    if result.found_again:
        made += f" They are those of run:{result.run}: the same was asked for before."
    if result.discovered:
        made += discovered_sentence(result.discovered.kept, result.discovered.coverage)
    made += "".join(f"\n{number:2}  {name}" for number, name in enumerate(result.names, start=1))
    return f"{made}\n{result.learned_from}"


def trained_sentence(result: TrainResult | TrainedSplits | PretrainResult) -> str:
    """How long a training took, and how it ended."""
    ended = f"loss {result.loss:.4f}." if isfinite(result.loss) else f"loss undefined: {DIVERGED}"
    return f"{result.checkpoint}: {result.epochs} epochs in {result.seconds:.0f} s, {ended}"


def pretrained_sentence(result: PretrainResult) -> str:
    """What `pretrain` made, and what the videos' self-discovered samples keep and cover."""
    made = "\n".join([trained_sentence(result), *result.notes])
    if result.kept is None:
        return made
    return f"{made}\n{len(result.runs)} videos scored." + discovered_sentence(result.kept, result.coverage)


def discovered_sentence(kept: float, coverage: Coverage | None) -> str:
    """Kept share and coverage in percent, each beside chance: random samples that keep as much."""
    said = f" A sample keeps {kept:.0%} of a video."
    if coverage is None or coverage.chance is None:
        return said
    chance = coverage.chance
    parts = [
        f"{name} {share:.0%} (by chance {random:.0%})"
        for name, share, random in (
            ("one sample", coverage.one, chance.one),
            ("each person's best sample", coverage.people, chance.people),
            ("each sample's best person", coverage.best_person, chance.best_person),
        )
    ]
    return f"{said} Of people's cuts it covers: {', '.join(parts)}."


def _table(
    result: Placed,
    samples: int,
    splits: Sequence[Evaluation],
    std: Figures | None,
    selected_on_test: bool,
    seen: int | None,
) -> str:
    protocol = result.protocol
    head = f"Protocol {protocol}: tau and rho {_meaning(protocol)}; F1 {_f1(protocol)} over people."
    lines = [head, "", f"{'':28}" + "".join(f"{title:>16}" for title in TITLES)]
    lines += [_line(f"split {row.split} ({protocol})", row) for row in splits]
    lines.append(_line(f"{'mean' if std else 'model'} ({protocol})", result, std))
    for level, people in vars(result.human).items() if result.human else ():
        lines.append(_line(f"people, {LEVELS.get(level, level.replace('_', ' '))}", people))
    if result.chance is not None:
        lines.append(_line("people, as this protocol asks", result.chance.people))
        lines.append(_line("noise that knows nothing", result.chance.noise))
        lines.append(_line("the model at other times", result.chance.shifted))
    if result.skill is not None:
        lines += _skill_lines("skill (noise 0, people 1)", result.skill, result.skill)
    if result.single is not None:
        lines.append(_line("one sample, mean over all", result.single))
    for name in ("coverage", "precision"):
        close = getattr(result, name)
        if close is None:
            continue
        lines.append(_line(f"{name} of {samples} samples", close))
        if result.chance is not None and (noise := getattr(result.chance.noise, name)) is not None:
            lines.append(_line(f"{name}, noise", noise))
        if result.skill is not None and (skill := getattr(result.skill, name)) is not None:
            lines += _skill_lines(f"{name}, skill", skill, result.skill, f"{name}_")
    if result.diversity is not None:
        own, between = result.diversity.one_minus_tau, result.diversity.people_one_minus_tau
        noise = result.chance.noise.diversity if result.chance is not None else None
        beside = f", two curves of noise by {number(noise.one_minus_tau)}" if noise is not None else ""
        lines.append(f"Two samples differ by {number(own)} (1 - tau), two people by {number(between)}{beside}.")
        if result.diversity.pairs_left_out:
            lines.append("Samples are drawn in antithetic pairs, of which the two are not compared with each other.")
    if result.alignment is not None:
        lines += [_moved_line(name, found) for name, found in vars(result.alignment).items()]
    if result.undefined:
        lines.append(
            f"{result.undefined:.1f} people a video gave one score throughout; correlation with them is undefined."
        )
    shown = [one for one in (result, *splits, *_people_and_chance(result)) if one is not None]
    if any(isnan(one.kendall) or isnan(one.spearman) for one in shown):
        lines.append("A correlation is undefined where the scores, or those of every person, are the same throughout.")
    if any(isnan(one.f1) for one in shown):
        lines.append("F1 is undefined where the cuts that are compared hold nothing.")
    if result.skill is not None and any(isnan(getattr(result.skill, one)) for one in ("kendall", "spearman", "f1")):
        lines.append("Skill is undefined where people are hardly better than noise.")
    if selected_on_test:
        lines.append("The epoch was selected on test videos: these figures are too good.")
    if seen:
        lines.append(f"{seen} of the evaluated videos were trained on: these figures are too good.")
    return "\n".join(lines)


def _people_and_chance(result: Placed) -> Sequence[Figures | Closeness | None]:
    """What stands beside the figures of a model, as far as it is shown."""
    chance = (result.chance.people, result.chance.noise, result.chance.shifted) if result.chance else ()
    people: Sequence[Closeness] = tuple(vars(result.human).values()) if result.human else ()
    return (*people, *chance, result.coverage, result.precision)


def _meaning(protocol: str) -> str:
    return {
        "summe": "between the machine's summary and people's mean summary, over frames",
        "tvsum": "between scores and each person's scores at the picks, mean over people",
        "mrhisum": "between scores and the mean score",
    }[protocol]


def _f1(protocol: str) -> str:
    return {"summe": "best", "tvsum": "mean", "mrhisum": "with the one true summary, not"}[protocol]


def _line(name: str, found: Figures | Closeness, std: Figures | None = None) -> str:
    cells = []
    for column in ("kendall", "spearman", "f1"):
        digits, factor = (1, 100) if column == "f1" else (3, 1)  # F1 is printed in percent, as it is published
        cell = number(getattr(found, column), digits, factor)
        if std is not None and not isnan(deviation := getattr(std, column)):
            cell += f" ± {number(deviation, digits, factor)}"
        cells.append(f"{cell:>16}")
    return f"{name:28}" + "".join(cells)


def _skill_lines(name: str, found: Skill | Closeness, skill: Skill, part: str = "") -> list[str]:
    """Skill, and its 95 % limits where there are enough videos."""
    names = ("kendall", "spearman", "f1")
    lines = [f"{name:28}" + "".join(f"{number(getattr(found, one), 2):>16}" for one in names)]
    if skill.intervals is not None:
        limits = [skill.intervals.get(f"{part}{one}", (nan, nan)) for one in names]
        lines.append(f"{'  95 % over videos':28}" + "".join(f"{_interval(*each, digits=2):>16}" for each in limits))
    return lines


def _moved_line(name: str, found: Aligned) -> str:
    """What `core.statistics.alignment` found, as a sentence."""
    limits = "" if found.interval is None else _interval(*found.interval)
    lost = " ".join(filter(None, [number(found.difference), limits]))
    places = f"{number(found.aligned)} in place, {number(found.rolled)} shifted"
    return f"Shifted in time, what sets samples apart loses {lost} of {name} ({places}; tau, stripped)."


def _interval(low: float, high: float, digits: int = 3) -> str:
    return "" if isnan(low) or isnan(high) else f"[{low:.{digits}f}, {high:.{digits}f}]"


def number(value: float, digits: int = 3, factor: float = 1) -> str:
    """A figure, or that it is undefined."""
    return "undefined" if isnan(value) else f"{factor * value:.{digits}f}"
