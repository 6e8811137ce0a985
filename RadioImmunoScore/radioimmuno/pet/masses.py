"""What an activity concentration is normalized by: a patient's weight, lean and ideal mass, body surface.

SUV is concentration / (dose / mass). The formulas are those that DICOM names (PS3.16, CID 85) and the IBSI's
manual of SUV computation lists: lean mass of James, of Morgan (120 in place of 128) and of Janmahasatian
(Clin Pharmacokinet 2005), ideal mass, and the surface of Du Bois.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..findings import InputError

# Sex "O" (other): nobody has a formula; the IBSI's manual takes the mean of both.
SEXES = {"M": ("M",), "F": ("F",), "O": ("M", "F")}
GRAMS, SQUARE_CM = 1000.0, 10_000.0


@dataclass(frozen=True)
class Normalization:
    """What a kind of SUV is normalized by.

    Parameters
    ----------
    name : str
        By which a person asks for it.
    title : str
        What the field calls the SUV.
    unit : str
        Of the SUV.
    suv_types : frozenset of str
        DICOM's SUVType (0054,1006).
    size : callable
        Gets weight (kg), height (cm) and sex ("M", "F"), and gives kg, or m2.
    to_unit : float
        Makes g, or cm2, of that.
    needs_height, needs_sex : bool
        What `size` looks at besides the weight.
    """

    name: str
    title: str
    unit: str
    suv_types: frozenset[str]
    size: Callable[[float, float, str], float]
    to_unit: float = GRAMS
    needs_height: bool = True
    needs_sex: bool = True


def james(weight: float, height: float, sex: str) -> float:
    """Lean body mass by James, kg.

    Parameters
    ----------
    weight, height : float
        kg, cm.
    sex : str
        "M" or "F".
    """
    return _of_square(weight, height, *{"M": (1.10, 128.0), "F": (1.07, 148.0)}[sex])


def morgan(weight: float, height: float, sex: str) -> float:
    """Lean body mass by Morgan (DICOM's SUVType LBM), kg; parameters as of `james`."""
    return _of_square(weight, height, *{"M": (1.10, 120.0), "F": (1.07, 148.0)}[sex])


def janmahasatian(weight: float, height: float, sex: str) -> float:
    """Lean body mass by Janmahasatian, kg; parameters as of `james`."""
    index = weight / (height / 100.0) ** 2
    constant, slope = {"M": (6680.0, 216.0), "F": (8780.0, 244.0)}[sex]
    return 9270.0 * weight / (constant + slope * index)


def ideal(weight: float, height: float, sex: str) -> float:
    """Ideal body mass, kg; the weight does not count; parameters as of `james`."""
    constant, slope = {"M": (48.0, 1.06), "F": (45.5, 0.91)}[sex]
    return constant + slope * (height - 152.0)


def body_surface(weight: float, height: float, sex: str) -> float:
    """Body surface by Du Bois, m2; the sex does not count; parameters as of `james`."""
    return 0.007184 * weight**0.425 * height**0.725


def _of_square(weight: float, height: float, linear: float, quadratic: float) -> float:
    return linear * weight - quadratic * (weight / height) ** 2


def _weight(weight: float, height: float, sex: str) -> float:
    return weight


NORMALIZATIONS = (
    Normalization("bw", "SUVbw", "g/ml", frozenset({"", "BW"}), _weight, GRAMS, False, False),
    Normalization("lbm", "SUL (Janmahasatian)", "g/ml", frozenset({"LBMJANMA"}), janmahasatian),
    Normalization("bsa", "SUVbsa", "cm2/ml", frozenset({"BSA"}), body_surface, SQUARE_CM, True, False),
    Normalization("ideal", "SUVibw", "g/ml", frozenset({"IBW"}), ideal),
    Normalization("james", "SUL (James)", "g/ml", frozenset({"LBMJAMES128"}), james),
    Normalization("morgan", "SUL (Morgan)", "g/ml", frozenset({"LBM"}), morgan),
)
BODY_WEIGHT = NORMALIZATIONS[0]
# Values that are proportional to the activity concentration; enough for ratios within the scan.
ACTIVITY = "activity"


def normalization_named(name: str) -> Normalization:
    """The normalization with this name, as `bw` or `lbm`.

    Raises
    ------
    ValueError
        Which names the ones there are.
    """
    for one in NORMALIZATIONS:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in NORMALIZATIONS)
    raise ValueError(f"{name!r} is no kind of SUV; there are {known}")


def normalization_of_type(suv_type: str) -> Normalization | None:
    """The normalization that DICOM's SUVType names; "" is by weight, and None what is not known."""
    return next((one for one in NORMALIZATIONS if suv_type in one.suv_types), None)


def size_of(by: Normalization, weight: float, height: float, sex: str) -> float:
    """What an SUV is normalized by, g or cm2.

    Parameters
    ----------
    by : Normalization
    weight, height : float
        kg, cm.
    sex : str
        "M", "F" or, for the mean of both, "O".

    Raises
    ------
    InputError
        `pet.mass` where it comes out as nothing or less.
    """
    both = [by.size(weight, height, one) for one in SEXES[sex]]
    size = sum(both) / len(both)
    if size <= 0:
        text = (
            f"{by.title}: with {weight:g} kg and {height:g} cm the formula gives {size:.1f} kg, which is no "
            "mass. Check weight and height, or take SUV by weight."
        )
        raise InputError("pet.mass", text)
    return size * by.to_unit
