"""What became of a measured value between two studies, and whether the contours alone may have made it so."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from ..geometry.image import Image
from ..lesion import Lesion

# Ours: of a value that is smaller than this share of what it becomes, a relative change says nothing.
NEAR_ZERO = 1e-6
PER_DAYS = 30.0
# Bounds between which 95 % of a normal distribution lies, in SD.
NORMAL_95 = 1.959964

Interval = tuple[float, float]


@dataclass(frozen=True)
class Change:
    """How a value changed from one study to a later one; what is not defined is None.

    Parameters
    ----------
    absolute : float, optional
        Later - earlier, in the value's unit.
    relative : float, optional
        The same as a share of the earlier value's size (0.5: half as much more); None from near 0.
    per_30_days : float, optional
        The absolute change in 30 days; None where the days are not known.
    within_uncertainty : bool, optional
        Whether both values lie in what redrawn contours give in either study; None where that was not
        measured in both.
    """

    absolute: float | None = None
    relative: float | None = None
    per_30_days: float | None = None
    within_uncertainty: bool | None = None


def change(
    earlier: float | None,
    later: float | None,
    days: float | None = None,
    intervals: tuple[Interval | None, Interval | None] = (None, None),
) -> Change:
    """The change of one value.

    Parameters
    ----------
    earlier, later : float or None
        None, or not a finite number, where a study does not have it.
    days : float, optional
        From the earlier study to the later one.
    intervals : tuple of two of (float, float) or None
        What contours that were redrawn give in each study, the lower end first.

    Returns
    -------
    Change

    Raises
    ------
    ValueError
        When the later study is not later.

    Examples
    --------
    >>> change(-20.0, -10.0, days=60)
    Change(absolute=10.0, relative=0.5, per_30_days=5.0, within_uncertainty=None)
    """
    if days is not None and days <= 0:
        raise ValueError("the later study has to be later")
    if earlier is None or later is None or not (math.isfinite(earlier) and math.isfinite(later)):
        return Change()
    absolute = later - earlier
    size = abs(earlier)
    defined = size > NEAR_ZERO * abs(later)
    return Change(
        absolute,
        absolute / size if defined else None,
        None if days is None else absolute * PER_DAYS / days,
        _within(earlier, later, intervals),
    )


def changes(
    earlier: Mapping[str, float],
    later: Mapping[str, float],
    days: float | None = None,
    intervals: tuple[Mapping[str, Interval], Mapping[str, Interval]] = ({}, {}),
) -> dict[str, Change]:
    """The changes of named values: of all that one of the studies has, in the order of the earlier one.

    Parameters
    ----------
    earlier, later : mapping of str to float
        Name -> value.
    days : float, optional
        As of `change`.
    intervals : tuple of two mappings of str to (float, float)
        Name -> what redrawn contours give, in each study.

    Returns
    -------
    dict of str to Change
    """
    return {
        name: change(
            earlier.get(name),
            later.get(name),
            days,
            (intervals[0].get(name), intervals[1].get(name)),
        )
        for name in dict.fromkeys([*earlier, *later])
    }


def gone(earlier: float, days: float | None = None) -> Change:
    """The change of a volume or a diameter whose lesion is gone: nothing is left of it.

    Parameters
    ----------
    earlier : float
        Above 0.
    days : float, optional
        As of `change`.

    Returns
    -------
    Change
        Relative -1. Textures of what is gone are not defined: they have no change.
    """
    return change(earlier, 0.0, days)


def normal_interval(mean: float, sd: float | None) -> Interval | None:
    """Where 95 % of values over redrawn contours lie, of a mean and a standard deviation; None without one.

    Parameters
    ----------
    mean : float
    sd : float or None
    """
    return None if sd is None else (mean - NORMAL_95 * sd, mean + NORMAL_95 * sd)


def union(lesions: Sequence[Lesion]) -> Lesion:
    """The parts of a lesion that split, or the lesions that merged, as one.

    Parameters
    ----------
    lesions : sequence of Lesion
        At least one; of one study.

    Returns
    -------
    Lesion
        With what the first one is known to be, and a name made of all.

    Raises
    ------
    ValueError
        When they lie on different lattices.
    """
    first, *others = lesions
    if not others:
        return first
    return replace(
        first,
        id="+".join(lesion.id for lesion in lesions),
        name=" + ".join(lesion.name for lesion in lesions),
        mask=reduce(_union_of_masks, (lesion.mask for lesion in lesions)),
        tracking_uid=None,
        expected_agreement=None,
    )


def _union_of_masks(one: Image, other: Image) -> Image:
    if not one.lattice.coincides(other.lattice):
        raise ValueError("lesions of one study lie on one lattice")
    box = one.box.union(other.box)
    return Image(one.within(box) | other.within(box), one.lattice, box.start)


def _within(earlier: float, later: float, intervals: tuple[Interval | None, Interval | None]) -> bool | None:
    if intervals[0] is None or intervals[1] is None:
        return None
    low, high = min(earlier, later), max(earlier, later)
    return all(one is not None and one[0] <= low and high <= one[1] for one in intervals)
