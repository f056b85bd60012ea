"""The models that can be trained and applied, by the name that checkpoints and the command line use.

Every model class is a `core.models.summarizer.Summarizer`. Importing this module does not import torch.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.errors import NotFoundError

if TYPE_CHECKING:
    from core.models.summarizer import Summarizer


@dataclass(frozen=True)
class ModelKind:
    """One system.

    Attributes:
        name: "summdiff", "llmvs", ...
        label: for people.
        features: which features of an entry it reads, "visual" or "text".
        samples: whether it draws N different curves per video.
        module, config_name, model_name: where its classes are.
        pairs: whether samples come in antithetic pairs, see `core.models.summarizer.Summarizer`.
        diffuses: whether it is a `core.models.summarizer.Sampler`, which is told steps, guidance, eta and temperature.
        steps: how many it takes where nobody says.
    """

    name: str
    label: str
    features: Literal["visual", "text"]
    samples: bool
    module: str
    config_name: str
    model_name: str
    pairs: bool = False
    diffuses: bool = False
    steps: int = 10

    @property
    def config_class(self) -> Any:
        return getattr(importlib.import_module(self.module), self.config_name)

    @property
    def model_class(self) -> type[Summarizer]:
        found: type[Summarizer] = getattr(importlib.import_module(self.module), self.model_name)
        return found


MODELS = {
    kind.name: kind
    for kind in (
        ModelKind(
            "summdiff", "SummDiff", "visual", True, "core.models.summdiff", "SummDiffConfig", "SummDiff", True, True
        ),
        ModelKind("llmvs", "LLMVS head", "text", False, "core.models.llmvs", "LLMVSConfig", "LLMVSHead"),
        ModelKind("csta", "CSTA", "visual", False, "core.models.csta", "CSTAConfig", "CSTA"),
        ModelKind("vasnet", "VASNet", "visual", False, "core.models.vasnet", "VASNetConfig", "VASNet"),
        ModelKind(
            "residual",
            "Diffusion around tastes",
            "visual",
            True,
            "core.models.residual",
            "ResidualConfig",
            "ResidualDiffusion",
            True,
            True,
            steps=4,  # more bring it no nearer to people: tau 0.204, 0.198 and 0.192 of 4, 10 and 40 on TVSum
        ),
        ModelKind("ridge", "Ridge regression", "visual", False, "core.models.ridge", "RidgeConfig", "Ridge"),
        ModelKind("tastes", "Tastes", "visual", True, "core.models.tastes", "TastesConfig", "Tastes", True),
        ModelKind("mlp", "MLP", "visual", False, "core.models.mlp", "MLPConfig", "MLP"),
    )
}

# What runs are of that a summarizer made which ViSP pretrained and nobody's labels trained.
SELF_DISCOVERED = "visp"
SELF_DISCOVERED_LABEL = "Self-discovered, no labels"


def model_kind(name: str) -> ModelKind:
    """The model of that name.

    Raises:
        NotFoundError: there is none.
    """
    if name not in MODELS:
        raise NotFoundError(f"There is no model '{name}'.", f"Known models: {', '.join(MODELS)}.")
    return MODELS[name]


def in_pairs(kind: str) -> bool:
    """Whether samples 2k and 2k + 1 of a model are an antithetic pair: the same noise with either sign."""
    return kind in MODELS and MODELS[kind].pairs
