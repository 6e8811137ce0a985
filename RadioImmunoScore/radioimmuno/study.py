"""A study: the images, the lesions and all that is known of a patient at one date, before it is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .acquisition import Acquisition
from .findings import Finding
from .geometry.image import Image
from .identity import UNKNOWN, Identity
from .lesion import LeftOut, Lesion
from .modality import CT, Modality, modality_of_role, without_expected
from .settings import Settings


@dataclass(frozen=True, eq=False)
class Study:
    """One patient at one date; arrays and values only, which a thread or another process may have.

    Parameters
    ----------
    images : mapping of str to Image
        By role, as `modality.CT.role`.
    lesions : tuple of Lesion
        On the lattice of the main image.
    acquisition : Acquisition
        How the main image was made.
    findings_of_all : tuple of Finding
        What was found while reading and holds for all lesions.
    findings_of_lesions : mapping of str to tuple of Finding
        What was found of single lesions, by lesion id.
    findings_of_values : tuple of Finding, optional
        What the main image's values say, which holds for all lesions; None as long as nobody read them all.
    identity : Identity
        Whose study it is.
    left_out : tuple of LeftOut
        Structures that are not taken for lesions.
    accepted : frozenset of str
        Codes of `acceptance.OPTIONS` that a person accepted.
    inputs : mapping of str to Any
        What identifies the files or nodes that it was read from, for the provenance.
    date : str
        Day of the images in ISO 8601; "" where it is not known.
    role : str
        Of the main image, which lesions were drawn on.
    findings_of_images : mapping of str to tuple of Finding
        By role, what was found of an image beside the main one: it concerns what is measured on it.
    about_images : mapping of str to mapping of str to Any
        By role, how images were made and read, as plain values for the provenance; a CT has its acquisition.
    references : mapping of str to Image
        Name of a reference region (`liver`, `blood_pool`, `muscle`) -> its mask on the main image's lattice.
    to_main : mapping of str to callable
        By role, of an image in another frame of reference: gets points of it, ndarray (n, 3), LPS mm, and
        gives the same places in that of the main image.

    Examples
    --------
    >>> import numpy as np
    >>> from radioimmuno.geometry.image import Image, Lattice
    >>> from radioimmuno.modality import CT
    >>> image = Image(np.zeros((2, 2, 2)), Lattice((2, 2, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))
    >>> Study({CT.role: image}).image is image
    True
    """

    images: Mapping[str, Image]
    lesions: tuple[Lesion, ...] = ()
    acquisition: Acquisition = field(default_factory=Acquisition)
    findings_of_all: tuple[Finding, ...] = ()
    findings_of_lesions: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    findings_of_values: tuple[Finding, ...] | None = None
    identity: Identity = UNKNOWN
    left_out: tuple[LeftOut, ...] = ()
    accepted: frozenset[str] = frozenset()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    date: str = ""
    role: str = CT.role
    findings_of_images: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    about_images: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    references: Mapping[str, Image] = field(default_factory=dict)
    to_main: Mapping[str, Callable[[np.ndarray], np.ndarray]] = field(default_factory=dict)

    @property
    def image(self) -> Image:
        """The main image: the CT, where there is one."""
        return self.images[self.role]

    @property
    def modality(self) -> Modality:
        """The modality of the main image."""
        return modality_of_role(self.role) or CT

    @property
    def findings(self) -> dict[str, tuple[Finding, ...]]:
        """What was found before anything is measured, by lesion id."""
        of_all = (*self.findings_of_all, *(self.findings_of_values or ()))
        return {lesion.id: (*of_all, *self.findings_of_lesions.get(lesion.id, ())) for lesion in self.lesions}

    def without_main_image(self) -> Study:
        """The study without its largest image, which can be read again where it is needed."""
        return replace(self, images={role: one for role, one in self.images.items() if role != self.role})

    def with_main_image(self, image: Image) -> Study:
        """The study with its main image again.

        Parameters
        ----------
        image : Image

        Returns
        -------
        Study
        """
        return replace(self, images={**self.images, self.role: image})

    def with_values_checked(self, settings: Settings) -> Study:
        """The study with what the values of its main image say of it; reads all voxels, but only once.

        Parameters
        ----------
        settings : Settings
            Where they take levels, values need not be in the modality's unit.

        Returns
        -------
        Study
        """
        if self.findings_of_values is not None:
            return self
        found = self.modality.check_values(self.image, self.accepted)
        return replace(self, findings_of_values=without_expected(found, settings))
