"""The released checkpoints of the published systems, as they are: `.pkl`, `.pt`, `.pth`, `.pth.tar` and `.ckpt`.

`reading` opens them without running code from them; one module per system knows its names and its configuration.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import CheckpointError, InputError
from core.models.registry import MODELS

if TYPE_CHECKING:
    from core.models.summarizer import Summarizer


def load_released(path: Path, *, null_video: Path | None = None, **options: Any) -> tuple[str, Summarizer]:
    """The model in a released file.

    Args:
        path: the file.
        null_video: (D,) .npy file of SummDiff's null video; with it, guidance is possible.
        options: fields of the model's configuration that the tensors do not tell.

    Returns:
        The registry name and the model, ready to predict.

    Raises:
        CheckpointError: it cannot be read safely, belongs to no system we know, or an option does not exist.
    """
    import torch

    from core.models.building import check_size, configured
    from core.models.official import csta, llmvs, summdiff, vasnet
    from core.models.official.reading import read_state, whose

    state = read_state(path)
    name = whose(state)
    module: Any = {"summdiff": summdiff, "llmvs": llmvs, "csta": csta, "vasnet": vasnet}[name]
    null = None
    if null_video is not None and name == "summdiff":
        null = torch.from_numpy(_read_vector(null_video))
        options = {"p_uncond": 0.2, "guidance": 0.1} | options
    try:
        config = configured(MODELS[name], asdict(module.infer_config(state)) | options)
        check_size(MODELS[name], config, len(state), path.stat().st_size)
    except InputError as error:
        hint = "Options are fields of the model's configuration."
        raise CheckpointError(f"'{path.name}': {error.message}.", hint) from None
    if null is not None and len(null) != config.feature_width:
        raise CheckpointError(
            f"The null video is of width {len(null)}, '{path.name}' takes features of {config.feature_width}."
        )
    try:
        return name, module.load(state, config) if null is None else module.load(state, config, null)
    except RuntimeError:  # tensors that are not plain numbers
        raise CheckpointError(f"The weights in '{path.name}' do not fit their configuration.") from None


def _read_vector(path: Path) -> np.ndarray:
    try:
        vector = np.load(path, allow_pickle=False)
        if not isinstance(vector, np.ndarray) or vector.dtype.kind not in "fiu":
            raise ValueError
    except MemoryError:
        raise
    except Exception:  # NumPy raises whatever its parser stumbles over
        raise CheckpointError(f"'{path}' is no .npy file with a null video.") from None
    return vector.astype(np.float32).reshape(-1)
