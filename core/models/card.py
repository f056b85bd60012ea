"""The card of a checkpoint: what it is, what it learned from, what it reaches and what not to do with it.

Text for people with the front matter that Hugging Face's hub reads (README.md), and the same as JSON (card.json). All
of it comes from the checkpoint's own description.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

import yaml

from core.models.checkpoints import Checkpoint
from core.models.provenance import learned_from
from core.models.registry import MODELS

SCHEMA = "manycut-card-1"
TEXT, DATA = "README.md", "card.json"
# Figures of an evaluation, as they are called; F1 is published in percent.
FIGURES = {"kendall": "Kendall's tau", "spearman": "Spearman's rho", "f1": "F1"}
# Beside those of the model.
ROWS = (
    ("one person with another", ("human", "pairwise")),
    ("one person with the mean of the others", ("human", "leave_one_out")),
    ("mean of all with each (includes oneself)", ("human", "oracle")),
    ("people, as the protocol asks", ("chance", "people")),
    ("noise that knows nothing", ("chance", "noise")),
    ("the model at other times of the video", ("chance", "shifted")),
    ("skill (noise 0, people 1)", ("skill",)),
)
# What of a training is a recipe, in the order in which it is told.
RECIPE = (
    "preset", "targets", "epochs", "kept_epoch", "batch_size", "batch_of", "lr", "schedule", "optimizer",
    "weight_decay", "accumulate", "ema", "clip",
)  # fmt: skip
LEARNED = (
    "dataset", "datasets", "split", "videos", "n_videos", "n_people", "annotators", "n_curves", "n_labels",
    "n_preferences", "labels_sha256", "simulated", "n_simulated", "held_out", "source",
)  # fmt: skip
UNKNOWN = "not known"
FILL_IN = "to be filled in by whoever publishes it"


def write_card(checkpoint: Checkpoint) -> None:
    """Writes both files of the card beside the weights."""
    (checkpoint.path / TEXT).write_text(card_text(checkpoint), encoding="utf-8")
    (checkpoint.path / DATA).write_text(
        json.dumps(card_data(checkpoint), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def card_data(checkpoint: Checkpoint) -> dict[str, Any]:
    """The card as JSON; what the checkpoint does not say is null."""
    told = checkpoint.training
    return {
        "schema": SCHEMA,
        "id": checkpoint.id,
        "label": checkpoint.label,
        "kind": checkpoint.kind,
        "created": checkpoint.created,
        "license": None,
        "feature_space": checkpoint.feature_space,
        "feature_width": checkpoint.feature_width,
        "config": dict(checkpoint.config),
        "parent": told.get("start_from"),
        "learned_from": {
            "sentence": learned_from(checkpoint).sentence(),
            **{name: told.get(name) for name in LEARNED},
        },
        "recipe": {name: told.get(name) for name in RECIPE},
        "selected_on": told.get("selected_on"),
        "seed": told.get("seed"),
        "seconds": told.get("seconds"),
        "device": told.get("device"),
        "metrics": dict(checkpoint.metrics),
        "limits": limits_of(checkpoint),
    }


def card_text(checkpoint: Checkpoint) -> str:
    """The card as Markdown with YAML front matter."""
    told = checkpoint.training
    kind = MODELS[checkpoint.kind]
    sections = [
        f"---\n{_front_matter(checkpoint)}---",
        f"# {checkpoint.label}",
        f"{kind.label}: features of a video's sampled frames in, importance of each in [0, 1] out"
        + (", a different curve every time it is asked." if kind.samples else ", one curve a video.")
        + f" It takes `{checkpoint.feature_space}` features of width {checkpoint.feature_width} and no others."
        " Weights in `model.safetensors`, description in `model.json`; Manycut reads both.",
        f"## What it learned from\n\n{learned_from(checkpoint).sentence()}",
        _listed(_learned(told)),
        _people(told.get("annotators") or ()),
        f"## How\n\n{_listed(_recipe(checkpoint))}",
        "## What it reaches",
        *(_measured(protocol, found) for protocol, found in checkpoint.metrics.items()),
        "" if checkpoint.metrics else "Nothing was measured.",
        f"## Limits\n\n{_bullets(limits_of(checkpoint))}",
        f"## Licence and contact\n\n{_listed({'licence': FILL_IN, 'contact': FILL_IN})}",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def limits_of(checkpoint: Checkpoint) -> list[str]:
    """What must not be forgotten when its figures or its curves are looked at, a sentence each."""
    told, source = checkpoint.training, learned_from(checkpoint)
    found = [
        f"It is applied to `{checkpoint.feature_space}` features alone, and says nothing of videos that its training "
        "videos are unlike."
    ]
    if told.get("selected_on_test"):
        found.append("Its epoch was selected on test videos: figures on those are too good.")
    elif told.get("selected_on") == "validation videos":
        found.append("Its epoch was selected on validation videos: figures on those are too good.")
    if source.simulated:
        found.append("People that it learned from are programs: it says nothing of what anybody likes.")
    if source.released:
        found.append("It is a released checkpoint: what it learned from, and by which recipe, is in its release.")
    if source.unlabelled:
        found.append("It has seen nobody's labels.")
    if told.get("stopped_early"):
        found.append("Its training was stopped before its end.")
    if not checkpoint.metrics:
        found.append("Nobody has measured it on videos that it had not seen.")
    for protocol, figures in checkpoint.metrics.items():
        if isinstance(figures, Mapping) and (count := figures.get("n_videos")):
            found.append(f"Its figures ({protocol}) are of {count} {'video' if count == 1 else 'videos'}.")
        if isinstance(figures, Mapping) and figures.get("seen_in_training"):
            found.append(f"{figures['seen_in_training']} of them were trained on: the figures are too good.")
    return found


def _front_matter(checkpoint: Checkpoint) -> str:
    told = checkpoint.training
    kind = MODELS[checkpoint.kind]
    fields: dict[str, Any] = {
        "library_name": "manycut",
        "pipeline_tag": "video-classification",
        "tags": ["video-summarization", checkpoint.kind, checkpoint.feature_space, "safetensors"],
        "datasets": told.get("datasets") or ([told["dataset"]] if told.get("dataset") else []),
        "metrics": ["kendall_tau", "spearmanr", "f1"],
        "base_model": told.get("start_from"),
        "model-index": [{"name": checkpoint.label, "results": list(_results(checkpoint, kind.label))}],
    }
    given = {name: value for name, value in fields.items() if value not in (None, [])}
    if not given["model-index"][0]["results"]:
        del given["model-index"]  # the hub takes none without results
    dumped: str = yaml.safe_dump(given, sort_keys=False, allow_unicode=True, width=1000)
    return f"license: unknown  # {FILL_IN}\n{dumped}"


def _results(checkpoint: Checkpoint, label: str) -> Iterator[dict[str, Any]]:
    """Figures in the form of the hub's model index."""
    dataset = checkpoint.training.get("dataset") or "unknown"
    for protocol, found in checkpoint.metrics.items():
        values = [
            {"type": name, "name": f"{title} ({protocol})", "value": value}
            for name, title in FIGURES.items()
            if (value := _number(found, name)) is not None
        ]
        if values:
            yield {
                "task": {"type": "video-summarization", "name": label},
                "dataset": {"type": dataset, "name": dataset, "split": str(checkpoint.training.get("split", UNKNOWN))},
                "metrics": values,
            }


def _learned(told: Mapping[str, Any]) -> dict[str, Any]:
    held = told.get("held_out")
    return {
        "data sets": ", ".join(told.get("datasets") or filter(None, [told.get("dataset")])) or UNKNOWN,
        "split": told.get("split", UNKNOWN),
        "videos": told.get("n_videos", UNKNOWN),
        "people": told.get("n_people", UNKNOWN),
        "curves": told.get("n_curves", UNKNOWN),
        "labels (judged picks)": told.get("n_labels", UNKNOWN),
        "SHA-256 of the labels": told.get("labels_sha256", UNKNOWN),
        "held out": UNKNOWN if held is None else f"{len(held)}: {', '.join(held)}" if held else "nothing",
        "went on from": told.get("start_from") or "fresh weights",
    }


def _people(annotators: Sequence[Mapping[str, Any]]) -> str:
    if not annotators:
        return ""
    lines = ["| person | videos | judged picks | |", "|---|---|---|---|"]
    for one in annotators[:50]:
        made = "simulated" if one.get("simulated") else "real"
        lines.append(f"| {one.get('id')} | {one.get('n_videos')} | {one.get('n_labels')} | {made} |")
    if len(annotators) > 50:
        lines.append(f"| and {len(annotators) - 50} more | | | |")
    return "\n".join(lines)


def _recipe(checkpoint: Checkpoint) -> dict[str, Any]:
    told = checkpoint.training
    found = {name.replace("_", " "): told[name] for name in RECIPE if told.get(name) is not None}
    found |= {f"model: {name}": value for name, value in checkpoint.config.items()}
    return found | {
        "selected on": told.get("selected_on", UNKNOWN),
        "seed": told.get("seed", UNKNOWN),
        "seconds": told.get("seconds", UNKNOWN),
        "device": told.get("device", UNKNOWN),
    }


def _measured(protocol: str, found: Any) -> str:
    """A table of what the model reaches under a protocol, and of what people and noise do beside it."""
    if not isinstance(found, Mapping):
        return ""
    count = found.get("n_videos")
    head = f"Protocol `{protocol}`" + (f", {count} {'video' if count == 1 else 'videos'}" if count else "")
    if sampler := found.get("sampler"):
        head += (
            f"; {found.get('samples')} samples ({', '.join(f'{name} {value:g}' for name, value in sampler.items())})"
        )
    lines = [
        f"{head}.",
        "",
        f"| | {' | '.join(FIGURES.values())} |",
        "|---|---|---|---|",
        _row("this checkpoint", found),
    ]
    for title, path in ROWS:
        row: Any = found
        for part in path:
            row = row.get(part) if isinstance(row, Mapping) else None
        if isinstance(row, Mapping):
            lines.append(_row(title, row))
    return "\n".join(lines)


def _row(title: str, found: Mapping[str, Any]) -> str:
    cells = [_number(found, name) for name in FIGURES]
    return f"| {title} | {' | '.join('undefined' if one is None else f'{one:.3f}' for one in cells)} |"


def _number(found: Any, name: str) -> float | None:
    value = found.get(name) if isinstance(found, Mapping) else None
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def _listed(values: Mapping[str, Any]) -> str:
    return _bullets([f"{name}: {value}" for name, value in values.items()])


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
