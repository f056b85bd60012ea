"""Searches for the name of somebody who labelled here: in everything that is handed on, and after it was forgotten."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import stat
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import replace

import h5py
import numpy as np
import pytest
from scipy.io import loadmat
from starlette.testclient import TestClient

from core.errors import ConflictError, InputError, NotFoundError
from core.labelling.events import Event
from storage.backup import FOLDER, back_up
from storage.export import FORMATS, WITH_NAMES, export_labels
from storage.forgetting import forget
from storage.formats.cut_lists import CUT_LIST_FORMATS
from storage.formats.events_jsonl import read_events
from storage.formats.labels_csv import read_labels_csv
from storage.library import Library
from storage.merging import join_events
from tests.attack.conftest import ROOT
from tests.conftest import entry_of
from verbs.chosen_cut import CutChoices, choose
from verbs.cut_list import CutListRequest, cut_list
from verbs.personal import PersonalRequest, personal
from verbs.report import ReportRequest, report
from verbs.train import TrainRequest, train
from webapp.jobs import enqueue, perform
from webapp.routes.entries import ENDINGS
from webapp.server import build_rest

NAME = "Zdenka Quillfeather-Ölander"
VIDEOS = [f"talks/{number}" for number in range(6)]
ENTRY = VIDEOS[0]


def labelled_by(library, name, entries=VIDEOS, shift=0):
    """Somebody rates every shot of these videos, writes a note about themselves, and submits."""
    person = library.annotations.get_or_create_annotator(name)
    for place, entry in enumerate(entries):
        task = library.annotations.open_task(person, entry)
        rated = [Event("tab", shot, "rate", shot, 1 + (shot + place + shift) % 5) for shot in range(30)]
        note = Event("tab", 50, "note", data={"text": f"It is {name} who rated this; ask {name}."})
        library.annotations.record_events(task.id, [*rated, note, Event("tab", 60, "submit")])
    return person


def labelled_library(folder, videos=False):
    library = Library.open(folder)
    captions = tuple(f"caption {number}" for number in range(120))
    entries = [entry_of(one, people=0, captions=captions) for one in VIDEOS]
    if videos:
        video = folder / "media" / "some.mp4"
        video.parent.mkdir()
        video.write_bytes(b"\0" * 64)
        entries = [replace(one, video=video) for one in entries]
    library.entries.add("talks", entries)
    labelled_by(library, NAME)
    labelled_by(library, "Ben", shift=2)
    return library


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """Labels of somebody with a name that nothing else has, and curves as they would draw them."""
    with labelled_library(tmp_path_factory.mktemp("named") / "data") as library:
        personal(library, PersonalRequest(entry=ENTRY, person=NAME, way="ridge", n=1))
        yield library


@pytest.fixture(scope="module")
def pseudonym(labelled):
    return labelled.accounts.find(NAME).pseudonym


@pytest.fixture(scope="module")
def page(labelled):
    """A browser at a server where nobody needs an account, so that it leads."""
    with TestClient(build_rest(labelled)) as opened:
        yield opened


def forms(name):
    """How a name may be written in a file, a part of it alone included."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    written = [name, json.dumps(name)[1:-1], plain, name.replace(" ", "-"), plain.replace(" ", "-").lower()]
    return {form.lower().encode() for form in [*written, *name.split()]} | {name.encode("utf-16-le").lower()}


def holding(files, name=NAME):
    """Those of (place, bytes) in which the name stands, or whose place names it."""
    wanted = forms(name)
    return [place for place, data in files if any(form in place.lower().encode() + data.lower() for form in wanted)]


def told(path):
    """All texts of an export as (place, bytes), whatever it is packed in."""
    data = path.read_bytes()
    yield path.name, data
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for one in packed.namelist():
                text = packed.read(one)
                yield one, repr(loadmat(io.BytesIO(text))).encode() if one.endswith(".mat") else text
    if path.suffix == ".mat":
        yield path.name, repr(loadmat(path)).encode()
    if h5py.is_hdf5(path):
        with h5py.File(path) as file:
            found = []
            file.visititems(lambda name, item: found.append((name, item)))
            for name, item in found:
                held = repr(dict(item.attrs))
                held += repr(np.asarray(item[()]).tolist()) if isinstance(item, h5py.Dataset) else ""
                yield name, held.encode()


def everything(folder):
    return [one for path in sorted(folder.rglob("*")) if path.is_file() for one in told(path)]


def raw(folder, without=()):
    """The bytes of every file."""
    return [
        (str(path.relative_to(folder)), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in without
    ]


# What is handed on


@pytest.mark.parametrize("format", FORMATS)
def test_no_export_names_anybody_who_labels_here(labelled, pseudonym, tmp_path, format):
    ending = ENDINGS[format]
    done = export_labels(labelled, tmp_path / "out" / f"labels{ending}", format=format)
    files = everything(tmp_path / "out")
    assert len(files) >= 2, "the manifest is looked at as well"
    assert holding(files) == []
    manifest = json.loads(done.manifest.read_text())
    assert manifest["names"] == "pseudonyms"
    assert pseudonym in {one["name"] for one in manifest["people"]}


def test_the_search_finds_names_in_every_format_that_can_hold_them_and_real_names_are_an_explicit_choice(
    labelled, tmp_path
):
    for format, ending in (("eccv16", ".h5"), ("summe", ".zip"), ("csv", ".csv")):
        done = export_labels(labelled, tmp_path / format / f"x{ending}", format=format, real_names=True)
        assert json.loads(done.manifest.read_text())["names"] == "real names"
        inside = [one for one in everything(tmp_path / format) if "manifest" not in one[0]]
        assert holding(inside), format
    rows = read_labels_csv(tmp_path / "csv" / "x.csv")
    assert {row.annotator for row in rows} == {NAME, "Ben"}
    for format in set(FORMATS) - set(WITH_NAMES):
        with pytest.raises(InputError, match="cannot hold real names"):
            export_labels(labelled, tmp_path / "no", format=format, real_names=True)
    assert not (tmp_path / "no").exists()


def test_a_log_whose_notes_say_pseudonyms_is_joined_with_the_one_it_came_from(labelled, tmp_path):
    done = export_labels(labelled, tmp_path / "log.jsonl", format="events")
    joined = join_events(labelled, done.file)
    assert joined.new_events == 0
    with Library.open(tmp_path / "other") as other:
        other.entries.add("talks", [entry_of(one, people=0) for one in VIDEOS])
        assert join_events(other, done.file).new_events > 0
        assert join_events(other, done.file).new_events == 0
        back = export_labels(other, tmp_path / "back.jsonl", format="events")
    assert join_events(labelled, back.file).new_events == 0
    changed = tmp_path / "changed.jsonl"
    changed.write_text(done.file.read_text().replace("who rated this", "who never rated this"))
    with pytest.raises(ConflictError, match="different here"):
        join_events(labelled, changed)
    assert all("Zdenka" not in str(log.events) for log in read_events(done.file))


@pytest.mark.parametrize("format", CUT_LIST_FORMATS)
def test_no_cut_list_and_no_name_of_one_says_whose_it_is(labelled, page, pseudonym, tmp_path, format):
    run = labelled.runs.of_entry(ENTRY)[0].id
    for source in (f"person:{NAME}", f"person:{pseudonym}", "camp:0", "camp:1", f"run:{run}", f"run:{run}:0"):
        made = cut_list(labelled, CutListRequest(entry=ENTRY, source=source, out=tmp_path / f"cut.{format}"))
        assert holding([(made.name, made.file.read_bytes()), ("result", repr(made.as_json()).encode())]) == [], source
        if source.startswith("person:"):
            assert pseudonym in made.name
        answer = page.get("/api/cutlist", params={"entry": ENTRY, "source": source, "format": format})
        assert answer.status_code == 200, answer.text
        assert holding([(answer.headers["content-disposition"], answer.content)]) == []


def test_a_rendered_cut_is_neither_called_after_somebody_nor_names_them_within(labelled):
    run = labelled.runs.of_entry(ENTRY)[0]
    assert NAME in run.track.provenance.sentence, "leads are told here"
    for source in (f"person:{NAME}", f"run:{run.id}"):
        chosen = choose(labelled, CutChoices(entry=ENTRY, source=source))
        said = f"{chosen.name} {chosen.source.learned_from} {chosen.source.scores}"  # the second is the film's comment
        assert holding([("render", said.encode())]) == []


def test_a_person_whom_nobody_is_called_after_is_still_not_found(labelled):
    with pytest.raises(NotFoundError, match="Nobody called 'Nobody'"):
        choose(labelled, CutChoices(entry=ENTRY, source="person:Nobody"))


def test_a_checkpoint_that_was_trained_on_somebody_by_name_names_nobody(labelled, tmp_path):
    request = TrainRequest(
        dataset="talks", kind="mlp", epochs=1, names=(NAME,), weights={NAME: 2.0}, out=tmp_path / "trained"
    )
    made = train(labelled, request)
    assert (tmp_path / "trained" / "README.md").is_file()
    assert holding(raw(tmp_path / "trained")) == []
    found = report(labelled, ReportRequest(checkpoint=str(tmp_path / "trained"), names=(NAME,)))
    assert holding([("report", repr(found.as_json()).encode())]) == []
    assert found.report.learned == len(made.videos if hasattr(made, "videos") else VIDEOS) - len(made.held_out)


# The key


def test_the_key_lies_beside_an_export_for_its_owner_alone(labelled, pseudonym, tmp_path):
    done = export_labels(labelled, tmp_path / "out.csv", format="csv", key_file=tmp_path / "key.csv")
    key = tmp_path / "key.csv"
    assert done.key == key
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    rows = list(csv.reader(key.open(newline="", encoding="utf-8")))
    assert rows[0] == ["pseudonym", "name", "role"]
    assert [pseudonym, NAME, "annotator"] in rows
    assert len(rows) == 3
    assert "key" not in done.manifest.read_text(), "whoever gets the export is not told of it"


@pytest.mark.parametrize("place", ["out", "out/key.csv", "out/GT/key.csv", "out.manifest.json", "x/../out/key.csv"])
def test_a_key_never_lies_within_the_export(labelled, tmp_path, place):
    with pytest.raises(InputError, match="would be part of the export"):
        export_labels(labelled, tmp_path / "out", format="summe", key_file=tmp_path / place)
    assert not (tmp_path / "out").exists()


def test_the_command_writes_both_and_says_so(labelled, tmp_path):
    command = [sys.executable, "app.py", "export", "--format", "csv", "--out", str(tmp_path / "x.csv")]
    command += ["--key-file", str(tmp_path / "key.csv"), "--data-dir", str(labelled.data_dir)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert str(tmp_path / "key.csv") in said
    assert NAME in (tmp_path / "key.csv").read_text()
    assert NAME not in (tmp_path / "x.csv").read_text()


def test_leads_alone_download_the_key(tmp_path, make_entry):
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])
        library.annotations.get_or_create_annotator(NAME)
        roles = ("lead", "annotator", "viewer")
        keys = {role: library.accounts.invite(f"a {role}", role) for role in roles}
        app = build_rest(library)
        status = {}
        for role in roles:
            with TestClient(app, follow_redirects=False) as page:
                page.get("/enter", params={"key": keys[role]})
                answer = page.get("/api/people/key.csv")
                status[role] = answer.status_code
                assert (NAME in answer.text) == (role == "lead")
                if role == "lead":
                    assert answer.headers["cache-control"] == "no-store"
        with TestClient(app, follow_redirects=False) as stranger:
            status["nobody"] = stranger.get("/api/people/key.csv").status_code
    assert status == {"lead": 200, "annotator": 403, "viewer": 403, "nobody": 401}


# Forgetting


@pytest.fixture(scope="module")
def forgotten(tmp_path_factory):
    """A library in which somebody did all that leaves a name, with its labels before and after they were forgotten."""
    folder = tmp_path_factory.mktemp("forgotten") / "data"
    with labelled_library(folder, videos=True) as library:
        lea = library.accounts.invite("Lea", "lead")
        hers = library.accounts.invite(NAME)
        with TestClient(build_rest(library), follow_redirects=False) as page:
            page.get("/enter", params={"key": hers})
            assert page.get("/api/me").json()["annotator"] == NAME
            cookies = dict(page.cookies)
        library.captions.edit(ENTRY, 3, "a better caption", NAME)
        library.entries.set_note(ENTRY, f"ask {NAME}")
        library.datasets.set_note("talks", f"filmed by {NAME}")
        library.collections.set_note(library.collections.create(f"Liked by {NAME}"), NAME)
        task = library.annotations.open_task(library.annotations.get_or_create_annotator("Ben"), VIDEOS[1])
        library.annotations.decide(task.id, "exclude", NAME, f"{NAME} says so")
        how = library.annotations.protocols.standard("shot-ratings")
        library.assignments.create(f"For {NAME}", how, VIDEOS[:2], 2)
        asked = [
            PersonalRequest(entry=ENTRY, person=NAME, way="ridge", n=2),
            PersonalRequest(entry=ENTRY, person=NAME, way="summdiff"),  # fails
            TrainRequest(dataset="talks", kind="mlp", epochs=1, names=(NAME,), weights={NAME: 2}, out=None),
        ]
        for request in asked:
            perform(library, enqueue(library, request))
        checkpoint = library.checkpoints.list()[0].id
        library.checkpoints.rename(checkpoint, f"What {NAME} likes")
        card = library.data_dir / "checkpoints" / checkpoint / "README.md"
        card.write_text(card.read_text() + f"\nWritten by {NAME}.\n", encoding="utf-8")
        told = json.dumps({"by": NAME})
        (library.data_dir / "jobs").mkdir(exist_ok=True)
        (library.data_dir / "jobs" / "said.json").write_text(told)
        (library.data_dir / "worker.log").write_text(f"job 1 (personal) of {NAME} failed\nanother line\n")
        (library.data_dir / "renders").mkdir(exist_ok=True)
        (library.data_dir / "renders" / "old.mp4").write_bytes(b"\0\0comment" + NAME.encode() + b"\0")
        (library.data_dir / FOLDER).mkdir()
        backup = library.data_dir / FOLDER / "manycut-20260101-000000.tar.gz"
        back_up(library.data_dir, backup)
        exported = export_labels(library, folder.parent / "before.csv", format="csv", include_open=True).file
        before = exported.read_bytes()
        assert holding(raw(library.data_dir, without=(FOLDER,))), "there is something to be found"
        pseudonym = library.accounts.find(NAME).pseudonym
        done = forget(library.engine, library.data_dir, NAME)
        after = export_labels(library, folder.parent / "after.csv", format="csv", include_open=True).file.read_bytes()
        yield library, done, {
            "cookies": cookies, "link": hers, "lead": lea, "pseudonym": pseudonym, "before": before, "after": after,
            "backup": backup,
        }  # fmt: skip


def test_the_name_is_in_no_byte_of_the_data_folder_but_in_backups_which_are_listed(forgotten):
    library, done, known = forgotten
    files = raw(library.data_dir, without=(FOLDER,))
    assert {"manycut.db", "worker.log"} <= {place for place, _ in files}
    assert holding(files) == []
    assert done.left == ()
    assert done.backups == (str(known["backup"]),)
    library.close()  # what a connection kept back is written at the end
    assert holding(raw(library.data_dir, without=(FOLDER,))) == []


def test_labels_exports_and_the_pseudonym_stay_as_they_were(forgotten):
    library, done, known = forgotten
    assert done.pseudonym == known["pseudonym"]
    assert known["before"] == known["after"]
    log = (library.data_dir / "worker.log").read_text()
    assert log == f"job 1 (personal) of {done.pseudonym} failed\nanother line\n"
    (edit,) = library.captions.edits(ENTRY)
    assert (edit.who, edit.text) == (done.pseudonym, "a better caption")
    jobs = library.jobs.list()
    assert {job.args["person"] for job in jobs if job.kind == "personal"} == {done.pseudonym}
    (trained,) = [job for job in jobs if job.kind == "train"]
    assert (trained.args["names"], trained.args["weights"]) == ([done.pseudonym], {done.pseudonym: 2})
    assert trained.args["dataset"] == "talks"
    (run,) = [run for run in library.runs.of_entry(ENTRY) if run.track.kind == "personal"]
    assert run.track.checkpoint == f"ridge: {done.pseudonym}"
    assert np.isfinite(run.track.scores).all()
    again = personal(library, PersonalRequest(entry=ENTRY, person=done.pseudonym, way="ridge", n=1, keep=False))
    assert again.person == done.pseudonym


def test_the_log_can_be_changed_by_nobody_afterwards(forgotten):
    library, *_ = forgotten
    with sqlite3.connect(library.data_dir / "manycut.db") as database:
        for change in ("UPDATE events SET actor = 'x'", "DELETE FROM events", "UPDATE caption_edits SET who = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute(change)
        triggers = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert len(triggers) == 9 + 24 + 3, (
        "of events, of changed captions, of votes; what counts changes; what counts entries"
    )


def test_their_link_and_their_sessions_end(forgotten):
    library, _, known = forgotten
    with TestClient(build_rest(library), follow_redirects=False) as page:
        page.cookies.update(known["cookies"])
        assert page.get("/api/me").json()["annotator"] is None
        assert page.get("/enter", params={"key": known["link"]}).headers["location"].endswith("refused=1")


def test_somebody_of_the_same_name_who_comes_later_is_another_person(tmp_path):
    with labelled_library(tmp_path / "data") as library:
        first = forget(library.engine, library.data_dir, NAME).pseudonym
        second = library.annotations.get_or_create_annotator(NAME)
        assert second.pseudonym != first
        assert library.board is not None
        assert library.annotations.judging(second) == {}
        assert not [one for one in library.labels.of_entry(ENTRY) if one.task.annotator.name == NAME]
        with pytest.raises(ConflictError, match="is a pseudonym"):
            forget(library.engine, library.data_dir, first)
        with pytest.raises(NotFoundError):
            forget(library.engine, library.data_dir, "Nobody")


def test_the_last_lead_is_not_forgotten_and_nothing_has_changed_then(library):
    library.accounts.invite(NAME, "lead")
    with pytest.raises(ConflictError, match="is the last lead and cannot be forgotten"):
        forget(library.engine, library.data_dir, NAME)
    assert library.accounts.find(NAME).invited
    library.accounts.invite("Lea", "lead")
    forget(library.engine, library.data_dir, NAME)
    assert [one.role for one in library.accounts.list()] == ["lead", "annotator"] or library.accounts.find("Lea")


def test_nobody_is_forgotten_while_a_job_about_them_would_write_the_name_again(tmp_path):
    with labelled_library(tmp_path / "data") as library:
        job = enqueue(library, PersonalRequest(entry=ENTRY, person=NAME, way="ridge", n=1))
        with pytest.raises(ConflictError, match=f"Job {job} "):
            forget(library.engine, library.data_dir, NAME)
        assert library.accounts.find(NAME)
        library.jobs.request_cancel(job)
        forget(library.engine, library.data_dir, NAME)


def test_what_is_called_like_a_person_but_is_none_keeps_its_name(tmp_path):
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [entry_of(one, people=0) for one in VIDEOS])
        labelled_by(library, "talks")
        job = enqueue(library, PersonalRequest(entry=ENTRY, person="talks", way="ridge", n=1))
        perform(library, job)
        done = forget(library.engine, library.data_dir, "talks")
        kept = library.jobs.get(job)
        assert (kept.args["entry"], kept.args["person"]) == (ENTRY, done.pseudonym)
        assert kept.result["entry"] == ENTRY
        assert library.entries.get(ENTRY).id == ENTRY
        assert "manycut.db" in done.left, "it says where such a word still stands"
