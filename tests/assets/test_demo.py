"""What the demo library promises: small, playable, simulated, and two tastes that the mean does not show."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from assets.demo.making import newcomers
from assets.demo.making.build import HERE, LLMVS, SAMPLES, SEED, SUMMDIFF, demo_tracks, read_entries
from assets.demo.making.captions import SENTENCES
from assets.demo.making.people import TASTES, event_window, people, prefers
from assets.demo.making.stories import STORIES, Story
from core.data import Entry
from core.models.checkpoints import read_checkpoint
from core.select.footage import footage
from core.select.published import shot_scores
from core.select.viewing import view
from core.training.scoring import score
from core.video.probe import frames_at, probe
from core.video.sprites import read_sprite
from storage.formats.events_jsonl import read_events
from storage.formats.tracks import read_tracks

MEGABYTE = 1_000_000
HELD_BACK = [story for story in STORIES if story.held_back]


def story_id(story: Story) -> str:
    return story.key


every_story = pytest.mark.parametrize("story", STORIES, ids=story_id)
every_held_back = pytest.mark.parametrize("story", HELD_BACK, ids=story_id)


@cache
def entries() -> dict[str, Entry]:
    return read_entries()


def in_event(story: Story, entry: Entry, taste: str) -> np.ndarray:
    """(T,) bool: picks well inside the event of a taste."""
    start, end = event_window(story, taste)
    seconds = entry.timebase.seconds(entry.picks)
    return (seconds >= start + 1) & (seconds <= end - 1)


def loved_event(story: Story, entry: Entry, curves: np.ndarray) -> np.ndarray:
    """(N,) how much higher each curve is in the first event of the story than in the last."""
    first, last = (curves[:, in_event(story, entry, taste)].mean(axis=1) for taste in story.split)
    return first - last


def size_of(*folders: Path) -> int:
    return sum(file.stat().st_size for folder in folders for file in folder.rglob("*") if file.is_file())


def test_videos_and_thumbnails_stay_under_15_megabytes() -> None:
    assert 0 < size_of(HERE / "videos", HERE / "thumbs") < 15 * MEGABYTE


def test_checkpoints_stay_under_6_megabytes() -> None:
    assert 0 < size_of(HERE / "checkpoints") < 6 * MEGABYTE


def test_the_rest_of_the_library_stays_small() -> None:
    assert (HERE / "demo.h5").stat().st_size + (HERE / "runs.h5").stat().st_size < 8 * MEGABYTE


def test_the_file_holds_the_stories_in_order_and_opens_on_a_held_back_one() -> None:
    assert list(entries()) == [story.key for story in STORIES]
    assert STORIES[0].held_back
    assert len(HELD_BACK) == 2


@every_story
def test_a_video_is_what_its_story_says_and_browsers_play_it(story: Story) -> None:
    video = probe(HERE / "videos" / f"{story.key}.mp4")
    assert (video.width, video.height) == (640, 360)
    assert video.timebase.rate == story.rate
    assert video.timebase.n_frames == story.n_frames
    assert 45 <= video.timebase.duration <= 90
    assert (video.codec, video.audio_codec) == ("h264", "aac")
    assert video.playable


@every_story
def test_a_video_starts_before_its_data_so_that_it_plays_while_it_loads(story: Story) -> None:
    head = (HERE / "videos" / f"{story.key}.mp4").read_bytes()[:200_000]
    assert 0 < head.find(b"moov") < head.find(b"mdat")


@every_story
def test_a_video_is_neither_dark_nor_still(story: Story) -> None:
    video = probe(HERE / "videos" / f"{story.key}.mp4")
    frames = np.linspace(2 * story.rate, video.timebase.n_frames - 2 * story.rate, 12).astype(np.int64)
    pictures = [picture.astype(float) for _, picture in frames_at(video, frames, (160, 90))]
    assert np.mean([picture.mean() for picture in pictures]) > 60
    assert min(picture.std() for picture in pictures) > 12
    assert min(np.abs(a - b).mean() for a, b in pairwise(pictures)) > 2


@every_story
def test_thumbnails_cover_the_video(story: Story) -> None:
    sprite = read_sprite(HERE / "thumbs" / f"{story.key}.jpg")
    assert sprite is not None
    assert 45 <= sprite.count <= 120
    assert sprite.times[-1] < story.seconds


@every_story
def test_every_pick_has_a_caption_and_neighbours_differ(story: Story) -> None:
    entry = entries()[story.key]
    assert entry.captions is not None
    assert len(entry.captions) == len(entry.picks) == len(np.unique(entry.picks))
    assert all(text[0].isupper() and text[-1] in ".!" and "{" not in text for text in entry.captions)
    assert np.mean([a != b for a, b in pairwise(entry.captions)]) > 0.95
    assert len(set(entry.captions)) > 50


def test_every_scene_kind_of_a_story_has_captions() -> None:
    assert {place.kind for story in STORIES for place in story.places.values()} <= SENTENCES.keys()


@every_story
def test_people_are_twelve_and_simulated(story: Story) -> None:
    entry = entries()[story.key]
    assert entry.annotations is not None
    assert all(entry.annotations.simulated)
    assert len(entry.annotations) == 12
    assert all(name.startswith("sim-") for name in entry.annotations.annotators)
    assert set(entry.annotations.protocols) == {"simulated"}
    assert 0 <= entry.annotations.scores.min() <= entry.annotations.scores.max() <= 1


def test_four_people_like_each_taste_best_and_rank_the_others_differently() -> None:
    for taste in TASTES:
        fans = [person for person in people() if person.order[0] == taste]
        assert len(fans) == 4
        assert len({person.order for person in fans}) == 2


def test_people_of_one_side_agree_more_than_people_of_both() -> None:
    story = STORIES[0]
    scores = entries()[story.key].annotations.scores
    alike = np.corrcoef(scores)
    side = np.array([prefers(person, story) == story.split[0] for person in people()])
    same = side[:, None] == side[None]
    pairs = ~np.eye(len(side), dtype=bool)
    assert alike[same & pairs].mean() > alike[~same].mean() + 0.5


@every_story
def test_half_of_the_people_want_an_early_event_and_half_a_late_one(story: Story) -> None:
    entry = entries()[story.key]
    quarter = story.seconds / 4
    assert event_window(story, story.split[0])[1] <= quarter
    assert event_window(story, story.split[1])[0] >= 3 * quarter
    step = loved_event(story, entry, entry.annotations.scores)
    assert (step > 0.5).sum() == 6
    assert (step < -0.5).sum() == 6


@every_story
def test_the_mean_of_the_people_shows_neither_event(story: Story) -> None:
    entry = entries()[story.key]
    mean = entry.annotations.scores.mean(axis=0)
    for taste in story.split:
        assert 0.35 < mean[in_event(story, entry, taste)].mean() < 0.62


def test_checkpoints_are_trained_on_all_but_the_held_back_videos() -> None:
    for name in (SUMMDIFF, LLMVS):
        checkpoint = read_checkpoint(HERE / "checkpoints" / name)
        assert checkpoint.training["n_videos"] == len(STORIES) - len(HELD_BACK)
        assert checkpoint.training["simulated"]
        assert all(story.key in checkpoint.training["split"] for story in HELD_BACK)


@every_held_back
def test_samples_of_a_video_never_trained_on_fall_into_both_tastes(story: Story) -> None:
    entry = entries()[story.key]
    curves = demo_tracks(entry)[0].scores
    assert curves.shape == (SAMPLES, len(entry.picks))
    step = loved_event(story, entry, curves)
    assert (step > 0.25).sum() >= 2
    assert (step < -0.25).sum() >= 2


@every_held_back
@pytest.mark.parametrize("shift", [20, 60])
def test_samples_follow_the_events_when_these_come_at_other_times(story: Story, shift: int) -> None:
    entry = entries()[story.key]
    moved = entry.with_features(entry.feature_space, np.roll(entry.main_features, shift, axis=0))
    checkpoint = read_checkpoint(HERE / "checkpoints" / SUMMDIFF)
    curves = np.roll(score(checkpoint, moved, n=16, seed=SEED, device="cpu").scores, -shift, axis=1)
    step = loved_event(story, entry, curves)
    assert (step > 0.25).sum() >= 2
    assert (step < -0.25).sum() >= 2


@every_held_back
def test_the_mean_of_the_samples_and_the_text_model_show_neither_event(story: Story) -> None:
    entry = entries()[story.key]
    samples, text = demo_tracks(entry)
    for curve in (samples.scores.mean(axis=0), text.scores[0]):
        for taste in story.split:
            assert 0.25 < curve[in_event(story, entry, taste)].mean() < 0.72


@every_story
def test_shipped_runs_are_what_the_shipped_checkpoints_say(story: Story) -> None:
    shipped = read_tracks(HERE / "runs.h5")[story.key]
    for kept, fresh in zip(shipped, demo_tracks(entries()[story.key]), strict=True):
        assert (kept.kind, kept.checkpoint, kept.seed, kept.settings) == (
            fresh.kind,
            fresh.checkpoint,
            fresh.seed,
            fresh.settings,
        )
        assert np.allclose(kept.scores, fresh.scores, atol=0.02)
    assert shipped[0].seed == SEED


def test_a_scene_is_drawn_the_same_every_time() -> None:
    from assets.demo.making.render import Film

    moment = STORIES[0].starts[1] + 1.0
    picture = Film(STORIES[0]).frame(moment)
    assert picture.shape == (360, 640, 3)
    assert np.array_equal(picture, Film(STORIES[0]).frame(moment))


@every_story
def test_sound_is_quiet_and_begins_and_ends_in_silence(story: Story) -> None:
    import av

    with av.open(str(HERE / "videos" / f"{story.key}.mp4")) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert 0.1 < np.abs(sound).max() < 0.6
    assert np.sqrt((sound**2).mean()) < 0.15
    assert max(np.abs(sound[:200]).max(), np.abs(sound[-400:]).max()) < 0.02


@every_story
def test_every_persons_cut_holds_part_of_their_best_shot_whatever_the_budget(story: Story) -> None:
    entry = entries()[story.key]
    for shots in entry.shots.values():
        film = footage(entry, shots)
        for scores in entry.annotations.scores:
            means = shot_scores(scores, entry.picks, shots, entry.n_frames)
            best = shots.bounds[means == means.max()]
            for budget in (0.1, 0.15, 0.2, 0.25, 0.3):
                mask = view(scores, film, budget).mask
                assert any(mask[start:end].any() for start, end in best)


def test_the_newcomers_log_is_what_its_program_says_and_they_are_simulated_people_with_another_taste():
    shipped = list(read_events(newcomers.FILE))
    made = list(newcomers.logs(entries()))
    assert shipped == made
    assert all(one.simulated for one in shipped)
    assert {one.entry for one in shipped} == {f"demo/{story.key}" for story in STORIES}
