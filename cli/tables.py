"""Figures as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.statistics.results import Coverage

COLUMNS = ("kendall", "spearman", "f1")
TITLES = {"kendall": "tau", "spearman": "rho", "f1": "F1 %"}


LEVELS = {"closest": "best other person", "difference": "two differ by"}


def evaluation_table(result: dict[str, Any]) -> str:
    """What `evaluate` found: the model, one row a split where there are several, and people beside it."""
    protocol = result["protocol"]
    head = f"Protocol {protocol}: tau and rho {_meaning(protocol)}; F1 {_f1(protocol)} over people."
    lines = [head, "", f"{'':28}" + "".join(f"{TITLES[c]:>16}" for c in COLUMNS)]
    std = result.get("std")
    for row in result.get("splits", []):
        lines.append(_line(f"split {row['split']} ({protocol})", row))
    lines.append(_line(f"{'mean' if std else 'model'} ({protocol})", result, std))
    for level, figures in (result.get("human") or {}).items():
        if isinstance(figures, dict):
            lines.append(_line(f"people, {LEVELS.get(level, level.replace('_', ' '))}", figures))
    for level in ("coverage", "precision"):
        if isinstance(result.get(level), dict):
            lines.append(_line(f"{level} of {result['samples']} samples", result[level]))
    diversity = result.get("diversity")
    if diversity:
        own, people = diversity["one_minus_tau"], diversity["people_one_minus_tau"]
        lines.append(f"Two samples differ by {_number(own)} (1 - tau), two people by {_number(people)}.")
    if result.get("undefined"):
        lines.append(
            f"{result['undefined']:.1f} people a video gave one score throughout; correlation with them is undefined."
        )
    if result["selected_on_test"]:
        lines.append("The epoch was selected on test videos: these figures are too good.")
    seen = [row.get("seen_in_training") for row in result.get("splits", [result])]
    if any(seen):
        lines.append(f"{sum(filter(None, seen))} of the evaluated videos were trained on: these figures are too good.")
    return "\n".join(lines)


def sampled_sentence(result: dict[str, Any]) -> str:
    """What `sample` made and what its model learned from; of self-discovered samples also what they keep and cover."""
    made = f"{len(result['scores'])} score curves from {result['model']} ({result['checkpoint']})."
    if result["discovered"]:
        made += discovered_sentence(**result["discovered"])
    return f"{made}\n{result['learned_from']}"


def pretrained_sentence(result: dict[str, Any]) -> str:
    """What `pretrain` made, and what the videos' self-discovered samples keep and cover."""
    made = f"{result['checkpoint']}: {result['epochs']} epochs in {result['seconds']:.0f} s, loss {result['loss']:.4f}."
    if result.get("kept") is None:
        return made
    return f"{made}\n{len(result['runs'])} videos scored." + discovered_sentence(result["kept"], result["coverage"])


def discovered_sentence(kept: float, coverage: Coverage | None) -> str:
    """Kept share and coverage in percent, each beside chance: random samples that keep as much."""
    said = f" A sample keeps {kept:.0%} of a video."
    if coverage is None or coverage.chance is None:
        return said
    levels = {"one": "one sample", "people": "each person's best sample", "best_person": "each sample's best person"}
    parts = [
        f"{name} {getattr(coverage, level):.0%} (by chance {getattr(coverage.chance, level):.0%})"
        for level, name in levels.items()
    ]
    return f"{said} Of people's cuts it covers: {', '.join(parts)}."


def _meaning(protocol: str) -> str:
    return {
        "summe": "between the machine's summary and people's mean summary, over frames",
        "tvsum": "between scores and each person's scores at the picks, mean over people",
        "mrhisum": "between scores and the mean score",
    }[protocol]


def _f1(protocol: str) -> str:
    return {"summe": "best", "tvsum": "mean", "mrhisum": "with the one true summary, not"}[protocol]


def _line(name: str, figures: dict[str, Any], std: dict[str, Any] | None = None) -> str:
    cells = []
    for column in COLUMNS:
        digits, factor = (1, 100) if column == "f1" else (3, 1)  # F1 is printed in percent, as it is published
        cell = _number(figures.get(column), digits, factor)
        if std and std.get(column) is not None:
            cell += f" ± {_number(std[column], digits, factor)}"
        cells.append(f"{cell:>16}")
    return f"{name:28}" + "".join(cells)


def _number(value: float | None, digits: int = 3, factor: int = 1) -> str:
    return "undefined" if value is None else f"{factor * value:.{digits}f}"
