"""The curves of a training and of a validation: ROC, calibration, Kaplan-Meier."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..validation.calibration import Calibration
from ..validation.discrimination import roc_points
from ..validation.survival import SurvivalCurve
from .chart import Axes, band, chart, diagonal, dots, legend, line
from .formatting import MINUS
from .markup import Markup, element, table

TIMES = 6


def roc_chart(title: str, scores: np.ndarray, positive: np.ndarray) -> Markup:
    """The ROC curve of scores.

    Parameters
    ----------
    title : str
    scores : ndarray of float64, shape (n,)
    positive : ndarray of bool, shape (n,)
        Both classes occur.

    Returns
    -------
    Markup
    """
    axes = Axes((0, 1), (0, 1), f"1 {MINUS} specificity", "sensitivity")
    return chart(title, axes, diagonal(axes), line(axes, *roc_points(scores, positive)))


def calibration_chart(found: Calibration) -> Markup:
    """Observed shares against predicted probabilities, in groups.

    Parameters
    ----------
    found : Calibration

    Returns
    -------
    Markup
    """
    axes = Axes((0, 1), (0, 1), "predicted probability", "observed share")
    title = f"Calibration, {len(found.sizes)} groups of {found.sizes.min()} or more by prediction"
    x, y = found.predicted, found.observed
    return chart(title, axes, diagonal(axes), line(axes, x, y, width=1), dots(axes, x, y, radius=4))


def survival_charts(title: str, curves: Mapping[str, SurvivalCurve], unit: str = "days") -> list[Markup]:
    """Kaplan-Meier curves of groups with their intervals, and the numbers at risk.

    Parameters
    ----------
    title : str
    curves : mapping of str to SurvivalCurve
        By name of the group.
    unit : str
        Of the time.

    Returns
    -------
    list of Markup
    """
    last = max(float(curve.days[-1]) for curve in curves.values())
    axes = Axes((0, max(last, 1.0)), (0, 1), unit, "share without the event")
    shapes = []
    for n, curve in enumerate(curves.values()):
        days = np.repeat(curve.days, 2)[1:]
        steps = [np.repeat(part, 2)[:-1] for part in (curve.survival, curve.low, curve.high)]
        known = np.isfinite(steps[1]) & np.isfinite(steps[2])
        shapes += [
            band(axes, days[known], steps[1][known], steps[2][known], n),
            line(axes, days, steps[0], n),
        ]
    return [chart(title, axes, *shapes), legend(list(curves)), _at_risk(curves, axes.x[1], unit)]


def _at_risk(curves: Mapping[str, SurvivalCurve], last: float, unit: str) -> Markup:
    times = np.linspace(0, last, TIMES)
    rows = []
    for name, curve in curves.items():
        place = np.searchsorted(curve.days, times)
        at_risk = [int(curve.at_risk[n]) if n < len(curve.days) else 0 for n in place]
        rows.append(element("tr", element("th", name, scope="row"), [element("td", str(n)) for n in at_risk]))
    columns = [f"At risk ({unit})", *[f"{time:.0f}" for time in times]]
    return table("Numbers at risk", columns, rows, "metrics")
