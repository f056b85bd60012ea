"""The spaces `clip-...` and `dinov2-...`: published vision models, through the `transformers` library.

The id of a space is the model's own name, such as `clip-vit-base-patch32` or `dinov2-base`. Pictures are prepared by
the processor that comes with the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import InputError, NotFoundError
from core.features.kinds import SpaceOptions
from core.features.pictures import rows_of
from core.features.space import FeatureSpace
from core.models.hub import needed


@dataclass(frozen=True)
class Family:
    """Models that are read and asked in the same way.

    Attributes:
        prefix: of their spaces' ids.
        label: for people.
        publisher: their account on the hub.
        types: what their configuration calls them, also where only the vision part was saved.
        model: class of `transformers`.
        output: what of its answer the features are, (B, D).
    """

    prefix: str
    label: str
    publisher: str
    types: tuple[str, ...]
    model: str
    output: str


FAMILIES = (
    Family("clip-", "CLIP", "openai", ("clip", "clip_vision_model"), "CLIPVisionModelWithProjection", "image_embeds"),
    Family("dinov2-", "DINOv2", "facebook", ("dinov2",), "Dinov2Model", "pooler_output"),
)


def open_space(options: SpaceOptions) -> FeatureSpace:
    """A model of one of the families: the one on the hub, fetched where allowed, or one in a folder.

    Raises:
        NotFoundError: `transformers` is not installed, or the model is not on this machine.
        InputError: it is a model of another kind, or incomplete.
    """
    family = next(family for family in FAMILIES if options.id.startswith(family.prefix))
    name = options.weights or f"{family.publisher}/{options.id}"
    processor, model = _read(family, name, options)

    def prepare(picture: np.ndarray) -> np.ndarray:
        return processor(images=picture, return_tensors="np")["pixel_values"][0]

    def describe(prepared: list[np.ndarray]) -> np.ndarray:
        import torch

        with torch.inference_mode():
            x = torch.from_numpy(np.stack(prepared)).to(model.device)
            return getattr(model(pixel_values=x), family.output).cpu().numpy()

    width = getattr(model.config, "projection_dim" if family.output == "image_embeds" else "hidden_size")
    label = f"{family.label} ({options.id})"
    return FeatureSpace(options.id, width, label, lambda moments: rows_of(moments, prepare, describe))


def _read(family: Family, name: str, options: SpaceOptions) -> tuple[Any, Any]:
    transformers = needed("transformers", f"The space '{options.id}'")
    from safetensors import SafetensorError

    from core.compute import choose_device

    here = {"local_files_only": not options.download}
    try:
        kind = transformers.AutoConfig.from_pretrained(name, **here).model_type
        if kind not in family.types:
            raise InputError(f"'{name}' is a model of the kind '{kind}', not {family.label}.")
        processor = transformers.AutoImageProcessor.from_pretrained(name, backend="pil", **here)
        model, loaded = getattr(transformers, family.model).from_pretrained(name, output_loading_info=True, **here)
    except (OSError, SafetensorError) as error:
        raise NotFoundError(
            f"The model '{name}' is not, or not completely, on this machine.",
            "Fetch it once with --download, or name a folder that holds it with --weights.",
        ) from error
    except (ValueError, RuntimeError) as error:
        first = str(error).strip().partition("\n")[0]
        raise InputError(f"The model '{name}' cannot be read ({first[:200]}).") from error
    if loaded["missing_keys"]:  # they would be random numbers
        raise InputError(f"The model '{name}' lacks '{min(loaded['missing_keys'])}'.", "It was not saved as a whole.")
    return processor, model.float().to(choose_device(options.device)).eval()
