"""Reliability between people, and who stands apart."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase, parse_rate
from core.errors import Cancelled, InputError
from core.statistics.agreement import agreement, krippendorff_alpha
from core.statistics.ranks import kendall
from core.statistics.reliability import (
    Interval,
    PeopleMatrix,
    PersonStanding,
    Reliability,
    Statistics,
    _krippendorff_alphas,
    _percentiles,
    people_matrix,
    reliability,
    unlike_the_others,
)

STATISTICS = tuple(each.name for each in fields(Statistics))


def judged(entry_id: str, scores: np.ndarray, names: tuple[str, ...] | None = None) -> Entry:
    """An entry with a pick every half second, four to a shot."""
    n_people, n_picks = scores.shape
    names = tuple(f"person {i}" for i in range(n_people)) if names is None else names
    people = AnnotationSet(names, scores.astype(np.float32), ("test",) * n_people)
    timebase = Timebase(Fraction(24), 12 * n_picks)
    return Entry(entry_id, f"Title of {entry_id}", timebase, np.arange(n_picks) * 12, annotations=people)


def noisy(entry_id: str, people: int = 5, shots: int = 30, seed: int = 0, noise: float = 1.0) -> Entry:
    """An entry whose people see one curve, each with noise, in five levels."""
    random = np.random.default_rng([seed, len(entry_id), *entry_id.encode()])
    seen = random.normal(size=shots) + noise * random.normal(size=(people, shots))
    return judged(entry_id, np.repeat(np.clip(np.round(seen + 3), 1, 5) / 5, 4, axis=1))


def permuted(entry: Entry, order: list[int]) -> Entry:
    people = entry.annotations
    return judged(entry.id, people.scores[order], tuple(people.annotators[i] for i in order))


def tvsum(path: Path) -> list[Entry]:
    entries = []
    with h5py.File(path) as file:
        for references in zip(*(file["tvsum50"][key][:, 0] for key in ("user_anno", "length")), strict=True):
            labels, seconds = (file[reference][()] for reference in references)
            people = AnnotationSet(
                tuple(f"person {i}" for i in range(len(labels))),
                (labels[:, ::15] / 5).astype(np.float32),
                ("tvsum",) * len(labels),
                frame_labels=labels.astype(np.uint8),
            )
            timebase = Timebase(parse_rate(round(labels.shape[1] / seconds.item(), 2)), labels.shape[1])
            picks = np.arange(people.scores.shape[1]) * 15
            entries.append(Entry(f"tvsum/{len(entries)}", "", timebase, picks, annotations=people))
    return entries


def triple(interval: Interval) -> tuple[float, float, float]:
    return (interval.value, interval.low, interval.high)


def assert_equal_agreement(found: Reliability, entries: list[Entry]) -> None:
    wanted = agreement(entries)
    assert {name: getattr(found.overall, name).value for name in STATISTICS if "alpha_interval" not in name} == {
        "krippendorff_alpha_ordinal": wanted.krippendorff_alpha_ordinal,
        "cronbach_alpha": wanted.cronbach_alpha,
        "pairwise_kendall": wanted.pairwise.kendall,
        "pairwise_spearman": wanted.pairwise.spearman,
        "leave_one_out_kendall": wanted.leave_one_out.kendall,
        "leave_one_out_spearman": wanted.leave_one_out.spearman,
        "pairwise_f1": wanted.pairwise_f1,
    }


def test_tvsum_equals_its_agreement_inside_of_its_limits(shared):
    entries = tvsum(shared / "data/tvsum/ydata-tvsum50.mat")
    found = reliability(entries)
    assert_equal_agreement(found, entries)
    assert found.overall.krippendorff_alpha_interval.value == pytest.approx(0.202, abs=5e-4)
    for statistics in (found.overall, *(each.statistics for each in found.per_entry)):
        for name in STATISTICS:
            interval = getattr(statistics, name)
            assert interval.low < interval.value < interval.high
    assert [each.people for each in found.per_entry] == [20] * 50


def test_identical_people_have_alpha_one_and_a_closed_interval():
    curve = np.repeat(np.random.default_rng(0).integers(1, 6, 30) / 5, 4)
    found = reliability([judged(f"test/{i}", np.tile(curve, (4, 1))) for i in range(4)], resamples=100)
    for statistics in (found.overall, found.per_entry[0].statistics):
        for name in STATISTICS:
            assert triple(getattr(statistics, name)) == pytest.approx((1, 1, 1), abs=1e-9), name


def test_partly_judged_entries_equal_agreement():
    entries = [noisy(f"test/{i}") for i in range(4)]
    entries[0].annotations.scores[0, :60] = np.nan
    entries[1].annotations.scores[:, 8:12] = np.nan
    entries[2].annotations.scores[2] = np.nan
    found = reliability(entries, resamples=200)
    assert_equal_agreement(found, entries)
    assert found.per_entry[0].statistics.krippendorff_alpha_ordinal.low < 1
    # Nobody judged all picks of this one together with the person who judged none.
    assert np.isnan(triple(found.per_entry[2].statistics.cronbach_alpha)).all()


def test_more_people_give_closer_limits():
    few, many = (
        reliability([noisy("test/a", people=n, shots=60)]).per_entry[0].statistics.pairwise_kendall for n in (5, 40)
    )
    assert many.high - many.low < few.high - few.low


def test_limits_of_the_mean_are_those_of_the_bootstrap_of_scipy():
    found = reliability([noisy(f"test/{i}", shots=20) for i in range(20)], resamples=4000)
    values = [each.statistics.pairwise_kendall.value for each in found.per_entry]
    wanted = scipy.stats.bootstrap((values,), np.mean, method="percentile", rng=1, n_resamples=4000)
    low, high = wanted.confidence_interval
    assert (found.overall.pairwise_kendall.low, found.overall.pairwise_kendall.high) == pytest.approx(
        (low, high), abs=0.05 * (high - low)
    )


def test_limits_of_pairs_leave_out_a_person_with_themselves():
    # With themselves counted as 1, resamples would lie above the value; people who disagree show it best.
    scores = np.random.default_rng(0).random((4, 400))
    interval = reliability([judged("test/a", scores)]).per_entry[0].statistics.pairwise_kendall
    pairs = [kendall(scores[i], scores[j]) for i in range(4) for j in range(i)]
    assert min(pairs) - 1e-9 <= interval.low
    assert interval.high <= max(pairs) + 1e-9


@pytest.mark.parametrize("level", ["ordinal", "interval"])
def test_resampled_alphas_are_those_of_the_resampled_shots(level):
    random = np.random.default_rng(0)
    labels = random.integers(1, 6, (4, 25)).astype(float)
    labels[random.random(labels.shape) < 0.2] = np.nan
    labels = labels[:, (~np.isnan(labels)).sum(axis=0) > 1]
    n_shots = labels.shape[1]
    counts = random.multinomial(n_shots, np.full(n_shots, 1 / n_shots), size=5).astype(float)
    values = np.arange(1.0, 6.0)
    table = (labels.T[:, :, None] == values).sum(axis=1).astype(float)
    found = _krippendorff_alphas(table, values, counts, level == "ordinal")
    wanted = [krippendorff_alpha(np.repeat(labels, row.astype(int), axis=1), level) for row in counts]
    assert found == pytest.approx(wanted)


def test_alpha_of_intervals_equals_its_textbook_example():
    # Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, example C: interval 0.849.
    nan = np.nan
    labels = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        ]
    )
    assert krippendorff_alpha(labels, "interval") == pytest.approx(0.849, abs=5e-4)


def test_two_people_and_two_entries_have_values_without_limits():
    found = reliability([noisy("test/a", people=2), noisy("test/b", people=2)], resamples=50)
    assert np.isfinite(found.overall.pairwise_kendall.value)
    assert np.isnan(found.overall.pairwise_kendall.low)
    of_entry = found.per_entry[0].statistics
    assert np.isnan(of_entry.pairwise_kendall.low)
    assert np.isnan(of_entry.leave_one_out_kendall.high)
    assert np.isfinite(of_entry.krippendorff_alpha_ordinal.low)


def test_people_who_say_the_same_everywhere_are_undefined_and_null_in_json():
    found = reliability([judged("test/a", np.full((3, 40), 0.4))], resamples=20)
    found = TypeAdapter(Reliability).dump_python(found, mode="json")
    nothing = {"value": None, "low": None, "high": None}
    of_entry = found["per_entry"][0]["statistics"]
    assert found["overall"]["pairwise_kendall"] == nothing | {"why": "everybody gave the same score throughout"}
    assert of_entry["cronbach_alpha"] == nothing | {"why": "the sum of everybody's scores is the same throughout"}
    assert found["per_entry"][0]["title"] == "Title of test/a"
    json.dumps(found, allow_nan=False)


def test_videos_shorter_than_a_shot_have_no_limits():
    found = reliability([judged("test/a", np.array([[0.2, 0.4], [0.2, 0.6], [0.4, 0.8]]))], resamples=20)
    statistics = found.per_entry[0].statistics
    assert statistics.pairwise_kendall.value == pytest.approx(1)
    assert np.isnan(statistics.pairwise_f1.value)
    assert np.isnan(statistics.cronbach_alpha.low)


def test_the_same_seed_gives_the_same_limits():
    entries = [noisy(f"test/{i}") for i in range(3)]
    assert reliability(entries, resamples=50, seed=3) == reliability(entries, resamples=50, seed=3)
    assert reliability(entries, resamples=50, seed=3) != reliability(entries, resamples=50, seed=4)


@settings(max_examples=20)
@given(st.permutations(range(5)), st.permutations(range(3)))
def test_the_order_of_people_and_entries_changes_nothing(people, order):
    entries = [noisy(f"test/{i}") for i in range(3)]
    mixed = [permuted(entries[i], people) for i in order]
    before, after = reliability(entries, resamples=50), reliability(mixed, resamples=50)
    for name in STATISTICS:
        wanted = triple(getattr(before.overall, name))
        assert triple(getattr(after.overall, name)) == pytest.approx(wanted), name
        of_entry = [triple(getattr(each.statistics, name)) for each in after.per_entry]
        for found, i in zip(of_entry, order, strict=True):
            assert found == pytest.approx(triple(getattr(before.per_entry[i].statistics, name))), name
    matrix, mixed_matrix = people_matrix(entries), people_matrix(mixed)
    assert mixed_matrix.names == matrix.names
    np.testing.assert_allclose(mixed_matrix.tau, matrix.tau)
    np.testing.assert_array_equal(mixed_matrix.shared, matrix.shared)
    standings = {each.name: each for each in unlike_the_others(entries)}
    for each in unlike_the_others(mixed):
        assert (each.kendall, each.z) == pytest.approx((standings[each.name].kendall, standings[each.name].z))


def test_another_entry_leaves_the_limits_of_an_entry_alone():
    alone = reliability([noisy("test/a")], resamples=50).per_entry[0]
    assert reliability([noisy("test/b"), noisy("test/a")], resamples=50).per_entry[1] == alone


def test_a_larger_budget_changes_the_cuts_only():
    entries = [noisy(f"test/{i}") for i in range(3)]
    small, large = (reliability(entries, budget, resamples=20).overall for budget in (0.15, 0.5))
    assert large.pairwise_f1.value > small.pairwise_f1.value
    assert replace(large, pairwise_f1=small.pairwise_f1) == small


def test_reliability_tells_how_far_it_is_and_stops_when_asked():
    entries = [noisy(f"test/{i}") for i in range(3)]
    told = []
    reliability(entries, resamples=10, progress=lambda fraction, message, figures=None: told.append(fraction))
    assert told == pytest.approx([0, 1 / 3, 2 / 3, 1])
    with pytest.raises(Cancelled, match="cancelled"):
        reliability(entries, resamples=10, should_stop=lambda: True)


@pytest.mark.parametrize("wrong", [{"budget": 0.0}, {"budget": 1.5}, {"resamples": 0}, {"seed": -1}])
def test_settings_out_of_range_are_named(wrong):
    with pytest.raises(InputError):
        reliability([noisy("test/a")], **wrong)


def test_one_person_alone_has_nobody_to_agree_with():
    with pytest.raises(InputError, match="two or more people"):
        reliability([noisy("test/a", people=1)])


def test_the_matrix_averages_over_shared_entries():
    first = noisy("test/a", people=3)
    second = judged("test/b", noisy("test/b", people=2).annotations.scores, ("person 1", "person 0"))
    found = people_matrix([first, second])
    one, other = (
        kendall(*scores) for scores in (first.annotations.scores[:2], second.annotations.scores)
    )  # persons 0 and 1 in both
    assert found.names == ("person 0", "person 1", "person 2")
    assert found.tau[0, 1] == pytest.approx((one + other) / 2)
    np.testing.assert_array_equal(found.tau, found.tau.T)
    np.testing.assert_array_equal(found.shared, [[2, 2, 1], [2, 2, 1], [1, 1, 1]])


@settings(max_examples=20)
@given(st.integers(0, 4), st.integers(0, 1000))
def test_an_entry_that_nobody_shares_changes_no_pair(person, seed):
    entries = [noisy("test/a"), noisy("test/b")]
    scores = noisy("test/c", people=1, seed=seed).annotations.scores
    alone = judged("test/c", scores, (f"person {person}",))
    before, after = people_matrix(entries), people_matrix([*entries, alone])
    np.testing.assert_array_equal(after.tau, before.tau)
    np.testing.assert_array_equal(after.order, before.order)
    off = ~np.eye(5, dtype=bool)
    np.testing.assert_array_equal(after.shared[off], before.shared[off])
    assert after.shared[person, person] == before.shared[person, person] + 1


def test_people_of_one_mind_stand_side_by_side():
    random = np.random.default_rng(0)
    minds = random.normal(size=(2, 80))
    scores = np.stack([minds[i % 2] + 0.2 * random.normal(size=80) for i in range(8)])
    scores = (scores - scores.min()) / np.ptp(scores)
    order = people_matrix([judged("test/a", scores)]).order
    assert sorted(order) == list(range(8))
    assert len({i % 2 for i in order[:4]}) == 1


def test_people_without_a_shared_entry_have_no_tau_and_yet_a_place():
    apart = [judged(f"test/{name}", noisy("test/a", people=1).annotations.scores, (name,)) for name in "abc"]
    found = people_matrix([*apart, noisy("test/d", people=3)])
    assert np.isnan(found.tau[0, 1:]).all()
    assert found.shared[0].tolist() == [1, 0, 0, 0, 0, 0]
    assert sorted(found.order) == list(range(6))
    assert sorted(people_matrix(apart).order) == [0, 1, 2]
    shown = TypeAdapter(PeopleMatrix).dump_python(found, mode="json")
    assert shown["tau"][0][1:] == [None] * 5
    json.dumps(shown, allow_nan=False)


def test_parts_of_a_video_that_do_not_overlap_are_not_shared():
    entry = noisy("test/a", people=2)
    entry.annotations.scores[0, :60] = np.nan
    entry.annotations.scores[1, 60:] = np.nan
    found = people_matrix([entry])
    assert found.shared.tolist() == [[1, 0], [0, 1]]
    assert np.isnan(found.tau[0, 1])


@pytest.mark.parametrize("people", [0, 1, 2])
def test_few_people_have_a_matrix_in_order_of_names(people):
    found = people_matrix([noisy("test/a", people=people)] if people else [])
    assert isinstance(found, PeopleMatrix)
    assert found.order.tolist() == list(range(people))
    assert found.tau.shape == found.shared.shape == (people, people)


def contrary(n_alike: int, noise: float = 0.5) -> list[Entry]:
    """People who see one curve and one, the last, who sees its opposite."""
    entries = []
    for i in range(3):
        people = noisy(f"test/{i}", people=n_alike, shots=60, noise=noise).annotations
        entries.append(judged(f"test/{i}", np.vstack([people.scores, 1.2 - people.scores.mean(axis=0)])))
    return entries


def test_who_sees_the_opposite_is_unusual_and_first():
    found = unlike_the_others(contrary(8))
    assert found[0].name == "person 8"
    assert found[0].entries == 3
    assert found[0].kendall < 0
    assert [each.unusual for each in found] == [True] + [False] * 8
    assert [each.z for each in found] == sorted(each.z for each in found)


def test_one_against_people_of_exactly_one_mind_is_unusual():
    found = unlike_the_others(contrary(6, noise=0.0))
    assert [each.unusual for each in found] == [True] + [False] * 6


def test_among_three_people_nobody_is_unusual():
    assert not any(each.unusual for each in unlike_the_others(contrary(2, noise=0.0)))


def test_people_of_one_mind_have_a_z_of_zero():
    curve = np.tile(np.linspace(0, 1, 40), (5, 1))
    assert [(each.z, each.unusual) for each in unlike_the_others([judged("test/a", curve)])] == [(0, False)] * 5


def test_who_judged_alone_is_listed_last_without_a_z():
    alone = judged("test/z", noisy("test/z", people=1).annotations.scores, ("alone",))
    last = unlike_the_others([alone, noisy("test/a")])[-1]
    assert (last.name, last.entries, last.unusual) == ("alone", 1, False)
    assert TypeAdapter(PersonStanding).dump_python(last, mode="json") == {
        "name": "alone",
        "entries": 1,
        "kendall": None,
        "spearman": None,
        "z": None,
        "unusual": False,
    }
    assert unlike_the_others([]) == ()
    assert isinstance(last, PersonStanding)


# Where limits and words begin


def test_three_people_or_entries_have_limits():
    found = reliability([noisy(f"test/{i}", people=3) for i in range(3)], resamples=50)
    assert np.isfinite(found.overall.pairwise_kendall.low)
    assert np.isfinite(found.per_entry[0].statistics.pairwise_kendall.low)
    assert np.isfinite(found.per_entry[0].statistics.leave_one_out_kendall.low)


@pytest.mark.parametrize(("undefined", "has_limits"), [(49, True), (50, False)])
def test_limits_need_more_than_half_of_the_resamples(undefined, has_limits):
    resampled = np.linspace(0, 1, 100)
    resampled[:undefined] = np.nan
    assert np.isfinite(_percentiles(0.5, resampled).low) == has_limits


def test_limits_hold_95_of_100_resamples():
    found = _percentiles(0.5, np.linspace(0, 1, 1001))
    assert (found.low, found.high) == pytest.approx((0.025, 0.975))


@pytest.mark.parametrize(("z", "unusual"), [(-2.51, True), (-2.49, False)])
def test_unusual_is_more_than_two_and_a_half_deviations_below_the_others(monkeypatch, z, unusual):
    monkeypatch.setattr("core.statistics.reliability._robust_z", lambda means: np.array([z, 0, 0, 0]))
    assert [each.unusual for each in unlike_the_others([noisy("test/a", people=4)])] == [unusual, False, False, False]


@pytest.mark.parametrize(("people", "unusual"), [(4, True), (3, False)])
def test_it_takes_four_people_for_one_to_be_unusual(monkeypatch, people, unusual):
    monkeypatch.setattr("core.statistics.reliability._robust_z", lambda means: np.array([-9.0] + [0.0] * (people - 1)))
    assert unlike_the_others([noisy("test/a", people=people)])[0].unusual == unusual
