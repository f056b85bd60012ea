"""VASNet's published checkpoints: their names load, and give what the authors' program gives."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch

from core.errors import CheckpointError
from core.models.official import load_released
from core.models.vasnet import VASNet, VASNetConfig

WIDTH, T = 12, 9
SQUARE = ("att.K", "att.Q", "att.V", "att.output_linear")


def released(norms="gamma beta", prefix="", width=WIDTH, unused=True):
    """A state dict with the published names."""
    torch.manual_seed(0)
    state = {f"{name}.weight": torch.randn(width, width) / 3 for name in SQUARE}
    for name in ("ka", *(("kb", "kc") if unused else ())):
        state |= {f"{name}.weight": torch.randn(width, width) / 3, f"{name}.bias": torch.randn(width)}
    state |= {"kd.weight": torch.randn(1, width), "kd.bias": torch.randn(1)}
    for name in ("layer_norm_y", "layer_norm_ka") if norms else ():
        for part in norms.split():
            state[f"{name}.{part}"] = torch.rand(width) + 0.5
    return {prefix + name: value for name, value in state.items()}


def reference(state, x):
    """The published forward pass in NumPy: attention by columns, deviation unbiased; (T,) scores."""
    w = {name: value.double().numpy() for name, value in state.items()}
    products = 0.06 * (x @ w["att.Q.weight"].T) @ (x @ w["att.K.weight"].T).T
    attention = np.exp(products - products.max(1, keepdims=True))
    attention /= attention.sum(1, keepdims=True)
    y = (attention.T @ (x @ w["att.V.weight"].T)) @ w["att.output_linear.weight"].T + x

    def norm(values, name):
        scaled = (values - values.mean(1, keepdims=True)) / (values.std(1, ddof=1, keepdims=True) + 1e-6)
        return w.get(f"{name}.gamma", 1) * scaled + w.get(f"{name}.beta", 0)

    y = np.maximum(norm(y, "layer_norm_y") @ w["ka.weight"].T + w["ka.bias"], 0)
    y = norm(y, "layer_norm_ka") @ w["kd.weight"].T + w["kd.bias"]
    return 1 / (1 + np.exp(-y[:, 0]))


def saved(tmp_path, content, name="best.pth.tar"):
    torch.save(content, tmp_path / name)
    return tmp_path / name


@pytest.mark.parametrize("norms", ["gamma beta", ""])
@pytest.mark.parametrize("unused", [True, False])
@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("around", [lambda state: state, lambda state: {"state_dict": state, "epoch": 3}])
def test_the_published_names_give_the_published_scores(tmp_path, norms, unused, prefix, around):
    state = released(norms, unused=unused)
    kind, model = load_released(saved(tmp_path, around(released(norms, prefix, unused=unused))))
    assert kind == "vasnet"
    x = np.random.default_rng(1).normal(size=(T, WIDTH))
    scores = model.predict(torch.from_numpy(x)).numpy()[0]
    np.testing.assert_allclose(scores, reference(state, x), atol=2e-6)


def test_norms_of_torch_are_torchs(tmp_path):
    _, model = load_released(saved(tmp_path, released("weight bias")))
    assert not model.config.unbiased_norm
    torch.testing.assert_close(model.norm1.weight, released("weight bias")["layer_norm_y.weight"])


def test_frames_that_only_fill_a_batch_change_nothing():
    torch.manual_seed(0)
    model = VASNet(VASNetConfig(WIDTH, by_columns=True, unbiased_norm=True)).eval()
    x = torch.randn(1, T + 4, WIDTH)
    valid = torch.arange(T + 4)[None] < T
    torch.testing.assert_close(model(x, valid)[:, :T], model(x[:, :T]))


def test_the_paper_weights_by_rows():
    torch.manual_seed(0)
    ours, theirs = VASNet(VASNetConfig(WIDTH)).eval(), VASNet(VASNetConfig(WIDTH, by_columns=True)).eval()
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(1, T, WIDTH)
    assert not torch.allclose(ours(x), theirs(x))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ka.weight": torch.zeros(WIDTH, WIDTH + 1)}, "'ka.weight'"),
        ({"kd.weight": None}, "lacks"),
        ({"fc.weight": torch.zeros(1)}, "'fc.weight'"),
        ({"att.K.weight": torch.zeros(WIDTH, WIDTH + 2)}, "no place"),
    ],
)
def test_what_does_not_belong_is_named(tmp_path, change, said):
    state = {name: value for name, value in (released() | change).items() if value is not None}
    with pytest.raises(CheckpointError, match=said):
        load_released(saved(tmp_path, state))


BESIDE = {
    "a number": np.float64(0.5),
    "a whole number": np.int64(3),
    "a truth": np.bool_(True),
    "a half": np.float16(0.25),
    "an array": np.arange(6.0).reshape(2, 3),
    "texts": np.array(["a", "b"]),
    "a state": np.random.RandomState(0).get_state(),  # what training tools keep
    "a type": np.dtype("float32"),
    "in each other": {"best": [np.float32(1), (np.int8(2), None)]},
}


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("new", [True, False], ids=["zip", "as before 1.6"])
def test_what_numpy_left_beside_weights_does_not_matter(tmp_path, beside, new):
    path = tmp_path / "best.pth"
    torch.save({"state_dict": released(), "beside": BESIDE[beside]}, path, _use_new_zipfile_serialization=new)
    assert load_released(path)[0] == "vasnet"


def test_names_of_older_numpy_are_known_too(tmp_path):
    path = tmp_path / "best.pth"
    torch.save({"state_dict": released(), "best": np.float64(0.5)}, path, _use_new_zipfile_serialization=False)
    content = path.read_bytes()
    assert b"numpy._core.multiarray" in content
    path.write_bytes(content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    assert load_released(path)[0] == "vasnet"


class Runs:
    def __init__(self, function, *arguments):
        self.what = function, arguments

    def __reduce__(self):
        return self.what


@pytest.mark.parametrize("inside", [lambda bad: bad, lambda bad: np.array([bad, None], object)])
@pytest.mark.parametrize("function", [os.mkdir, os.system, eval, exec])
def test_still_no_code_is_run(tmp_path, monkeypatch, function, inside):
    monkeypatch.chdir(tmp_path)
    argument = {os.mkdir: "made", os.system: "mkdir made"}.get(function, "__import__('os').mkdir('made')")
    path = saved(tmp_path, {"state_dict": released(), "x": inside(Runs(function, argument))})
    with pytest.raises(CheckpointError, match="could run code"):
        load_released(path)
    assert not (tmp_path / "made").exists()
