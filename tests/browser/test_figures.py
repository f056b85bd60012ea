"""Figures that labels do not give: a table says what they cannot tell, and of how many videos."""

from __future__ import annotations

import pytest

from tests.browser.pages import empty_page

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(page, server):
    """A page of the server with nothing in it."""
    empty_page(page, server.url)
    return page


UNTESTED = """
async () => {
  const { numbersTable } = await import('/assets/player/test/compare/numbers_table.mjs');
  const { figuresTable } = await import('/assets/player/test/models/figures.mjs');
  const { ONE_CURVE } = await import('/assets/player/test/shared/parts.mjs');
  const says = (...nodes) => {
    const box = document.createElement('div');
    box.append(...nodes.flat().filter(Boolean));
    return box.textContent.includes(ONE_CURVE);
  };
  const level = { kendall: 0.1, spearman: 0.1, f1: 0.2 };
  const row = { group: 'SummDiff', label: 'SummDiff', why: '', colour: '', kind: 'model', tau: 0.1, rho: 0.1, f1: 0.2 };
  const differ = { ...row, kind: 'sub', difference: true };
  const compare = (rows, band) => says(numbersTable(rows, band, 'as they are'));
  const models = (coverage, human) => says(figuresTable({
    part: 'test', dataset: 'mr_hisum', videos: ['a'], seen: 0, known: true, selected_on_test: false, splits: null,
    split: null, protocol: 'tvsum', settings: {}, figures: { ...level, coverage, human, chance: null, skill: null },
  }));
  const people = { pairwise: level, closest: level, difference: level };
  return {
    compare: [compare([row, differ], null), compare([row], null), compare([row, differ], { pairwise: level })],
    models: [models(level, null), models(null, null), models(level, people)],
  };
}
"""


def test_figures_of_samples_beside_one_curve_say_that_they_test_nothing(plain):
    only_for_samples_of_one = [True, False, False]
    assert plain.evaluate(UNTESTED) == {"compare": only_for_samples_of_one, "models": only_for_samples_of_one}


GAPS = """
async () => {
  const { figuresView } = await import('/assets/player/test/review/figures.mjs');
  const names = ['krippendorff_alpha_ordinal', 'krippendorff_alpha_interval', 'cronbach_alpha', 'pairwise_kendall',
    'pairwise_spearman', 'leave_one_out_kendall', 'leave_one_out_spearman', 'pairwise_f1'];
  const statistics = (...undefinedOnes) => Object.fromEntries(names.map((name) => [name, undefinedOnes.includes(name)
    ? { value: null, low: null, high: null, why: 'alike' } : { value: 0.5, low: 0.4, high: 0.6, why: '' }]));
  const video = (entry, found) => ({ entry, title: entry, people: 3, statistics: found, why: '' });
  const said = (...per_entry) => {
    const box = document.createElement('div');
    const figures = { per_entry, overall: statistics(), resamples: 1000, budget: 0.15 };
    box.append(...figuresView({ figures, simulated: 0 }).filter(Boolean));
    return box.lastElementChild.matches('p') ? box.lastElementChild.textContent : '';
  };
  const alike = video('alike', statistics('cronbach_alpha', 'pairwise_kendall'));
  const flat = video('flat', statistics('cronbach_alpha'));
  return [said(video('a', statistics()), alike, flat, video('hidden', null)), said(video('a', statistics()), flat),
    said(video('a', statistics()), video('b', statistics())), said(flat)];
}
"""


def test_means_say_which_videos_they_leave_out(plain):
    several, one, none, single = plain.evaluate(GAPS)
    assert several == (
        "Undefined, and left out of the means: Cronbach’s α in 2, Pairwise τ in 1. Why stands beside each video."
    )
    assert "Cronbach’s α in 1." in one
    assert none == single == ""
