"""Models of the `transformers` library by name or from a folder, and what to do where one cannot be had."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from core.errors import InputError, NotFoundError

if TYPE_CHECKING:
    import torch


def needed(package: str, purpose: str) -> ModuleType:
    """A package of the extra requirements.

    Args:
        package: as it is imported.
        purpose: what needs it, as the subject of the sentence: "Captioning on this machine".

    Raises:
        NotFoundError: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        message = f"{purpose} needs the package '{package}', which is not installed."
        raise NotFoundError(message, "Get it with: pip install -r requirements-llm.txt") from error


def model_id(name: str) -> str:
    """What a model is called here: the last part of its name on the hub, or the name of its folder."""
    return Path(os.path.abspath(name)).name  # a folder may be named as "." or "models/llama/.."


def is_here(name: str) -> bool:
    """Whether a model of the hub lies whole on this machine, so that opening it fetches no weights.

    Args:
        name: on the hub.
    """
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    def found(file: str) -> Path | None:
        try:
            kept = try_to_load_from_cache(name, file)
        except HFValidationError:  # no name that the hub could have
            return None
        return Path(kept) if isinstance(kept, str) else None

    if found("config.json") is None:
        return False
    for whole in ("model.safetensors", "pytorch_model.bin"):
        if found(whole):
            return True
        if index := found(f"{whole}.index.json"):
            return all(map(found, _parts(index)))
    return False


def _parts(index: Path) -> set[str]:
    """The files of weights that an index names; one that nobody has where it cannot be read."""
    try:
        return set(json.loads(index.read_bytes())["weight_map"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {""}


def load(auto_class: str, name: str, device: torch.device | None = None) -> Any:
    """A model, processor or tokenizer. Code that comes with a model is never run.

    Args:
        auto_class: of transformers: "AutoTokenizer", "AutoModelForCausalLM", ...
        name: of a model on the hub ("llava-hf/llava-1.5-7b-hf"), downloaded once, or a folder that holds one.
        device: for models, where they compute: in half precision, except on the CPU.

    Raises:
        NotFoundError: transformers is not installed, or the model can be found neither here nor on the hub.
        InputError: there is a model of that name, but not of this kind.
    """
    transformers = needed("transformers", f"The model '{name}'")
    source = getattr(transformers, auto_class)
    with _explained(name):
        if device is None:
            return source.from_pretrained(name, trust_remote_code=False)
        config = transformers.AutoConfig.from_pretrained(name, trust_remote_code=False)
        model = source.from_pretrained(name, config=config, dtype=_dtype(config, device), trust_remote_code=False)
    return model.to(device).eval()


def _dtype(config: Any, device: torch.device) -> torch.dtype:
    import torch

    if device.type == "cpu":
        return torch.float32
    stored = getattr(config, "dtype", None)
    return stored if stored in (torch.float16, torch.bfloat16) else torch.float16


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turns what transformers and its hub raise into one sentence."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, SafetensorError) as error:
        causes = tuple(_causes(error))
        if any(isinstance(cause, GatedRepoError) for cause in causes):
            message = f"The model '{name}' is given only to those who have accepted its licence."
            raise NotFoundError(message, "Accept it on the model's page, then `hf auth login`.") from error
        if any(isinstance(cause, RepositoryNotFoundError) for cause in causes):
            message = f"The hub has no model '{name}', or a private one."
            raise NotFoundError(message, "Check the name; for a private one, `hf auth login` first.") from error
        if isinstance(error, OSError):
            message = f"The model '{name}' is not complete on this machine, and the hub does not give it."
            hint = "Check the name and the connection, or give the path of a folder with the whole model."
            raise NotFoundError(message, hint) from error
        first = str(error).strip().partition("\n")[0]
        raise InputError(f"The model '{name}' cannot be used for this ({first[:200]}).") from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
