"""The curves that the records of trainings and validations hold, drawn again from their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .chart import Axes, chart, diagonal, dots, legend, line
from .formatting import MINUS, number
from .markup import Markup, element


def recorded_curves(content: Mapping[str, Any]) -> Markup | None:
    """The curves that a record holds, side by side; one that it has no numbers of is left out.

    Parameters
    ----------
    content : mapping of str to Any
        Of `training.json` or `validation.json`.

    Returns
    -------
    Markup, optional
        None where it holds no curve.
    """
    drawn = (_roc(content), _calibration(content), _decision(content), *_survival(content))
    pictures = [element("div", *parts) for parts in drawn if parts]
    return element("div", pictures, class_="pictures") if pictures else None


def _roc(content: Mapping[str, Any]) -> list[Markup]:
    points = _columns(content.get("roc"), "false_positive", "true_positive")
    if points is None:
        return []
    axes = Axes((0, 1), (0, 1), f"1 {MINUS} specificity", "sensitivity")
    return [chart("ROC curve", axes, diagonal(axes), line(axes, points[0], points[1]))]


def _calibration(content: Mapping[str, Any]) -> list[Markup]:
    points = _columns(content.get("calibration"), "predicted", "observed")
    if points is None:
        return []
    axes = Axes((0, 1), (0, 1), "predicted probability", "observed share")
    x, y = points
    shapes = (diagonal(axes), line(axes, x, y, width=1), dots(axes, x, y, radius=4))
    return [chart("Calibration, in groups by prediction", axes, *shapes)]


def _decision(content: Mapping[str, Any]) -> list[Markup]:
    points = _columns(content.get("decision_curve"), "thresholds", "net_benefit", "treat_all")
    if points is None:
        return []
    thresholds, benefit, treat_all = points
    top = max(float(benefit.max()), float(treat_all.max()), 0.01)
    axes = Axes((0, 1), (-0.25 * top, 1.1 * top), "threshold probability", "net benefit")
    seen = treat_all >= axes.y[0]
    lines = [
        line(axes, thresholds, benefit),
        line(axes, thresholds[seen], treat_all[seen], 1),
        line(axes, thresholds, np.zeros(len(thresholds)), 2),
    ]
    return [chart("Decision curve", axes, *lines), legend(["signature", "treat all", "treat none"])]


def _survival(content: Mapping[str, Any]) -> list[list[Markup]]:
    drawn = []
    for found in content.get("kaplan_meier") or ():
        groups = found.get("groups") if isinstance(found, Mapping) else None
        curves = {
            str(name): points
            for name, one in (groups.items() if isinstance(groups, Mapping) else ())
            if (points := _columns(one, "days", "survival")) is not None
        }
        if not curves:
            continue
        last = max(float(days[-1]) for days, _ in curves.values())
        axes = Axes((0, max(last, 1.0)), (0, 1), str(found.get("unit", "days")), "share without the event")
        lines = [
            line(axes, np.repeat(days, 2)[1:], np.repeat(share, 2)[:-1], n)
            for n, (days, share) in enumerate(curves.values())
        ]
        p = found.get("log_rank_p")
        tested = f"; log-rank p = {number(p, 2)}" if isinstance(p, int | float) else ""
        title = f"Kaplan-Meier curves by {found.get('by', 'group')}{tested}"
        drawn.append([chart(title, axes, *lines), legend(list(curves))])
    return drawn


def _columns(content: Any, *names: str) -> list[np.ndarray] | None:
    """Columns of numbers of the same length; None where the record has none such."""
    if not isinstance(content, Mapping):
        return None
    try:
        columns = [np.array(content[name], float) for name in names]
    except (KeyError, TypeError, ValueError):
        return None
    alike = all(len(c.shape) == 1 and len(c) == len(columns[0]) > 1 for c in columns)
    return columns if alike and all(np.isfinite(c).all() for c in columns) else None
