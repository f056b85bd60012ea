"""Commands are made from requests: each option has the default of its field."""

from __future__ import annotations

import json
import signal

import pytest
from typer.testing import CliRunner

from cli import commands, main
from cli.running import ends_early, enough
from core.errors import InputError
from core.progress import silent
from verbs.contract import Request
from verbs.export import ExportRequest
from verbs.ingest import IngestRequest
from verbs.sample import SampleRequest
from verbs.train import TrainRequest

REQUESTS = (ExportRequest, IngestRequest, SampleRequest, TrainRequest)


def asked_of(monkeypatch, *arguments: object) -> Request:
    """The request that a command makes of its arguments."""
    seen = []

    def run_verb(data_dir, as_json, verb, request, sentence):
        seen.append(request)
        raise SystemExit

    for module in ("cli.commands", "cli.models", "cli.ingest", "cli.datasets", "cli.cuts"):
        monkeypatch.setattr(f"{module}.run_verb", run_verb)
    CliRunner().invoke(main.app, [str(one) for one in arguments])
    (request,) = seen
    return request


@pytest.mark.parametrize(
    ("arguments", "request_"),
    [
        (["sample", "a/b"], SampleRequest(entry="a/b")),
        (["train", "talks"], TrainRequest(dataset="talks")),
        (["ingest", "film.mp4"], IngestRequest(path=["film.mp4"])),
        (["export", "--out", "x.h5"], ExportRequest(out="x.h5")),
    ],
)
def test_what_nobody_says_is_the_default_of_the_request(monkeypatch, arguments, request_):
    assert asked_of(monkeypatch, *arguments) == request_


def test_kinds_and_checkpoints_have_one_name_each_and_the_old_spelling_still_works(monkeypatch):
    for spelled in ("--kind", "--model"):
        assert asked_of(monkeypatch, "train", "talks", spelled, "csta") == TrainRequest(dataset="talks", kind="csta")
    for spelled in ("--checkpoint", "--model"):
        asked = asked_of(monkeypatch, "sample", "a/b", spelled, "ours")
        assert asked == SampleRequest(entry="a/b", checkpoint="ours")


def test_open_labels_are_exported_where_somebody_asks(monkeypatch):
    assert asked_of(monkeypatch, "export", "--out", "x.h5", "--include-open").include_open


def test_segments_and_budgets_are_read(monkeypatch):
    asked = asked_of(monkeypatch, "render", "a/b", "--out", "x.csv", "--segments", "0-120,240-300", "--budget", "0.3")
    assert (asked.segments, asked.budget) == (((0, 120), (240, 300)), 0.3)


@pytest.mark.parametrize("request_", REQUESTS)
def test_every_field_can_be_asked_for(request_):
    fields = request_.model_fields.keys() - {"verb"}
    assert {one.name for one in commands.parameters(request_)} == fields
    assert all(request_.model_fields[name].description for name in fields)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["train", "talks", "--split", "first"], "'split' should be a valid integer"),
        (["sample", "a/b", "--budget", "2"], "'budget' should be less than or equal to 1"),
        (["cuts", "a/b", "--keep", "early"], "Segments are written start-end"),
        (["sample"], "entry"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_code_two(monkeypatch, capsys, tmp_path, arguments, word):
    monkeypatch.setattr("sys.argv", ["app.py", *arguments, "--json", "--data-dir", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert word in json.loads(told.out)["error"]["message"]
    assert len(told.err.strip().splitlines()) == 1


def test_settings_seeds_people_and_datasets_are_read(monkeypatch):
    asked = asked_of(
        monkeypatch, "train", "talks", "--kind", "summdiff", "--set", "denoiser=DiT",
        "--set", "codebook_size=100", "--set", "lr=1e-4", "--seeds", "0,1,2", "--names", "Ann",
        "--names", "Ben, B.", "--datasets", "more", "--minutes", "1.5",
        "--held-out", "0",
    )  # fmt: skip
    assert asked == TrainRequest(
        dataset="talks",
        kind="summdiff",
        settings={"denoiser": "DiT", "codebook_size": "100", "lr": "1e-4"},
        seeds=(0, 1, 2),
        names=("Ann", "Ben, B."),
        datasets=("more",),
        minutes=1.5,
        held_out=0,
    )


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--set", "denoisser=DiT"], "SummDiff has no setting 'denoisser'; it has updates"),
        (["--set", "codebook_size=many"], "'codebook_size' should be a whole number from 0, not 'many'"),
        (["--set", "lr"], "A setting is written name=value"),
        (["--seeds", "one"], "'seeds' should be a valid integer"),
        (["--held-out", "1"], "'held_out' should be less than 1"),
    ],
)
def test_a_mistake_in_a_training_is_one_sentence(monkeypatch, capsys, tmp_path, arguments, word):
    test_mistakes_are_one_sentence_and_exit_code_two(
        monkeypatch, capsys, tmp_path, ["train", "talks", "--kind", "summdiff", *arguments], word
    )


def test_ctrl_c_ends_a_training_with_what_it_has_and_the_second_at_once(capsys):
    before = signal.getsignal(signal.SIGINT)
    with enough() as underway:
        assert not underway.should_finish()
        signal.raise_signal(signal.SIGINT)
        assert underway.should_finish()
        assert "Ctrl-C again stops at once" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before


def test_a_training_keeps_what_it_has_where_it_is_told_to_and_leaves_nothing_when_it_is_over(tmp_path):
    (tmp_path / "mine.txt").write_text("not Manycut's")
    seen = []

    def training(library, request, *, progress, underway):
        seen.append(underway.folder)
        underway.folder.mkdir(exist_ok=True)
        (underway.folder / "training.pt").write_text("so far")
        if len(seen) == 1:
            raise InputError("The machine is out of power.")

    verb = ends_early(training, tmp_path)
    with pytest.raises(InputError):
        verb(None, None, progress=silent)
    assert (seen[0] / "training.pt").exists()
    verb(None, None, progress=silent)
    assert seen[0] == seen[1]
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("command", "said"), [("sample", "torchrun starts 'sample' several times over"), ("train", "")]
)
def test_torchrun_is_for_training_alone(monkeypatch, capsys, command, said):
    for name, value in {"TORCHELASTIC_RUN_ID": "x", "WORLD_SIZE": "2", "RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["app.py", command])
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
