"""Figures of panels with logarithmic axes as SVG, with a background of their own for dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

WIDTH, HEIGHT, TOP = 420, 320, 44
LEFT, RIGHT, ABOVE, BELOW = 64, 16, 34, 44  # of a panel, around its axes
COLOURS = ("#2563eb", "#d97706", "#059669")
INK, GRID, PAPER = "#1f2937", "#e5e7eb", "#ffffff"


@dataclass(frozen=True)
class Series:
    """Points of one colour and the line fitted to them; positive values."""

    label: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True)
class Panel:
    """One pair of axes; x ticks are at the points of the first series, y ticks at powers of ten."""

    title: str
    x_title: str
    series: Sequence[Series]


def figure(title: str, panels: Sequence[Panel]) -> str:
    """Panels side by side."""
    width, height = WIDTH * len(panels), HEIGHT + TOP
    drawn = "".join(
        f'<g transform="translate({WIDTH * n},{TOP})">{_panel(panel)}</g>\n' for n, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' font-family="system-ui, sans-serif" font-size="12" fill="{INK}">\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>\n'
        f'<text x="{width / 2}" y="28" text-anchor="middle" font-size="16" font-weight="600">{escape(title)}</text>\n'
        f"{drawn}</svg>\n"
    )


def _panel(panel: Panel) -> str:
    x_low, x_high = _range([x for series in panel.series for x in series.x], 0.08)
    lows = [y for series in panel.series for y in series.y]
    y_low, y_high = math.floor(math.log10(min(lows))), math.ceil(math.log10(max(lows)))
    y_high = max(y_high, y_low + 1)

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_low) / (x_high - x_low)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BELOW - up * (HEIGHT - ABOVE - BELOW)

    left, right, bottom = LEFT, WIDTH - RIGHT, HEIGHT - BELOW
    parts = [f'<text x="{left}" y="20" font-weight="600">{escape(panel.title)}</text>']
    for power in range(y_low, y_high + 1):
        _, y = at(10**x_low, 10**power)
        parts.append(f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{_number(10.0**power)}</text>')
    for value in panel.series[0].x:
        x, _ = at(value, 10**y_low)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{ABOVE}" y2="{bottom}" stroke="{GRID}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{value:,.0f}</text>')
    parts.append(
        f'<text x="{(left + right) / 2}" y="{bottom + 36}" text-anchor="middle">{escape(panel.x_title)}</text>'
    )
    # Names stand above what grows, and below what begins high.
    begins = max(at(series.x[0], series.y[0])[1] for series in panel.series)
    top = ABOVE + 16 if begins > (ABOVE + bottom) / 2 else bottom - 8 - 18 * (len(panel.series) - 1)
    for n, series in enumerate(panel.series):
        colour = COLOURS[n]
        slope, height = np.polyfit(np.log(series.x), np.log(series.y), 1)
        (x1, y1), (x2, y2) = (at(x, math.exp(slope * math.log(x) + height)) for x in (series.x[0], series.x[-1]))
        parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" opacity=".6"/>')
        for x, y in zip(series.x, series.y, strict=True):
            across, up = at(x, y)
            parts.append(f'<circle cx="{across:.1f}" cy="{up:.1f}" r="4" fill="{colour}"/>')
        y = top + 18 * n
        parts.append(f'<circle cx="{left + 14}" cy="{y - 4}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{left + 24}" y="{y}">{escape(series.label)}</text>')
    return "".join(parts)


def _range(values: Sequence[float], margin: float) -> tuple[float, float]:
    """The decimal logarithms between which the values lie, with a share of their distance on either side."""
    low, high = math.log10(min(values)), math.log10(max(values))
    return low - margin * (high - low), high + margin * (high - low)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"
