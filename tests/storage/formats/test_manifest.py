"""Manifests: what an export is, and whether it still is."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import FormatError, NotFoundError
from core.labelling.protocols import SHOT_RATINGS
from storage.formats.manifest import MANYCUT, Contents, ExportedPerson, check_manifest, manifest_path, write_manifest

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def contents():
    return Contents(
        format="csv",
        who="all",
        include_open=False,
        lag=0.5,
        entries={"talks/first": 2, "trips/second": 1},
        people=[
            ExportedPerson("person 1", "talks", 1, ("tvsum",), simulated=True),
            ExportedPerson("annotator-1", "", 2, ("shot-ratings v1",), NOON, NOON),
        ],
        protocols={"shot-ratings v1": SHOT_RATINGS},
        labels=60,
    )


@pytest.fixture
def export(tmp_path, contents):
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("a.mat", "b.mat"):
        (folder / name).write_text(name)
    write_manifest(folder, [folder / "a.mat", folder / "b.mat"], contents)
    return folder


def test_the_version_is_that_of_the_project():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == MANYCUT


def test_it_says_who_how_and_when(export):
    manifest = json.loads(manifest_path(export).read_text())
    assert manifest_path(export).name == "out.manifest.json"
    assert manifest["schema"] == "manycut-manifest-1"
    assert manifest["versions"]["manycut"] == MANYCUT
    assert datetime.fromisoformat(manifest["created"]).tzinfo is not None
    assert (manifest["format"], manifest["who"], manifest["labels"]) == ("csv", "all", 60)
    assert manifest["datasets"] == ["talks", "trips"]
    assert manifest["lag_seconds"] == 0.5
    assert manifest["include_open"] is False
    assert manifest["merged_with_dataset"] is True
    assert manifest["simulated"] is True
    assert manifest["protocols"] == {"shot-ratings v1": SHOT_RATINGS.as_dict()}
    assert [(one["name"], one["from"], one["simulated"]) for one in manifest["people"]] == [
        ("person 1", "talks", True),
        ("annotator-1", "here", False),
    ]
    assert manifest["people"][1]["first_label"] == "2026-01-31T12:00:00+00:00"
    assert manifest["people"][0]["last_label"] is None
    assert [one["path"] for one in manifest["files"]] == ["out/a.mat", "out/b.mat"]


def test_an_untouched_export_is_as_it_was(export, tmp_path):
    assert check_manifest(export) == check_manifest(manifest_path(export)) == []
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    export.rename(moved / "out")
    manifest_path(export).rename(manifest_path(moved / "out"))
    assert check_manifest(moved / "out") == []


def test_it_names_what_differs(export):
    (export / "a.mat").write_text("A.mat")
    assert check_manifest(export) == ["out/a.mat has other content than when it was exported."]
    (export / "a.mat").write_text("longer than before")
    (export / "b.mat").unlink()
    assert check_manifest(export) == ["out/a.mat has 18 bytes instead of 5.", "out/b.mat is missing."]


def test_it_looks_at_no_files_elsewhere(export):
    path = manifest_path(export)
    path.write_text(path.read_text().replace("out/a.mat", "../../etc/passwd"))
    assert check_manifest(export) == ["../../etc/passwd does not lie beside the manifest."]


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "manycut-manifest-1"}', '{"schema": "other", "files": []}'])
def test_other_files_are_no_manifests(tmp_path, text):
    path = tmp_path / "x.manifest.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=r"x\.manifest\.json"):
        check_manifest(path)


def test_a_missing_manifest_is_said_to_be_missing(tmp_path):
    with pytest.raises(NotFoundError):
        check_manifest(tmp_path / "labels.h5")
