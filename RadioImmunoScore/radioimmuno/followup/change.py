"""What became of a measured value between two studies, and whether the contours alone may have made it so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from ..geometry.image import Image
from ..lesion import Lesion
from ..modality import split_role
from ..signature.variables import DELTA, variable_of

# Ours: a value is near 0 where it is smaller than this share of what it becomes, or as small as the rounding
# of a sum that is 0. What does not change at all changes by a share of 0, from 0, too.
NEAR_ZERO, ROUNDING = 1e-6, 1e-12
PER_DAYS = 30.0
# Bounds between which 95 % of a normal distribution lies, in SD.
NORMAL_95 = 1.959964

# Of a lesion that is gone these are 0; its other features are not defined.
VOLUMES = frozenset({"lesion.morphology.volume", "lesion.morphology.approximate_volume"})

Interval = tuple[float, float]


@dataclass(frozen=True)
class Change:
    """How a value changed from one study to a later one; what is not defined is None.

    Parameters
    ----------
    absolute : float, optional
        Later - earlier, in the value's unit.
    relative : float, optional
        The same as a share of the earlier value's size (0.5: half as much more); None from near 0
        (`NEAR_ZERO`, `ROUNDING`).
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
    is_near_zero = size <= max(NEAR_ZERO * abs(later), ROUNDING)
    return Change(
        absolute,
        0.0 if later == earlier else None if is_near_zero else absolute / size,
        None if days is None else absolute * PER_DAYS / days,
        _within(earlier, later, intervals),
    )


def changes(
    earlier: Mapping[str, float | None],
    later: Mapping[str, float | None],
    days: float | None = None,
    intervals: tuple[Mapping[str, Interval], Mapping[str, Interval]] = ({}, {}),
) -> dict[str, Change]:
    """The changes of named values: of all that one of the studies has, in the order of the earlier one.

    Parameters
    ----------
    earlier, later : mapping of str to float or None
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


def changes_of_gone(earlier: Mapping[str, float], days: float | None = None) -> dict[str, Change]:
    """The changes of the features of a lesion that is gone: that of its volume, all others not defined.

    Parameters
    ----------
    earlier : mapping of str to float
        Identifier -> value.
    days : float, optional
        As of `change`.

    Returns
    -------
    dict of str to Change
    """
    return {
        name: gone(value, days) if split_role(name)[1] in VOLUMES else Change()
        for name, value in earlier.items()
    }


def values_of(changes: Mapping[str, Change], variables: Iterable[str]) -> dict[str, float | None]:
    """The values of variables `delta.<feature>` and `delta_abs.<feature>`.

    Parameters
    ----------
    changes : mapping of str to Change
        By the feature's identifier.
    variables : iterable of str

    Returns
    -------
    dict of str to float or None
        None where a change is not defined.

    Examples
    --------
    >>> values_of({"ring.statistics.mean": change(-20.0, -10.0)}, ["delta.ring.statistics.mean"])
    {'delta.ring.statistics.mean': 0.5}
    """
    found = {}
    for variable in map(variable_of, variables):
        one = changes.get(variable.changing, Change())
        found[variable.key] = one.relative if variable.key.startswith(DELTA) else one.absolute
    return found


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
