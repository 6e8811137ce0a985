"""Kinds of images: the unit of their values, how DICOM calls them, and whether values can be of that kind.

A modality is a value: what differs between a CT, a PET and an MR is asked of it, and never of its name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..acceptance import unless_accepted
from ..findings import Finding, Severity
from ..geometry.image import Image
from ..settings import Settings

# The unit of intensities in the catalog of features; that of values which have none of their own.
HU = "HU"
ARBITRARY = "a.u."


def _no_doubt(image: Image) -> str:
    return ""


@dataclass(frozen=True)
class Modality:
    """A kind of image on which lesions are measured.

    Parameters
    ----------
    name : str
        What a person calls it.
    role : str
        What an image of this kind is called in a study and, but for the CT, in front of a variable.
    unit : str
        Unit of its values.
    codes : frozenset of str
        What DICOM calls it (Modality, 0008,0060).
    purpose : str
        Why it has to be this kind, the end of a sentence.
    kind_code, values_code : str
        Codes of the findings of an image of another kind, and of values that are none of this kind.
    problem : callable
        Gets an `Image` and gives a sentence that says why its values cannot be of this kind, else "".
    settings : Settings
        How lesions are measured on it where nothing else is asked for.
    window : tuple of 2 floats or None
        Lowest and highest value that are told apart on a screen; None where that depends on the image.
    empty : float
        What stands in for voxels that hold no measurement.
    in_hounsfield : bool
        Whether its values tell air, soft tissue and metal apart.
    padding_below : float or None
        Values below are no measurement; None where every value is one.
    doubt : callable
        As `problem`; says why values, which can be of this kind, are unusual.
    doubt_code : str
        Code of that finding.
    of_files : tuple of Finding
        What is to be said of each file that does not name its unit.
    """

    name: str
    role: str
    unit: str
    codes: frozenset[str]
    purpose: str
    kind_code: str
    values_code: str
    problem: Callable[[Image], str]
    settings: Settings
    window: tuple[float, float] | None
    empty: float
    in_hounsfield: bool = False
    padding_below: float | None = None
    doubt: Callable[[Image], str] = _no_doubt
    doubt_code: str = ""
    of_files: tuple[Finding, ...] = ()

    def check_kind(self, code: str, advice: str = "") -> Finding | None:
        """Whether an image is of this kind, by what its header says.

        Parameters
        ----------
        code : str
            DICOM's Modality.
        advice : str
            What to do, behind the sentence's last word.

        Returns
        -------
        Finding or None
            None for an image of this kind, else a refusal.
        """
        if code in self.codes:
            return None
        text = f"The modality is {code}, and {self.purpose}{advice}."
        return Finding(self.kind_code, Severity.REFUSE, text)

    def unit_of(self, unit: str) -> str:
        """The unit of a feature on this kind of image, from that on a CT.

        Parameters
        ----------
        unit : str
            As in the catalog of features: `HU`, `HU2`, `HU.mm3`, `mm3`.

        Examples
        --------
        >>> from radioimmuno.modality import PET
        >>> PET.unit_of("HU2"), PET.unit_of("mm3")
        ('SUV2', 'mm3')
        """
        return unit.replace(HU, self.unit)

    def response_unit_of(self, unit: str) -> str:
        """The unit of a feature on a filtered image of this kind: a response is in no unit of the image.

        Parameters
        ----------
        unit : str
            As in the catalog of features.

        Examples
        --------
        >>> from radioimmuno.modality import CT
        >>> CT.response_unit_of("HU2")
        'a.u.2'
        """
        return unit.replace(HU, ARBITRARY)

    def check_values(self, image: Image, accepted: Collection[str] = ()) -> tuple[Finding, ...]:
        """Whether values are in this kind's unit; reads all voxels.

        Parameters
        ----------
        image : Image
            Any axis order.
        accepted : collection of str
            Codes of `acceptance.OPTIONS` that a person accepted: a warning then, else a refusal.

        Returns
        -------
        tuple of Finding
            None, or one that says why not, or a warning of what is unusual.
        """
        problem = self.problem(image)
        if problem:
            return (unless_accepted(self.values_code, problem, accepted),)
        doubt = self.doubt(image)
        return (Finding(self.doubt_code, Severity.WARN, doubt),) if doubt else ()
