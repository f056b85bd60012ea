from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.errors import InputError, NotFoundError
from core.features.kinds import SpaceOptions
from core.features.onnx import network_input, open_space
from core.features.space import Moment
from tests.core.made_weights import write_onnx

WEIGHTS = np.random.default_rng(0).normal(size=(1024, 3)).astype(np.float32)


def opened(path):
    return open_space(SpaceOptions("googlenet-caffe-pool5", str(path)))


def test_the_pooled_layer_is_read_from_the_middle_of_a_network(tmp_path):
    space = opened(write_onnx(tmp_path / "net.onnx", WEIGHTS))
    pictures = [np.full((60, 80, 3), colour, np.uint8) for colour in ([200, 30, 90], [10, 250, 90])]
    rows = space.extract(Moment(one, one, 0.0) for one in pictures)
    assert space.id == "googlenet-caffe-pool5"
    assert rows.shape == (2, 1024)
    for row, (red, green, blue) in zip(rows, ([200, 30, 90], [10, 250, 90]), strict=True):
        wanted = np.maximum(WEIGHTS @ [blue - 104, green - 117, red - 123], 0)
        np.testing.assert_allclose(row, wanted / np.linalg.norm(wanted), atol=1e-4)


def test_the_network_sees_the_middle_of_the_squeezed_picture_as_blue_green_red():
    picture = np.random.default_rng(1).integers(0, 256, (300, 500, 3), dtype=np.uint8)
    x = network_input(picture)
    assert x.shape == (1, 3, 224, 224)
    assert x.dtype == np.float32
    squeezed = cv2.resize(picture, (256, 256), interpolation=cv2.INTER_AREA).astype(np.float32)
    np.testing.assert_array_equal(x[0, 2], squeezed[16:240, 16:240, 0] - 123)
    np.testing.assert_array_equal(x[0, 0], squeezed[16:240, 16:240, 2] - 104)


def test_a_network_that_is_not_googlenet_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"'narrow.onnx' is not GoogLeNet: its layer 'pool5' gives 8 numbers"):
        opened(write_onnx(tmp_path / "narrow.onnx", WEIGHTS[:8]))
    with pytest.raises(InputError, match=r"'other.onnx' is not GoogLeNet: it has no layer 'pool5'.* 3 numbers"):
        opened(write_onnx(tmp_path / "other.onnx", WEIGHTS, pooled="global_pool"))


def test_files_that_are_no_networks_give_one_sentence(tmp_path):
    whole = write_onnx(tmp_path / "net.onnx", WEIGHTS).read_bytes()
    for content in (b"", b"hello", whole[: len(whole) // 2]):
        (tmp_path / "bad.onnx").write_bytes(content)
        with pytest.raises(InputError, match=r"'bad.onnx' cannot be read"):
            opened(tmp_path / "bad.onnx")


def test_caffes_own_files_are_answered_with_what_to_do(tmp_path):
    path = tmp_path / "bvlc_googlenet.caffemodel"
    path.write_bytes(b"layers")
    with pytest.raises(InputError, match="OpenCV 5 no longer reads Caffe's files") as caught:
        opened(path)
    assert "ONNX" in caught.value.hint


def test_the_file_has_to_be_named_and_there(tmp_path):
    with pytest.raises(NotFoundError, match="needs the file of its network"):
        open_space(SpaceOptions("googlenet-caffe-pool5"))
    with pytest.raises(NotFoundError, match=r"no file '.*gone.onnx'"):
        opened(tmp_path / "gone.onnx")
