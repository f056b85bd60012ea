from __future__ import annotations

import json

import numpy as np
import pytest
import torch
import transformers
from PIL import Image

from core.captions.captioners import open_captioner
from core.captions.sentences import first_sentence
from core.errors import CheckpointError, InputError, NotFoundError
from tests.core.tiny_language_models import write_llama, write_llava


@pytest.fixture(scope="module")
def llava(tmp_path_factory):
    return write_llava(tmp_path_factory.mktemp("models") / "tiny-llava")


@pytest.fixture(scope="module")
def pictures():
    random = np.random.default_rng(0)
    sizes = [(40, 60), (90, 30), (28, 28), (3, 200), (64, 64)]
    return [random.integers(0, 256, (*size, 3), np.uint8) for size in sizes]


def plainly(folder, image):
    """The caption of one picture, by LLaVA-1.5's written-out conversation."""
    processor = transformers.AutoProcessor.from_pretrained(folder)
    model = transformers.LlavaForConditionalGeneration.from_pretrained(folder).eval()
    text = "USER: <image>\nProvide a detailed one-sentence description ASSISTANT:"
    inputs = processor(images=Image.fromarray(image), text=text, return_tensors="pt")
    written = model.generate(**inputs, max_new_tokens=77, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    assert 1 <= len(written) <= 77
    return first_sentence(processor.tokenizer.decode(written, skip_special_tokens=True))


@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_captions_are_those_of_every_picture_on_its_own(llava, pictures, batch_size):
    captioner = open_captioner(str(llava), device="cpu", batch_size=batch_size)
    captions = captioner.describe(pictures)
    assert captioner.id == "tiny-llava"
    assert captions == [plainly(llava, picture) for picture in pictures]
    assert len(set(captions)) > 1, "they depend on the picture"
    assert captioner.describe([]) == []


def test_a_copy_without_its_template_is_asked_the_same(llava, pictures, tmp_path):
    bare = write_llava(tmp_path / "bare", template=None)
    assert open_captioner(str(bare), device="cpu").describe(pictures) == [plainly(llava, p) for p in pictures]


def test_files_as_the_released_model_has_them(llava, pictures, tmp_path):
    """The processor's parts in files of their own, and no pad token."""
    for path in llava.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    whole = json.loads((llava / "processor_config.json").read_text())
    images = whole.pop("image_processor")
    (tmp_path / "processor_config.json").write_text(json.dumps(whole))
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(images))
    words = json.loads((llava / "tokenizer_config.json").read_text())
    del words["pad_token"]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(words))
    expected = [plainly(llava, picture) for picture in pictures]
    assert open_captioner(str(tmp_path), device="cpu").describe(pictures) == expected


def test_captioners_without_instruction(pictures, tmp_path):
    """BLIP looks and writes; text would be the beginning of its sentence."""
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    torch.manual_seed(0)
    vocabulary = {word: n for n, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dog", "runs"])}
    words = transformers.BertTokenizer(vocab=vocabulary)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    ends = {"bos_token_id": 2, "eos_token_id": 3, "sep_token_id": 3, "pad_token_id": 0}
    config = transformers.BlipConfig(
        text_config={**sizes, **ends, "vocab_size": 8, "encoder_hidden_size": 32},
        vision_config={**sizes, "image_size": 32, "patch_size": 16},
        projection_dim=16,
    )
    transformers.BlipForConditionalGeneration(config).save_pretrained(tmp_path)
    images = BlipImageProcessorPil(size={"height": 32, "width": 32})
    transformers.BlipProcessor(images, words).save_pretrained(tmp_path)
    captions = open_captioner(str(tmp_path), device="cpu", batch_size=2).describe(pictures)
    assert len(captions) == len(pictures)
    assert all(set(caption.split()) <= set(vocabulary) for caption in captions)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A dog runs. It barks.", "A dog runs."),
        ("  A dog\nruns\tover the beach ", "A dog runs over the beach"),
        ("Mr. Miller and Dr. No meet at St. Paul's. They talk.", "Mr. Miller and Dr. No meet at St. Paul's."),
        ("J. R. Smith waits. Nobody comes.", "J. R. Smith waits."),
        ("A sign says “Stop!” A car stops.", "A sign says “Stop!”"),
        ("A 3.5 m high wall", "A 3.5 m high wall"),
        ("犬が走る。猫が寝る。", "犬が走る。"),
        ("What?! Nothing.", "What?!"),
        ("A\x00dog\ud83d runs.", "A dog runs."),
        ("👩‍🚒 climbs a ladder", "👩‍🚒 climbs a ladder"),
        ("", ""),
    ],
)
def test_first_sentence_on_one_line(text, sentence):
    assert first_sentence(text) == sentence


def test_models_of_another_kind(llava, tmp_path):
    with pytest.raises(InputError, match="cannot be used"):
        open_captioner(str(write_llama(tmp_path / "llama")), device="cpu")
    with pytest.raises(CheckpointError):
        open_captioner(str(llava), device="warp")
    with pytest.raises(NotFoundError, match="not complete on this machine"):
        open_captioner("nobody/no-such-model", device="cpu")
    with pytest.raises(NotFoundError, match="not complete on this machine"):
        open_captioner(str(tmp_path / "nothing here"), device="cpu")
