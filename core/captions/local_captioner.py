"""Captions from LLaVA-1.5, or any other model of `transformers` that takes pictures and gives text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.captions.sentences import MAX_TOKENS, PROMPT, first_sentence
from core.compute import choose_device
from core.models.hub import load, model_id


class LocalCaptioner:
    """A captioner on this machine.

    Args:
        name: of a model on the hub, or a folder.
        device: "auto", "cpu", "cuda".
        batch_size: pictures in one pass.

    Raises:
        NotFoundError, InputError, CheckpointError: see `core.captions.captioners.open_captioner`.
    """

    def __init__(self, name: str, device: str = "auto", batch_size: int = 8) -> None:
        self.id = model_id(name)
        self._device = choose_device(device)
        self._batch_size = batch_size
        self._processor = load("AutoProcessor", name)
        self._model = load("AutoModelForImageTextToText", name, self._device)
        tokenizer = self._processor.tokenizer
        # Texts of a batch end together, where the answers begin.
        tokenizer.padding_side = "left"
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        self._text = self._conversation()

    def describe(self, pictures: Sequence[np.ndarray]) -> list[str]:
        """One sentence, on one line, for each of some pictures, (h, w, 3) uint8 RGB."""
        batches = range(0, len(pictures), self._batch_size)
        return [text for at in batches for text in self._describe(pictures[at : at + self._batch_size])]

    def _conversation(self) -> str | None:
        """What stands around the picture; None for models that take no instruction."""
        if getattr(self._processor, "chat_template", None):
            content = [{"type": "image"}, {"type": "text", "text": PROMPT}]
            return self._processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
            )
        image = getattr(self._processor, "image_token", None)
        # LLaVA-1.5's form, for copies of it that come without their template.
        return None if image is None else f"USER: {image}\n{PROMPT} ASSISTANT:"

    def _describe(self, pictures: Sequence[np.ndarray]) -> list[str]:
        import torch
        from PIL import Image

        images = [Image.fromarray(picture) for picture in pictures]
        text = {} if self._text is None else {"text": [self._text] * len(images), "padding": True}
        # One list for each text: some processors take a flat list for the pictures of the first text.
        inputs = self._processor(images=[[image] for image in images] if text else images, return_tensors="pt", **text)
        inputs = inputs.to(self._device, self._model.dtype)
        with torch.inference_mode():
            written = self._model.generate(**inputs, max_new_tokens=MAX_TOKENS, do_sample=False, num_beams=1)
        asked = inputs.get("input_ids")
        # Decoders repeat what they were asked; encoder-decoders do not.
        if asked is not None and torch.equal(written[:, : asked.shape[1]], asked):
            written = written[:, asked.shape[1] :]
        return [first_sentence(text) for text in self._processor.batch_decode(written, skip_special_tokens=True)]
