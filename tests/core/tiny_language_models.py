"""Language models of the real architectures, with a tokenizer and random weights of a few kilobytes, in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from core.captions.prompt import EXAMPLES, INSTRUCTION, query_text

# What Llama-2-chat and LLaVA-1.5 put around turns, written down again.
LLAMA_2 = (
    "{% if messages[0]['role'] == 'system' %}"
    "{% set system = '<<SYS>>\n' + messages[0]['content'] + '\n<</SYS>>\n\n' %}{% set messages = messages[1:] %}"
    "{% else %}{% set system = '' %}{% endif %}"
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}"
    "{{ bos_token + '[INST] ' + (system if loop.first else '') + message['content'] + ' [/INST]' }}"
    "{% else %}{{ ' ' + message['content'] + ' ' + eos_token }}{% endif %}"
    "{% endfor %}"
)
NO_SYSTEM = (
    "{% for message in messages %}{% if message['role'] == 'system' %}{{ raise_exception('no such role') }}{% endif %}"
    "{{ '<|turn|>' + message['role'] + '\n' + message['content'] + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|turn|>assistant\n' }}{% endif %}"
)
LLAVA = (
    "{% for message in messages %}{{ message['role'].upper() + ': ' }}{% for part in message['content'] %}"
    "{{ '<image>\n' if part['type'] == 'image' else part['text'] + ' ' }}{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)
SPECIAL = ("<s>", "</s>", "<pad>", "<image>", "<|turn|>", "<|end|>")


def tokenizer(template: str | None, like_llama: bool = False) -> Any:
    """A tokenizer trained on the prompt: bytes as GPT-2 and Llama-3 have them, or words with "▁" as Llama-2."""
    built = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>") if like_llama else models.BPE())
    special = [AddedToken(token, special=True, normalized=False) for token in ("<unk>", *SPECIAL)]
    if like_llama:
        built.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
        built.decoder = decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        )
        special += [AddedToken(f"<0x{byte:02X}>", special=False) for byte in range(256)]
        alphabet = []
    else:
        built.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        built.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=900, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    built.train_from_iterator(_prompt_words(), trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=built,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        additional_special_tokens=list(SPECIAL[3:]),
        chat_template=template,
    )


def write_llama(folder: Path, context: int = 4096, **sizes: int) -> Path:
    """A causal language model with Llama's architecture and Llama-2-chat's template."""
    words = tokenizer(LLAMA_2)
    sizes = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, **sizes}
    config = transformers.LlamaConfig(**sizes, max_position_embeddings=context, **_ids(words))
    return _write(folder, transformers.LlamaForCausalLM, config, words)


def write_neox(folder: Path) -> Path:
    """A causal language model with GPT-NeoX's architecture, without a chat template."""
    words = tokenizer(None)
    sizes = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = transformers.GPTNeoXConfig(**sizes, max_position_embeddings=4096, **_ids(words))
    return _write(folder, transformers.GPTNeoXForCausalLM, config, words)


def write_qwen(folder: Path) -> Path:
    """A causal language model with Qwen2's architecture, whose template has no system role."""
    words = tokenizer(NO_SYSTEM)
    sizes = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = transformers.Qwen2Config(**sizes, num_key_value_heads=2, max_position_embeddings=4096, **_ids(words))
    return _write(folder, transformers.Qwen2ForCausalLM, config, words)


def write_mistral(folder: Path) -> Path:
    """A causal language model with Mistral's architecture that looks back less far than its prompt is long."""
    words = tokenizer(LLAMA_2)
    sizes = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = transformers.MistralConfig(**sizes, num_key_value_heads=2, sliding_window=256, **_ids(words))
    return _write(folder, transformers.MistralForCausalLM, config, words)


def write_llava(folder: Path, template: str | None = LLAVA) -> Path:
    """A captioner with LLaVA-1.5's architecture."""
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    words = tokenizer(None)
    vision = transformers.CLIPVisionConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=28, patch_size=14
    )
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = transformers.LlavaConfig(
        vision_config=vision,
        text_config=transformers.LlamaConfig(**sizes, **_ids(words)),
        image_token_index=words.convert_tokens_to_ids("<image>"),
    )
    pictures = CLIPImageProcessorPil(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
    processor = transformers.LlavaProcessor(
        pictures, words, 14, "default", chat_template=template, num_additional_image_tokens=1
    )
    _write(folder, transformers.LlavaForConditionalGeneration, config, words)
    processor.save_pretrained(folder)
    return folder


def _prompt_words() -> Iterator[str]:
    yield INSTRUCTION
    for example in EXAMPLES:
        yield query_text(example.captions, example.central)
        yield f"Score: {example.score}"


def _ids(words: Any) -> dict[str, int]:
    ids = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id}
    return {"vocab_size": len(words), **ids}


def _write(folder: Path, kind: Any, config: Any, words: Any) -> Path:
    torch.manual_seed(0)
    model = kind(config)
    # Larger than a model starts with: states then depend clearly on every token.
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.15)
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder
