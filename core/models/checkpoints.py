"""Checkpoints: a directory with `model.safetensors` (weights) and `model.json` (everything else).

safetensors cannot run code when read. Both files are written to a directory beside the final one and appear together.
Reading the description does not import torch.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.compute import choose_device
from core.data.space_ids import canonical
from core.errors import CheckpointError, InputError
from core.models.registry import MODELS, SELF_DISCOVERED
from core.text_files import read_text

if TYPE_CHECKING:
    from core.models.summarizer import Summarizer

SCHEMA = "manycut-checkpoint-2"  # all shares in [0, 1]
PERCENT_SCHEMA = "manycut-checkpoint-1"  # F1 in percent where it was measured under a protocol
# What the description holds.
PARTS: dict[str, type] = {
    "kind": str,
    "label": str,
    "config": dict,
    "feature_space": str,
    "feature_width": int,
    "training": dict,
    "metrics": dict,
    "created": str,
}
KINDS: dict[type, str] = {str: "a text", int: "a whole number", dict: "an object"}
WEIGHTS, DESCRIPTION = "model.safetensors", "model.json"


@dataclass(frozen=True)
class Checkpoint:
    """A trained model on disk.

    Attributes:
        id: name of its directory, unique in a library.
        path: the directory.
        kind: registry name of the model.
        label: for people.
        config: the model's configuration.
        feature_space: the space it was trained in; it is applied to no other.
        feature_width: D.
        training: what it was trained on and how: dataset, split, targets, n_videos, n_people, epochs, seconds, seed.
        metrics: measured values, by protocol; F1 in [0, 1].
        created: ISO 8601, UTC.
    """

    id: str
    path: Path
    kind: str
    label: str
    config: Mapping[str, Any]
    feature_space: str
    feature_width: int
    training: Mapping[str, Any]
    metrics: Mapping[str, Any]
    created: str

    @property
    def applies_as(self) -> str:
        """What its runs are: the model's registry name, or `SELF_DISCOVERED` where it was pretrained only."""
        return SELF_DISCOVERED if pretrained_only(self.training) else self.kind


def pretrained_only(training: Mapping[str, Any]) -> bool:
    """Whether a checkpoint with such a `training` has seen nobody's labels."""
    return training.get("pretraining") is not None and training.get("targets") == "none"


def save_checkpoint(
    model: Summarizer,
    directory: Path,
    *,
    label: str,
    feature_space: str,
    training: Mapping[str, Any],
    metrics: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Checkpoint:
    """Write a model to a new directory, whole or not at all; `texts` are further files of it, by their names.

    Raises:
        CheckpointError: the directory exists already.
    """
    from safetensors.torch import save_file

    directory = Path(directory)
    if directory.exists():
        raise CheckpointError(f"'{directory}' exists already.", "Choose another name; checkpoints are not overwritten.")
    directory.parent.mkdir(parents=True, exist_ok=True)
    kind = next(name for name, kind in MODELS.items() if kind.model_name == type(model).__name__)
    checkpoint = Checkpoint(
        id=directory.name,
        path=directory,
        kind=kind,
        label=label,
        config=asdict(model.config),
        feature_space=canonical(feature_space),
        feature_width=model.config.feature_width,
        training=dict(training),
        metrics=dict(metrics or {}),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    temporary = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        temporary.chmod(0o755)
        save_file({k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}, temporary / WEIGHTS)
        (temporary / DESCRIPTION).write_text(_described(checkpoint), encoding="utf-8")
        for name, text in (texts or {}).items():
            (temporary / name).write_text(text, encoding="utf-8")
        os.rename(temporary, directory)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return checkpoint


def put_metrics(checkpoint: Checkpoint, metrics: Mapping[str, Any]) -> Checkpoint:
    """Writes measured values into the description of a checkpoint, beside those of other protocols."""
    known = replace(checkpoint, metrics={**checkpoint.metrics, **metrics})
    path = checkpoint.path / DESCRIPTION
    partial = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        partial.write_text(_described(known), encoding="utf-8")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return known


def _described(checkpoint: Checkpoint) -> str:
    description = {"schema": SCHEMA, **asdict(checkpoint)}
    del description["id"], description["path"]  # both follow from where the directory is
    return json.dumps(description, indent=2) + "\n"


def read_checkpoint(directory: Path) -> Checkpoint:
    """The description of the checkpoint in a directory; its weights are not read.

    Raises:
        CheckpointError: there is none, or it is malformed.
    """
    directory = Path(directory)
    path = directory / DESCRIPTION
    try:
        description = json.loads(read_text(path))
    except FileNotFoundError:
        raise CheckpointError(f"'{directory}' is no checkpoint: {DESCRIPTION} is missing.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"'{path}' cannot be read: {error}.") from error
    if not isinstance(description, dict) or description.get("schema") not in (SCHEMA, PERCENT_SCHEMA):
        raise CheckpointError(f"'{path}' does not describe a checkpoint of this version ({SCHEMA}).")
    missing = [name for name in PARTS if name not in description]
    if missing:
        raise CheckpointError(f"'{path}' lacks '{missing[0]}'.")
    for name in PARTS:
        if not isinstance(description[name], PARTS[name]):
            raise CheckpointError(f"The '{name}' in '{path}' should be {KINDS[PARTS[name]]}, but it is not.")
    if description["kind"] not in MODELS:
        raise CheckpointError(f"'{path}' is of the unknown model '{description['kind']}'.")
    if not (directory / WEIGHTS).is_file():
        raise CheckpointError(f"'{directory}' is incomplete: {WEIGHTS} is missing.")
    told = {name: description[name] for name in PARTS} | {"feature_space": canonical(description["feature_space"])}
    if description["schema"] == PERCENT_SCHEMA:
        told["metrics"] = {protocol: _in_shares(measured) for protocol, measured in told["metrics"].items()}
    return Checkpoint(id=directory.resolve().name, path=directory, **told)


def _in_shares(measured: Any) -> Any:
    """What was measured under one protocol with F1 as a share; that of samples (`coverage`, ...) always was one."""
    if not isinstance(measured, dict) or not isinstance(measured.get("f1"), int | float):
        return measured
    return {**measured, "f1": measured["f1"] / 100}


def load_model(checkpoint: Checkpoint, device: str = "auto") -> Summarizer:
    """The model of a checkpoint, ready to predict.

    Args:
        checkpoint: as read from its directory.
        device: "auto" (CUDA when present), "cpu", "cuda", ...

    Raises:
        CheckpointError: weights missing, truncated, or of other shapes than the description says.
    """
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load_file

    from core.models.building import check_size, configured

    kind = MODELS[checkpoint.kind]
    path = checkpoint.path / WEIGHTS
    try:
        with safe_open(path, "pt") as weights:
            tensors = len(weights.keys())
        config = configured(kind, checkpoint.config)
        if config.feature_width != checkpoint.feature_width:
            raise InputError(f"width {config.feature_width} in config, {checkpoint.feature_width} outside")
        check_size(kind, config, tensors, path.stat().st_size)
        model = kind.model_class(config)
        model.load_state_dict(load_file(path))
    except InputError as error:
        where = checkpoint.path / DESCRIPTION
        raise CheckpointError(f"The configuration in '{where}' is wrong: {error.message}.") from error
    except FileNotFoundError:
        raise CheckpointError(f"'{path}' is missing.") from None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"'{path}' is damaged or incomplete ({error}).", "Copy or train it again.") from error
    except RuntimeError as error:
        raise CheckpointError(f"The weights in '{path}' do not fit the configuration beside them.") from error
    return model.to(choose_device(device)).eval()
