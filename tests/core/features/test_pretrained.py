"""Tiny random models of the real classes, saved and read as people have them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import InputError, NotFoundError
from core.features.kinds import SpaceOptions
from core.features.registry import open_space
from core.features.space import Moment

transformers = pytest.importorskip("transformers")

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
VISION = {**SMALL, "intermediate_size": 64, "projection_dim": 24, "image_size": 32, "patch_size": 8}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder for each saved model."""
    root = tmp_path_factory.mktemp("models")
    torch.manual_seed(0)
    made = {
        "clip-vision": transformers.CLIPVisionModelWithProjection(transformers.CLIPVisionConfig(**VISION)),
        "clip-cut": transformers.CLIPVisionModel(transformers.CLIPVisionConfig(**VISION)),
        "clip-whole": transformers.CLIPModel(
            transformers.CLIPConfig(
                text_config={**SMALL, "intermediate_size": 64, "vocab_size": 50},
                vision_config=VISION,
                projection_dim=24,
            )
        ),
        "dinov2": transformers.Dinov2Model(transformers.Dinov2Config(**SMALL, image_size=28, patch_size=14)),
    }
    for name, model in made.items():
        model.save_pretrained(root / name)
        if name == "dinov2":
            processor = transformers.BitImageProcessor(size={"shortest_edge": 32}, crop_size=28)
        else:
            processor = transformers.CLIPImageProcessor(size={"shortest_edge": 36}, crop_size=32)
        processor.save_pretrained(root / name)
    return root


def moments(count: int = 3) -> list[Moment]:
    pictures = np.random.default_rng(0).integers(0, 256, (count, 40, 60, 3), dtype=np.uint8)
    return [Moment(one, one, 0.0) for one in pictures]


def test_an_id_that_no_file_could_hold_is_refused_before_anything_is_read():
    with pytest.raises(InputError, match="no feature space 'clip-a/b'"):
        open_space("clip-a/b")


@pytest.mark.parametrize(
    ("space", "folder", "width"),
    [("clip-tiny", "clip-vision", 24), ("clip-tiny", "clip-whole", 24), ("dinov2-tiny", "dinov2", 32)],
)
def test_a_model_in_a_folder_gives_rows_of_unit_length(folders, space, folder, width):
    opened = open_space(SpaceOptions(space, str(folders / folder)))
    assert (opened.id, opened.width) == (space, width)
    rows = opened.extract(moments(18))
    assert rows.shape == (18, width)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(opened.extract(moments(18)[17:]), rows[17:], atol=1e-5)


def test_the_rows_of_clip_are_its_projected_pictures(folders):
    model = transformers.CLIPModel.from_pretrained(folders / "clip-whole")
    processor = transformers.CLIPImageProcessor.from_pretrained(folders / "clip-whole")
    prepared = processor(images=[moment.picture for moment in moments()], return_tensors="pt")
    with torch.no_grad():
        wanted = model.get_image_features(**prepared)
    wanted = torch.nn.functional.normalize(getattr(wanted, "pooler_output", wanted), dim=1).numpy()
    rows = open_space(SpaceOptions("clip-tiny", str(folders / "clip-whole"))).extract(moments())
    np.testing.assert_allclose(rows, wanted, atol=1e-5)


def test_a_model_without_all_of_its_weights_is_refused(folders):
    with pytest.raises(InputError, match=r"lacks 'visual_projection.weight'"):
        open_space(SpaceOptions("clip-tiny", str(folders / "clip-cut")))


def test_a_model_of_another_kind_is_refused(folders):
    with pytest.raises(InputError, match=r"of the kind 'dinov2', not CLIP"):
        open_space(SpaceOptions("clip-tiny", str(folders / "dinov2")))


def test_a_model_that_is_not_here_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(NotFoundError, match=r"'openai/clip-not-there' is not") as caught:
        open_space("clip-not-there")
    assert "--download" in caught.value.hint
    with pytest.raises(InputError, match=f"'{tmp_path}' cannot be read"):
        open_space(SpaceOptions("dinov2-base", str(tmp_path)))


def test_without_the_extra_packages_people_learn_how_to_get_them(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(NotFoundError, match="'dinov2-base' needs the package 'transformers'") as caught:
        open_space("dinov2-base")
    assert "requirements-llm.txt" in caught.value.hint
