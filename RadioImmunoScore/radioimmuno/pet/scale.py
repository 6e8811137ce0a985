"""What the values of a PET are, and which thresholds of uptake they allow.

Thresholds as 2.5 were found on FDG and on SUV by body weight. Nothing of the kind is known of antibodies that
are imaged days after injection (immuno-PET), whose nuclides decay slowly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .masses import ACTIVITY, BODY_WEIGHT

if TYPE_CHECKING:
    from .acquired import PetAcquisition

BY_WEIGHT, LEAN = BODY_WEIGHT.name, "lbm"
# By lean mass, whichever formula it is of: what PERCIST is defined on.
SUL = frozenset({LEAN, "james", "morgan"})


@dataclass(frozen=True)
class UptakeScale:
    """What the values of a PET are.

    Parameters
    ----------
    quantity : str
        A name of `masses.NORMALIZATIONS`, or `masses.ACTIVITY` for values that are no SUV but proportional to
        activity, as Bq/ml or counts.
    immuno : bool
        Whether the nuclide decays as slowly as those of antibodies (immuno-PET).
    other_tracer : str
        The tracer's name where it is known to be another one than FDG.
    """

    quantity: str = BY_WEIGHT
    immuno: bool = False
    other_tracer: str = ""

    @property
    def is_suv(self) -> bool:
        """Whether values are standardized uptake values."""
        return self.quantity != ACTIVITY


def scale_of(quantity: str, acquisition: PetAcquisition) -> UptakeScale:
    """The scale of a PET whose header was read.

    Parameters
    ----------
    quantity : str
        As of `UptakeScale`.
    acquisition : PetAcquisition
    """
    other = "" if acquisition.fdg else acquisition.tracer.strip()
    return UptakeScale(quantity, acquisition.long_lived, other)


@dataclass(frozen=True)
class Threshold:
    """From which value on voxels of a lesion count as its metabolic volume.

    Parameters
    ----------
    key : str
        What columns are called by, as `mtv_<key>`.
    title : str
        In words.
    share : float
        Of the lesion's highest value.
    level : float
        Added to that, in the image's unit.

    Examples
    --------
    >>> SHARE_41.value(10.0), FIXED[0].value(10.0)
    (4.1, 2.5)
    """

    key: str
    title: str
    share: float = 0.0
    level: float = 0.0

    def value(self, maximum: float) -> float:
        """The lowest value that counts in a lesion with this maximum."""
        return self.share * maximum + self.level


SHARE_41 = Threshold("41", "41 % of the lesion's maximum", share=0.41)
FIXED = (Threshold("2_5", "SUV 2.5", level=2.5), Threshold("4", "SUV 4.0", level=4.0))

# PERCIST 1.0: a lesion is measurable from 1.5 times the liver's mean and two SD on.
LIVER_TIMES, LIVER_SDS = 1.5, 2.0


def liver_threshold(mean: float, sd: float) -> Threshold:
    """The threshold by the liver, as PERCIST 1.0 has it.

    Parameters
    ----------
    mean, sd : float
        Of a reference region in the liver.
    """
    level = LIVER_TIMES * mean + LIVER_SDS * sd
    return Threshold("liver", f"{LIVER_TIMES:g} x liver + {LIVER_SDS:g} SD ({level:.2f})", level=level)
