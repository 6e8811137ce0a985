"""Charts: points lie where the axes say, and round numbers stand at the axes."""

import re

import numpy as np
import pytest

from radioimmuno.report.chart import (
    BOTTOM,
    COLORS,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Axes,
    band,
    bars,
    chart,
    level,
    line,
    whiskers,
)

AXES = Axes((0.0, 10.0), (-1.0, 1.0), "time", "value")


def test_points_lie_where_the_axes_say():
    assert AXES.at(0, -1) == (LEFT, HEIGHT - BOTTOM)
    assert AXES.at(10, 1) == (WIDTH - RIGHT, TOP)
    assert AXES.at(5, 0) == pytest.approx(((LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2))
    assert AXES.at(99, -99) == (WIDTH - RIGHT, HEIGHT - BOTTOM)


def test_a_chart_has_titles_and_round_numbers():
    drawn = chart("Title <1>", AXES, line(AXES, np.array([0.0, 10.0]), np.array([-1.0, 1.0])))
    assert "Title &lt;1&gt;" in drawn
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", drawn)
    assert texts[:6] == ["0", "2", "4", "6", "8", "10"]
    assert {"time", "value"} <= set(texts)
    assert f'points="{LEFT:.1f},{HEIGHT - BOTTOM:.1f} {WIDTH - RIGHT:.1f},{TOP:.1f}"' in drawn


def test_a_band_goes_there_and_back():
    x = np.array([0.0, 10.0])
    points = re.search(r'points="([^"]+)"', band(AXES, x, x * 0 - 0.5, x * 0 + 0.5))[1].split()
    assert len(points) == 4
    assert points[0].split(",")[0] == points[3].split(",")[0]


def test_whiskers_without_an_interval_have_a_dot_alone():
    drawn = whiskers([("one", 0.6, 0.5, 0.7), ("two", 0.4, float("nan"), float("nan"))], "AUC", 0.5)
    assert drawn.count("<circle") == 2
    assert drawn.count('stroke-width="2"') == 1
    assert "nan" not in drawn


def test_bars_stand_on_zero_and_hang_from_it():
    up, down = bars(AXES, [1.0, -1.0], [0, 1])
    middle = (TOP + HEIGHT - BOTTOM) / 2
    tall = (HEIGHT - BOTTOM - TOP) / 2
    assert [f'y="{y:.1f}"' in bar for bar, y in ((up, TOP), (down, middle))] == [True, True]
    assert all(f'height="{tall:.1f}"' in bar for bar in (up, down))
    assert (COLORS[0] in up, COLORS[1] in down) == (True, True)
    assert 'height="0.8"' in bars(AXES, [0.0], [0])[0]


def test_a_level_goes_across():
    drawn = level(AXES, 0.5)
    assert f'x1="{LEFT:.1f}"' in drawn
    assert f'x2="{WIDTH - RIGHT:.1f}"' in drawn
    assert "3 3" in drawn
    assert "3 3" not in level(AXES, 0.0)


@pytest.mark.parametrize(("count", "shown", "upright"), [(3, 3, False), (20, 20, True), (80, 27, True)])
def test_bars_have_names_instead_of_numbers(count, shown, upright):
    names = tuple(f"L{n}" for n in range(10, 10 + count))
    axes = Axes((0, count), (-1, 1), "lesions", "value", names)
    drawn = chart("Bars", axes, bars(axes, [0.5] * count, [0] * count))
    texts = re.findall(r'<text x="([\d.]+)"([^>]*)>(L[^<]+)</text>', drawn)
    assert len(texts) == shown
    assert [name for _, _, name in texts] == list(names[:: -(-count // shown)])
    assert ("rotate" in texts[0][1]) == upright
    # Letters that stand upright hang from the line below them.
    assert float(texts[0][0]) == pytest.approx(axes.at(0.5, 0)[0] + 11 / 3 * upright, abs=0.1)
    assert ">0.5<" in drawn
    assert f">{count}<" not in drawn
