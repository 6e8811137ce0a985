"""Charts of a page: lines, steps, dots and bands between two axes, as SVG that prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .formatting import fixed
from .markup import Child, Markup, element

WIDTH, HEIGHT = 360, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 10, 44
MOST_TICKS = 6
LETTER = 11
# About, of its letters and digits.
LETTER_WIDTH = 7.5
# Told apart also by who sees no red or green (Okabe, Ito), and by their dashes in black and white.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#000000")
# The pictures of lesions are square and lie on black; a chart does neither.
_STYLE = "max-width: {}; width: 100%; aspect-ratio: auto; background: none"
DASHES = ("none", "7 3", "2 3", "9 3 2 3", "4 2", "1 2", "12 4", "6 2 1 2")


@dataclass(frozen=True)
class Axes:
    """The two axes of a chart: their ends and titles.

    Parameters
    ----------
    x, y : tuple of float
        Lower and upper end.
    x_title, y_title : str
    x_names : tuple of str
        What `bars` along x are called, from 0 on; without any there are numbers below x.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    x_title: str
    y_title: str
    x_names: tuple[str, ...] = ()

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point lies in the drawing, at the edge for one beyond."""
        return (
            LEFT + _share(x, self.x) * (WIDTH - LEFT - RIGHT),
            TOP + (1 - _share(y, self.y)) * (HEIGHT - TOP - BOTTOM),
        )

    def points(self, x: np.ndarray, y: np.ndarray) -> str:
        """The points of a line as SVG writes them.

        Parameters
        ----------
        x, y : ndarray of float64, shape (n,)
        """
        return " ".join("{:.1f},{:.1f}".format(*self.at(a, b)) for a, b in zip(x, y, strict=True))


def axes_around(x: np.ndarray, y: np.ndarray, x_title: str, y_title: str) -> Axes:
    """Axes that hold all points.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
    x_title, y_title : str
    """
    return Axes(_around(x), _around(y), x_title, y_title)


def chart(title: str, axes: Axes, *shapes: Child) -> Markup:
    """A figure with its axes, what is drawn between them, and its title below.

    Parameters
    ----------
    title : str
        What the figure shows, for everybody.
    axes : Axes
    *shapes : Markup
        As of `line`, `dots`, `band`.
    """
    drawing = element(
        "svg",
        _frame(axes),
        shapes,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=title,
        class_="chart",
        font_size=LETTER,
        style=_STYLE.format("30rem"),
    )
    return element("figure", drawing, element("figcaption", title))


def line(axes: Axes, x: np.ndarray, y: np.ndarray, number: int = 0, width: float = 1.8) -> Markup:
    """A line through points, in the color and dashes of its number.

    Parameters
    ----------
    axes : Axes
    x, y : ndarray of float64, shape (n,)
    number : int
    width : float
        Of the line.
    """
    return element(
        "polyline",
        points=axes.points(x, y),
        fill="none",
        stroke=COLORS[number % len(COLORS)],
        stroke_width=width,
        stroke_dasharray=DASHES[number % len(DASHES)],
    )


def diagonal(axes: Axes) -> Markup:
    """The line on which x and y are the same."""
    low, high = max(axes.x[0], axes.y[0]), min(axes.x[1], axes.y[1])
    (x1, y1), (x2, y2) = axes.at(low, low), axes.at(high, high)
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="currentColor", stroke_opacity=0.4)


def dots(axes: Axes, x: np.ndarray, y: np.ndarray, number: int = 0, radius: float = 3.0) -> list[Markup]:
    """A dot at each point.

    Parameters
    ----------
    axes : Axes
    x, y : ndarray of float64, shape (n,)
    number : int
        Of the color.
    radius : float
    """
    places = [axes.at(a, b) for a, b in zip(x, y, strict=True)]
    color = COLORS[number % len(COLORS)]
    return [
        element("circle", cx=f"{cx:.1f}", cy=f"{cy:.1f}", r=radius, fill=color, fill_opacity=0.7)
        for cx, cy in places
    ]


def band(axes: Axes, x: np.ndarray, low: np.ndarray, high: np.ndarray, number: int = 0) -> Markup:
    """The area between two lines.

    Parameters
    ----------
    axes : Axes
    x, low, high : ndarray of float64, shape (n,)
    number : int
        Of the color.
    """
    points = f"{axes.points(x, low)} {axes.points(x[::-1], high[::-1])}"
    return element("polygon", points=points, fill=COLORS[number % len(COLORS)], fill_opacity=0.18)


def bars(axes: Axes, values: Sequence[float], numbers: Sequence[int]) -> list[Markup]:
    """A bar from 0 to each value, one beside the other along x from 0 on.

    Parameters
    ----------
    axes : Axes
    values : sequence of float
    numbers : sequence of int
        Of the colors.
    """
    shapes = []
    for place, (value, number) in enumerate(zip(values, numbers, strict=True)):
        (left, one), (right, other) = axes.at(place + 0.1, value), axes.at(place + 0.9, 0)
        shapes.append(
            element(
                "rect",
                x=f"{left:.2f}",
                y=f"{min(one, other):.1f}",
                width=f"{right - left:.2f}",
                height=f"{max(abs(one - other), 0.8):.1f}",
                fill=COLORS[number % len(COLORS)],
            )
        )
    return shapes


def level(axes: Axes, y: float) -> Markup:
    """A thin line across at a value of y, dashed except at 0."""
    (x1, height), (x2, _) = axes.at(axes.x[0], y), axes.at(axes.x[1], y)
    dashes = "3 3" if y else "none"
    return element(
        "line",
        x1=x1,
        x2=x2,
        y1=height,
        y2=height,
        stroke="currentColor",
        stroke_opacity=0.5,
        stroke_dasharray=dashes,
    )


def legend(names: Sequence[str]) -> Markup:
    """The names of lines in their colors and dashes, in the order of their numbers."""
    entries = [
        element(
            "span",
            element(
                "svg",
                element(
                    "line",
                    x1=0,
                    x2=28,
                    y1=5,
                    y2=5,
                    stroke=COLORS[n % len(COLORS)],
                    stroke_width=2,
                    stroke_dasharray=DASHES[n % len(DASHES)],
                ),
                width=28,
                height=10,
                aria_hidden="true",
            ),
            f" {name}",
            style="display: inline-block; margin-right: 1.2rem",
        )
        for n, name in enumerate(names)
    ]
    return element("p", entries, class_="note")


def whiskers(rows: Sequence[tuple[str, float, float, float]], title: str, none: float) -> Markup:
    """A row each with a value and its interval, and a line at the value that means nothing.

    Parameters
    ----------
    rows : sequence of (str, float, float, float)
        Name, value, lower and upper end.
    title : str
    none : float
        The value of no effect.
    """
    numbers = [value for row in rows for value in row[1:] if math.isfinite(value)]
    low, high = _around(np.array([*numbers, none]))
    step, top, name_width, width = 22, 8, 190, 560
    height = top + step * len(rows) + 34

    def at(value: float) -> float:
        return name_width + _share(value, (low, high)) * (width - name_width - 70)

    shapes: list[Child] = [
        element(
            "line",
            x1=at(none),
            x2=at(none),
            y1=top,
            y2=height - 30,
            stroke="currentColor",
            stroke_opacity=0.4,
            stroke_dasharray="3 3",
        )
    ]
    for n, (name, value, left, right) in enumerate(rows):
        y = top + step * (n + 0.5)
        shapes += [
            element("text", name, x=0, y=y + 4, fill="currentColor"),
            element("line", x1=at(left), x2=at(right), y1=y, y2=y, stroke=COLORS[0], stroke_width=2)
            if math.isfinite(left) and math.isfinite(right)
            else None,
            element("circle", cx=at(value), cy=y, r=4, fill=COLORS[0]),
            element("text", fixed(value, 2), x=width, y=y + 4, text_anchor="end", fill="currentColor"),
        ]
    for tick in _ticks(low, high):
        shapes.append(
            element(
                "text",
                _text(tick, high - low),
                x=at(tick),
                y=height - 14,
                text_anchor="middle",
                fill="currentColor",
            )
        )
    drawing = element(
        "svg",
        shapes,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_label=title,
        class_="chart",
        font_size=LETTER,
        style=_STYLE.format("46rem"),
    )
    return element("figure", drawing, element("figcaption", title))


def _frame(axes: Axes) -> list[Markup]:
    (left, bottom), (right, top) = axes.at(axes.x[0], axes.y[0]), axes.at(axes.x[1], axes.y[1])
    shapes = [
        element(
            "rect",
            x=left,
            y=top,
            width=right - left,
            height=bottom - top,
            fill="none",
            stroke="currentColor",
            stroke_opacity=0.35,
        )
    ]
    shapes += _names(axes, bottom) if axes.x_names else _numbers(axes, bottom)
    for tick in _ticks(*axes.y):
        y = axes.at(0, tick)[1]
        text = _text(tick, axes.y[1] - axes.y[0])
        shapes += [
            element("line", x1=left - 4, x2=left, y1=y, y2=y, stroke="currentColor", stroke_opacity=0.5),
            element("text", text, x=left - 7, y=y + 4, text_anchor="end", fill="currentColor"),
        ]
    middle = (top + bottom) / 2
    shapes.append(
        element(
            "text",
            axes.x_title,
            x=(left + right) / 2,
            y=HEIGHT - 8,
            text_anchor="middle",
            fill="currentColor",
        )
    )
    shapes.append(
        element(
            "text",
            axes.y_title,
            x=12,
            y=middle,
            text_anchor="middle",
            fill="currentColor",
            transform=f"rotate(-90 12 {middle})",
        )
    )
    return shapes


def _numbers(axes: Axes, bottom: float) -> list[Markup]:
    """Ticks below x with their numbers."""
    shapes = []
    for tick in _ticks(*axes.x):
        x = axes.at(tick, 0)[0]
        text = _text(tick, axes.x[1] - axes.x[0])
        shapes += [
            element("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, stroke="currentColor", stroke_opacity=0.5),
            element("text", text, x=x, y=bottom + 16, text_anchor="middle", fill="currentColor"),
        ]
    return shapes


def _names(axes: Axes, bottom: float) -> list[Markup]:
    """The names of bars below them, upright where they would touch; of very many not each one."""
    width = (WIDTH - LEFT - RIGHT) / (axes.x[1] - axes.x[0])
    is_upright = max(map(len, axes.x_names)) * LETTER_WIDTH > width
    step = math.ceil(LETTER / width) if is_upright else 1
    y, anchor = (bottom + 4, "end") if is_upright else (bottom + 16, "middle")
    shapes = []
    for place, name in list(enumerate(axes.x_names))[::step]:
        x = axes.at(place + 0.5, 0)[0] + (LETTER / 3 if is_upright else 0)
        turned = {"transform": f"rotate(-90 {x:.1f} {y:.1f})"} if is_upright else {}
        shapes.append(
            element("text", name, x=f"{x:.1f}", y=y, text_anchor=anchor, fill="currentColor", **turned)
        )
    return shapes


def _share(value: float, ends: tuple[float, float]) -> float:
    if not math.isfinite(value):
        return 0.0 if value < 0 else 1.0
    return min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)


def _around(values: np.ndarray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    margin = 0.04 * (high - low) or max(abs(low), 1.0) * 0.1
    return low - margin, high + margin


def _ticks(low: float, high: float) -> list[float]:
    finest = (high - low) / MOST_TICKS
    power = 10.0 ** math.floor(math.log10(finest))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= finest)
    return [step * n for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _text(value: float, span: float) -> str:
    decimals = max(0, 1 - math.floor(math.log10(span)))
    text = fixed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text
