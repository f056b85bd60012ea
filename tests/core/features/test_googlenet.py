from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import CheckpointError, InputError, NotFoundError
from core.features.googlenet import features, open_space, read_network
from core.features.kinds import SpaceOptions
from core.features.pictures import centre_crop
from core.features.space import Moment
from tests.core.made_weights import write_googlenet


def picture(height: int = 90, width: int = 160, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def seen(*pictures: np.ndarray) -> list[Moment]:
    return [Moment(one, one, 0.0) for one in pictures]


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "random.pth"
    write_googlenet(path)
    return path


@pytest.fixture(scope="module")
def model(weights):
    return read_network(weights, "cpu")


@pytest.mark.parametrize(
    ("shape", "resized", "corner"),
    [
        # (height, width), to which the shorter side 256 leads, and (top, left) of the 224 in the middle
        ((241, 427), (256, 453), (16, 114)),
        ((480, 360), (341, 256), (58, 16)),
        ((256, 256), (256, 256), (16, 16)),
        ((20, 200), (256, 2560), (16, 1168)),
    ],
)
def test_the_middle_of_a_picture_is_cut_out_as_torchvision_does(shape, resized, corner):
    from PIL import Image

    whole = np.asarray(Image.fromarray(picture(*shape)).resize(resized[::-1], Image.Resampling.BILINEAR))
    top, left = corner
    np.testing.assert_array_equal(centre_crop(picture(*shape)), whole[top : top + 224, left : left + 224])


def test_a_row_is_the_pooled_last_layer_of_the_normalised_picture_with_unit_length(model):
    crop = centre_crop(picture())
    x = (crop / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    with torch.no_grad():
        pooled = model(torch.from_numpy(x.astype(np.float32)).permute(2, 0, 1)[None]).mean((2, 3))[0].numpy()
    (row,) = features(model, seen(picture()))
    assert row.dtype == np.float32
    assert row.shape == (1024,)
    np.testing.assert_allclose(row, pooled / np.linalg.norm(pooled), atol=2e-6)


def test_batches_change_nothing(model):
    pictures = [picture(seed=seed) for seed in range(17)]
    together = features(model, iter(seen(*pictures)))
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for index in (0, 15, 16):
        np.testing.assert_allclose(features(model, seen(pictures[index]))[0], together[index], atol=1e-5)


def test_no_pictures_are_no_features(model):
    with pytest.raises(InputError, match="no pictures"):
        features(model, [])


def test_torchvisions_heads_are_left_out_and_all_else_is_read(weights):
    wanted = write_googlenet(weights.with_name("same.pth"))
    read = read_network(weights, "cpu").state_dict()
    assert read.keys() == wanted.state_dict().keys()
    for name, values in wanted.state_dict().items():
        assert torch.equal(read[name], values), name


def test_other_weights_are_another_space(weights, tmp_path):
    write_googlenet(tmp_path / "other.pth", seed=1)
    one, two = (open_space(SpaceOptions("googlenet-pool5", str(path))) for path in (weights, tmp_path / "other.pth"))
    assert len({one.id, two.id, "googlenet-pool5"}) == 3
    assert one.id.startswith("googlenet-pool5-")
    assert open_space(SpaceOptions("googlenet-pool5", str(weights))).id == one.id
    assert one.extract(seen(picture())).shape == (1, one.width)


def test_missing_weights_say_which_and_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(NotFoundError, match=f"'{tmp_path}/hub/checkpoints/googlenet-1378be20.pth'") as caught:
        open_space(SpaceOptions("googlenet-pool5"))
    assert "--download" in caught.value.hint
    assert "--weights" in caught.value.hint


def test_a_damaged_file_in_the_cache_is_not_used(weights, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    place = tmp_path / "hub" / "checkpoints"
    place.mkdir(parents=True)
    (place / "googlenet-1378be20.pth").write_bytes(weights.read_bytes())
    with pytest.raises(InputError, match="checksum is not 1378be20"):
        open_space(SpaceOptions("googlenet-pool5"))


def test_files_that_hold_something_else_give_one_sentence(weights, tmp_path):
    cut = tmp_path / "cut.pth"
    cut.write_bytes(weights.read_bytes()[:100_000])
    text = tmp_path / "text.pth"
    text.write_text("not weights")
    for path in (cut, text):
        with pytest.raises(CheckpointError, match=path.name):
            read_network(path)
    torch.save({"layer.weight": torch.zeros(3)}, tmp_path / "small.pth")
    with pytest.raises(InputError, match=r"'small.pth' does not hold GoogLeNet's weights"):
        read_network(tmp_path / "small.pth")


def test_weights_that_give_no_numbers_are_refused(weights):
    model = read_network(weights, "cpu")
    model.conv1.conv.weight.data.fill_(float("nan"))
    with pytest.raises(InputError, match="infinite numbers"):
        features(model, seen(picture()))
