"""Every reader of files that people give, with a small valid file for each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import h5py
import numpy as np

from core.data import AnnotationSet, Entry, ScoreTrack, Shots
from core.data.timebase import Timebase


@dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes:
        make: writes a small valid file, or files, into a folder, and says which of them is to be damaged.
        read: reads it, whatever it holds now.
        apart: it runs in a process of its own, so that it may break down.
        text: its words can be others.
        dataset: `import` takes it.
    """

    make: Callable[[Path], Path]
    read: Callable[[Path], object]
    apart: bool = False
    text: bool = False
    dataset: bool = False


def entry(number: int = 1) -> Entry:
    steps, frames = 8, 120
    scores = np.linspace(0, 1, 3 * steps, dtype=np.float32).reshape(3, steps)
    return Entry(
        id=f"some/video_{number}",
        title="A video",
        timebase=Timebase(Fraction(30000, 1001), frames),
        picks=np.arange(steps) * 15,
        features={"some": np.ones((steps, 4), np.float32), "words": np.ones((steps, 3), np.float32)},
        feature_space="some",
        text_space="words",
        shots={"kts": Shots(np.array([[0, 50], [50, 120]]), "kts"), "other": Shots(np.array([[0, 120]]), "other")},
        annotations=AnnotationSet(("a", "b", "c"), scores, ("ratings",) * 3),
        captions=tuple(f"sentence {one}" for one in range(steps)),
        meta={"category": "c", "video_name": f"name{number}"},
        empty=np.array([[0, 3]]),
        signals={"motion": np.zeros(steps, np.float32)},
    )


def varying() -> Entry:
    times = np.cumsum(np.arange(120) % 3 + 1) - 1
    return replace(entry(2), timebase=Timebase.from_times(times, Fraction(1, 90), 300))


def ours(folder: Path) -> Path:
    from storage.formats.eccv16 import write_eccv16

    return write_eccv16([entry(), varying()], folder / "ours.h5")


def released(folder: Path) -> Path:
    with h5py.File(folder / "released.h5", "w") as file:
        for number in (1, 2):
            group = file.create_group(f"video_{number}")
            group["features"] = np.ones((6, 8), np.float32)
            group["picks"] = np.arange(6) * 15
            group["n_frames"] = 90
            group["n_steps"] = 6
            group["change_points"] = np.array([[0, 44], [45, 89]])
            group["n_frame_per_seg"] = np.array([45, 45])
            group["gtscore"] = np.linspace(0, 1, 6)
            group["user_summary"] = np.tile(np.arange(90) % 2, (3, 1)).astype(np.float32)
            group["video_name"] = f"name {number}"
    return folder / "released.h5"


def mrhisum(folder: Path) -> Path:
    with h5py.File(folder / "mrhisum.h5", "w") as file:
        for number in (1, 2):
            group = file.create_group(f"video_{number}")
            group["features"] = np.ones((9, 8), np.float32)
            group["gtscore"] = np.linspace(0, 1, 9)
            group["change_points"] = np.array([[0, 4], [4, 8]])
            group["gtsummary"] = (np.arange(9) % 2).astype(np.float32)
    return folder / "mrhisum.h5"


def tvsum_mat(folder: Path) -> Path:
    with h5py.File(folder / "tvsum.mat", "w") as file:
        table, kept = file.create_group("tvsum50"), file.create_group("#refs#")
        values = {
            "video": np.frombuffer(b"abcdef", np.uint8)[:, None].astype(np.uint16),
            "title": np.frombuffer(b"A title", np.uint8)[:, None].astype(np.uint16),
            "category": np.frombuffer(b"VT", np.uint8)[:, None].astype(np.uint16),
            "length": np.array([[3.0]]),
            "nframes": np.array([[90.0]]),
            "user_anno": np.tile(np.arange(90) % 5 + 1, (4, 1)).astype(np.float64),
        }
        for name, value in values.items():
            kept[name] = value
            column = table.create_dataset(name, (1, 2), h5py.ref_dtype)
            column[0, 0] = column[0, 1] = kept[name].ref
    return folder / "tvsum.mat"


def tvsum_tsv(folder: Path) -> Path:
    rows = [f"name{video}\tVT\t" + ",".join(str(1 + (frame + person) % 5) for frame in range(60))
            for video in (1, 2) for person in range(3)]  # fmt: skip
    (folder / "tvsum.tsv").write_text("\n".join(rows) + "\n")
    return folder / "tvsum.tsv"


def qvhighlights(folder: Path) -> Path:
    rows = [{"qid": number, "query": f"what {number}", "duration": 20, "vid": f"name{number}_0.0_20.0",
             "relevant_clip_ids": [2, 3, 9], "saliency_scores": [[0, 2, 4], [1, 2, 3], [4, 4, 4]],
             "relevant_windows": [[4, 8], [18, 20]]} for number in (1, 2)]  # fmt: skip
    (folder / "val.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "val.jsonl"


def videoxum(folder: Path) -> Path:
    rows = [{"video_id": f"v_name{number}", "duration": 8.4, "sampled_frames": 9,
             "timestamps": [[0.5, 4.2], [3, 8.4]], "tsum": ["A dog runs.", "It sleeps."],
             "vsum": [[[1.0, 2.0]] * 10, [[5.0, 6.0]] * 10],
             "vsum_onehot": [[(person + second) % 2 for second in range(9)] for person in range(10)]}
            for number in (1, 2)]  # fmt: skip
    (folder / "val_videoxum.json").write_text(json.dumps(rows))
    return folder / "val_videoxum.json"


def s_videoxum(folder: Path) -> Path:
    with h5py.File(folder / "script_videoxum.h5", "w") as file:
        for number in (1, 2):
            group = file.create_group(f"v_name{number}")
            group["gtsummaries"] = (np.arange(90).reshape(10, 9) % 2).astype(np.float32)
            group["n_frames"] = 9
            group["video_embeddings"] = np.ones((9, 512), np.float32)
            group["aligned_transcripts"] = np.zeros((9, 512), np.float32)
            group["text_embeddings"] = np.zeros((10, 2, 512), np.float32)
    return folder / "script_videoxum.h5"


def sm_mrhisum(folder: Path) -> Path:
    with h5py.File(folder / "sm_mrhisum.h5", "w") as file:
        for number in (1, 2):
            group = file.create_group(f"video_{number}")
            group["gt_summary"] = (np.arange(9) % 2).astype(np.float32)
            group["n_frames"] = 9
            group["change_points"] = np.array([[0, 4], [4, 8]])
            group["video_embeddings"] = np.ones((9, 512), np.float32)
            group["aligned_transcripts"] = np.zeros((9, 512), np.float32)
            group["transcript_timestamps"] = np.array([[0.0, 2.5]])
    return folder / "sm_mrhisum.h5"


def triplesumm(folder: Path, damaged: str = "gt") -> Path:
    with h5py.File(folder / "mosu_gt.h5", "w") as file:
        for name in ("-a_1", "_b2"):
            group = file.create_group(name)
            group["gt_score"] = np.linspace(0, 1, 9)
            group["gt_summary"] = (np.arange(9) % 2).astype(np.float32)
            group["change_points"] = np.array([[0, 4], [4, 8]])
    for what, width in (("visual_clip", 1024), ("text_roberta", 768), ("audio_ast", 768)):
        with h5py.File(folder / f"mosu_feat_{what}.h5", "w") as file:
            for name in ("-a_1", "_b2"):
                file[name] = np.ones((9, width), np.float32)
    return folder / f"mosu_{damaged}.h5"


def read_beside(path: Path) -> object:
    return read_dataset(path.with_name("mosu_gt.h5"))


def summe(folder: Path) -> Path:
    from scipy.io import savemat

    values = {"user_score": (np.arange(180).reshape(60, 3) % 2).astype(np.uint8), "FPS": 25.0, "nFrames": 60,
              "all_userIDs": np.array(["a", "b", "c"], object)}  # fmt: skip
    savemat(folder / "summe.mat", values)
    return folder / "summe.mat"


def llmvs(folder: Path) -> Path:
    released(folder)
    for part in ("gen", "user_prompt"):
        (folder / "states" / part).mkdir(parents=True, exist_ok=True)
        with h5py.File(folder / "states" / part / f"{part}_pool.h5", "w") as file:
            file["video_1"] = np.ones((6, 5), np.float16)
            file["video_2"] = np.ones((6, 2, 5), np.float16)
    answers = folder / "states" / "answers"
    answers.mkdir(exist_ok=True)
    (answers / "video_1.json").write_text(json.dumps({"judge": "some/model", "dataset": "x", "captions": []}))
    return folder / "states" / "gen" / "gen_pool.h5"


def read_llmvs(path: Path) -> object:
    from storage.formats import read_dataset

    states = path.parent.parent
    return list(read_dataset(states.parent / "released.h5", llmvs=states))


def llmvs_answers(folder: Path) -> Path:
    llmvs(folder)
    return folder / "states" / "answers" / "video_1.json"


def annotations(folder: Path) -> Path:
    released(folder)
    rows = [f"name {video}\tVT\t" + ",".join("12345"[(frame + person) % 5] for frame in range(90))
            for video in (1, 2) for person in range(3)]  # fmt: skip
    (folder / "annotations.tsv").write_text("\n".join(rows))
    return folder / "annotations.tsv"


def read_annotations(path: Path) -> object:
    from storage.formats import read_dataset

    return list(read_dataset(path.with_name("released.h5"), path))


def tracks(folder: Path) -> Path:
    from storage.formats.tracks import write_tracks

    scores = np.full((2, 6), 0.5, np.float32)
    track = ScoreTrack("m", "k", "c", "some", scores, 3, {"n": 2})
    return write_tracks({"video_1": [track, track]}, folder / "tracks.h5")


def read_tracks(path: Path) -> object:
    from storage.formats import tracks

    return tracks.read_tracks(path)


def captions(folder: Path) -> Path:
    (folder / "captions.json").write_text(json.dumps({"video_1": {"picks": [0, 15, 30], "captions": ["a", "b", "c"]}}))
    return folder / "captions.json"


def read_captions(path: Path) -> object:
    from storage.formats import captions_json

    given = captions_json.read_captions(path)
    return captions_json.captions_for(entry(), given)


def splits_json(folder: Path) -> Path:
    splits = [{"train_keys": ["a.h5/video_1"], "test_keys": ["a.h5/video_2"], "val_keys": ["a.h5/video_3"]}]
    (folder / "splits.json").write_text(json.dumps(splits))
    return folder / "splits.json"


def splits_text(folder: Path) -> Path:
    (folder / "splits.txt").write_text("tvsum/split0/video_1,video_2/video_3\ntvsum/split1/video_1/video_2\n")
    return folder / "splits.txt"


def splits_yaml(folder: Path) -> Path:
    (folder / "splits.yml").write_text("- train_keys: [a.h5/video_1]\n  test_keys:\n  - a.h5/video_2\n")
    return folder / "splits.yml"


def read_splits(path: Path) -> object:
    from storage.formats import splits

    return splits.read_splits(path)


def events(folder: Path) -> Path:
    head = {"schema": "manycut-events-1", "manycut": "0.1.0", "created": "2026-01-31T12:00:00+00:00"}
    from core.labelling.protocols import Protocol

    lines: list[dict[str, object]] = [
        head,
        {"type": "protocol", "name": "p", "version": 1, "settings": Protocol().as_dict()},
        {"type": "annotator", "pseudonym": "a"},
        {"type": "task", "task": 1, "annotator": "a", "entry": "d/k", "n_frames": 100, "fps": "25/1", "protocol": "p",
         "version": 1, "shots": [[0, 50], [50, 100]], "practice": False, "created": "2026-01-31T12:00:00+00:00"},
        {"type": "event", "task": 1, "client": "c", "seq": 0, "kind": "rate", "shot": 1, "value": 3, "t": 1.5,
         "at": 1769860800000, "data": None, "role": "annotator",
         "recorded": "2026-01-31T12:00:00+00:00"},
        {"type": "end", "tasks": 1, "events": 1},
    ]  # fmt: skip
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / "events.jsonl"


def read_events(path: Path) -> object:
    from storage.formats import events_jsonl

    return list(events_jsonl.read_events(path))


def labels(folder: Path) -> Path:
    from storage.formats.labels_csv import write_labels_csv

    return write_labels_csv([entry()], folder / "labels.csv")


def read_labels(path: Path) -> object:
    from storage.formats.labels_csv import read_labels_csv

    return read_labels_csv(path)


def manifest(folder: Path) -> Path:
    from storage.formats.manifest import Contents, ExportedPerson, write_manifest

    made = labels(folder)
    return write_manifest(made, [made], Contents("csv", "all", False, 0, {"d/k": 1}, [ExportedPerson("a")]))


def read_manifest(path: Path) -> object:
    from storage.formats.manifest import check_manifest

    return check_manifest(path)


def small_model() -> object:
    from core.models.llmvs import LLMVSConfig, LLMVSHead

    return LLMVSHead(LLMVSConfig(feature_width=8, hidden=16, layers=1, feed_forward=8))


def weights(folder: Path) -> Path:
    import torch

    from core.models.official.llmvs import KEYS

    state = {}
    for name, tensor in small_model().state_dict().items():  # type: ignore[attr-defined]
        theirs, ours = next((pair for pair in KEYS if name.startswith(pair[1])), ("", ""))
        state[theirs + name.removeprefix(ours)] = tensor
    torch.save({"state_dict": state, "epoch": 3}, folder / "weights.pt")
    return folder / "weights.pt"


def old_weights(folder: Path) -> Path:
    import torch

    made = weights(folder)
    torch.save(torch.load(made, weights_only=True), made, _use_new_zipfile_serialization=False)
    return made


def read_weights(path: Path) -> object:
    from core.models.official import load_released

    return load_released(path)


def checkpoint(folder: Path, damaged: str) -> Path:
    from core.models.checkpoints import save_checkpoint

    if not (folder / "checkpoint").exists():
        save_checkpoint(small_model(), folder / "checkpoint", label="x", feature_space="some", training={})
    return folder / "checkpoint" / damaged


def read_checkpoint(path: Path) -> object:
    from core.models import checkpoints

    return checkpoints.load_model(checkpoints.read_checkpoint(path.parent), "cpu")


def servers(folder: Path) -> Path:
    text = '[servers.a]\nurl = "http://localhost:8000/v1"\nkey_env = "SOME_KEY"\njudge_model = "m"\n'
    (folder / "servers.toml").write_text(text + '\n[servers.b]\nurl = "https://b.example/v1"\nkey = "k"\n')
    return folder / "servers.toml"


def read_servers(path: Path) -> object:
    from storage import servers

    found = servers.read_servers(path.parent)
    assert all(isinstance(one, str) for several in found.mistakes.values() for one in several)
    return servers.find_server(path.parent, "b")


def film(folder: Path, suffix: str, codec: str, audio: str) -> Path:
    import av

    path = folder / f"film{suffix}"
    with av.open(str(path), "w") as container:
        pictures = container.add_stream(codec, rate=24)
        pictures.width, pictures.height, pictures.pix_fmt = 96, 64, "yuv420p"
        sound = container.add_stream(audio, rate=48000)
        for number in range(24):
            picture = av.VideoFrame.from_ndarray(np.full((64, 96, 3), number * 10, np.uint8), "rgb24")
            container.mux(pictures.encode(picture))
        container.mux(pictures.encode(None))
        tone = (np.sin(np.arange(48000) / 17) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(tone[None], "s16", "mono")
        frame.sample_rate = 48000
        for piece in av.AudioResampler(sound.format, sound.layout, sound.rate, frame_size=1024).resample(frame):
            container.mux(sound.encode(piece))
        container.mux(sound.encode(None))
    return path


def read_film(path: Path) -> object:
    from tempfile import TemporaryDirectory

    from core.video.playable import make_playable
    from core.video.probe import frames_at, probe

    video = probe(path)
    shown = list(frames_at(video, video.timebase.picks()))
    with TemporaryDirectory(dir=path.parent) as work:
        return len(shown), make_playable(video, Path(work) / "copy.mp4").file.stat().st_size


def read_dataset(path: Path) -> object:
    from storage import formats

    return list(formats.read_dataset(path))


def labels_of(folder: Path, tool: str) -> Path:
    """Labels of another tool: people who rated and people who selected."""
    from storage import export
    from storage.formats.elan import write_elan

    rated, selected = entry(), varying()
    marked = np.zeros((3, 120), np.uint8)
    marked[:, 10:50] = 1
    people = replace(selected.people, scores=marked[:, selected.picks].astype(np.float32), summaries=marked)
    entries = [rated, replace(selected, annotations=people)]
    if tool == "elan":
        return write_elan(entries, folder)[1]
    return export.WRITERS[tool](entries, folder / f"labels.{'csv' if tool == 'csv-seconds' else 'json'}")


def read_labels_of(path: Path, tool: str) -> object:
    from storage.formats.exchange import READERS
    from storage.formats.stretches import people_in

    one = entry()  # the longer of the two
    return [people_in(video, tool, one.timebase, one.picks, path.name) for video in READERS[tool](path).videos]


def elan_archive(folder: Path) -> Path:
    from storage.formats.elan import write_elan_archive

    return write_elan_archive([entry(), entry(2)], folder / "labels.zip")[0]


def subtitles(folder: Path, webvtt: bool) -> Path:
    path = folder / ("said.vtt" if webvtt else "said.srt")
    begin = "WEBVTT\n\nNOTE x\n\n" if webvtt else ""
    path.write_text(f"{begin}1\n00:00:01,250 --> 00:00:02,000\n<i>one</i> &amp;\n\n2\n00:01.500 --> 00:03.000\ntwo\n")
    return path


def read_subtitles(path: Path) -> object:
    from storage.formats.transcripts import read_transcript

    return read_transcript(path)


TOOLS = ("label-studio", "activitynet", "fiftyone", "elan", "csv-seconds")
READERS = {
    **{
        f"labels: {tool}": Reader(partial(labels_of, tool=tool), partial(read_labels_of, tool=tool), text=True)
        for tool in TOOLS
    },
    "labels: elan .zip": Reader(elan_archive, partial(read_labels_of, tool="elan")),
    "SubRip": Reader(partial(subtitles, webvtt=False), read_subtitles, text=True),
    "WebVTT": Reader(partial(subtitles, webvtt=True), read_subtitles, text=True),
    "eccv16 of ours": Reader(ours, read_dataset, apart=True, dataset=True),
    "eccv16 released": Reader(released, read_dataset, apart=True, dataset=True),
    "MR.HiSum": Reader(mrhisum, read_dataset, apart=True, dataset=True),
    "TVSum .mat": Reader(tvsum_mat, read_dataset, apart=True, dataset=True),
    "TVSum .tsv": Reader(tvsum_tsv, read_dataset, apart=True, dataset=True, text=True),
    "TVSum .tsv joined": Reader(annotations, read_annotations, apart=True, text=True),
    "QVHighlights": Reader(qvhighlights, read_dataset, apart=True, dataset=True, text=True),
    "VideoXum": Reader(videoxum, read_dataset, apart=True, dataset=True, text=True),
    "S-VideoXum": Reader(s_videoxum, read_dataset, apart=True, dataset=True),
    "SM-MrHiSum": Reader(sm_mrhisum, read_dataset, apart=True, dataset=True),
    "TripleSumm": Reader(triplesumm, read_dataset, apart=True, dataset=True),
    "TripleSumm features": Reader(partial(triplesumm, damaged="feat_audio_ast"), read_beside, apart=True),
    "SumMe .mat": Reader(summe, read_dataset, apart=True, dataset=True),
    "LLMVS states": Reader(llmvs, read_llmvs, apart=True),
    "LLMVS answers": Reader(llmvs_answers, read_llmvs, apart=True, text=True),
    "score tracks": Reader(tracks, read_tracks, apart=True),  # only reads what is shipped
    "captions": Reader(captions, read_captions, text=True),
    "splits .json": Reader(splits_json, read_splits, text=True),
    "splits .txt": Reader(splits_text, read_splits, text=True),
    "splits .yml": Reader(splits_yaml, read_splits, text=True),
    "events": Reader(events, read_events, text=True),
    "labels .csv": Reader(labels, read_labels, text=True),
    "manifest": Reader(manifest, read_manifest, text=True),
    "released weights": Reader(weights, read_weights, apart=True),
    "released weights, old": Reader(old_weights, read_weights, apart=True),
    "checkpoint: model.json": Reader(partial(checkpoint, damaged="model.json"), read_checkpoint, text=True),
    "checkpoint: weights": Reader(partial(checkpoint, damaged="model.safetensors"), read_checkpoint),
    "servers.toml": Reader(servers, read_servers, text=True),
    "video .mp4": Reader(partial(film, suffix=".mp4", codec="libx264", audio="aac"), read_film),
    "video .mkv": Reader(partial(film, suffix=".mkv", codec="mpeg4", audio="mp3"), read_film),
    "video .avi": Reader(partial(film, suffix=".avi", codec="mpeg4", audio="mp3"), read_film),
    "video .ts": Reader(partial(film, suffix=".ts", codec="mpeg2video", audio="mp2"), read_film),
}
