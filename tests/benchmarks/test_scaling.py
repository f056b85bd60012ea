"""How growth is fitted and drawn."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from benchmarks import scaled_work, scaling

ROOT = Path(__file__).resolve().parents[2]
LENGTHS = [500, 1000, 2000, 4000, 8000]


def points(power: float) -> list[scaling.Point]:
    return [{"size": length, "seconds": 1e-6 * length**power, "mb": 0.1 * length} for length in LENGTHS]


@pytest.mark.parametrize("power", [0.5, 1, 2, 3])
def test_the_exponent_of_a_power_is_found(power):
    assert scaling.exponent(LENGTHS, [7 * length**power for length in LENGTHS]) == pytest.approx(power)


def test_faster_growth_than_stated_is_noticed():
    assert scaling.grows_at_most((2.05, 1.0), (2.0, 1.0))
    assert not scaling.grows_at_most((2.2, 1.0), (2.0, 1.0))
    assert not scaling.grows_at_most((2.0, 1.5), (2.0, 1.0))


def test_a_plot_is_svg_that_names_the_exponents():
    plot = scaling.Plot("Sampling", "T, picks", "T", LENGTHS, {})
    drawn = scaling.drawing(plot, {"sampling DiT": points(2), "sampling latentmlp": points(1)})
    texts = [each.text for each in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert {"Sampling", "Time, s", "Memory, MB", "DiT: T^2.00", "latentmlp: T^1.00", "8,000"} <= set(texts)


@pytest.mark.parametrize(
    ("what", "size"),
    [
        ("kts", 300),
        pytest.param("samples latentmlp", 2, marks=pytest.mark.slow),
        pytest.param("trained_people latentmlp", 2, marks=pytest.mark.slow),
        pytest.param("agreement", 3, marks=pytest.mark.slow),
        pytest.param("entries search", 1000, marks=pytest.mark.slow),
        pytest.param("clients", 2, marks=pytest.mark.slow),
    ],
)
def test_a_point_is_measured_in_a_process_of_its_own(what, size):
    point = scaling.in_process(what, size)
    assert point["size"] == size
    assert point["seconds"] > 0
    assert point["mb"] >= 0


def test_all_that_is_plotted_is_known():
    asked = {what.partition(" ")[0] for plot in scaling.PLOTTED.values() for what in plot.growth}
    assert asked == set(scaled_work.MADE)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux can forget a peak")
def test_memory_that_a_process_gave_back_does_not_count_again():
    code = (
        "import numpy as np\n"
        "from benchmarks.measuring import forget_peak, peak_mb, resident_mb\n"
        "much = np.ones(40_000_000); del much\n"
        "forget_peak()\n"
        "before = resident_mb()\n"
        "little = np.ones(4_000_000)\n"
        "print(peak_mb() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 25 < float(done.stdout) < 60
