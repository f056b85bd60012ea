"""The denoisers by the names that configurations have."""

from __future__ import annotations

from collections.abc import Mapping

from core.models.additive import Additive
from core.models.blocks import Denoiser
from core.models.dit import DiT
from core.models.joint import Joint
from core.models.latentmlp import LatentMLP
from core.models.transformer_decoder import TransformerDecoder

DENOISERS: Mapping[str, type[Denoiser]] = {
    "DiT": DiT,
    "latentmlp": LatentMLP,
    "Transformer_dec": TransformerDecoder,
    "additive": Additive,
    "joint": Joint,
}
