"""Figures of images beside the main one: a PET from in front and where it is hottest, an MR in a slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..extraction.carried_lesions import carried_lesions
from ..geometry.image import Box, Image
from ..lesion import Lesion
from ..modality import PET, Modality, image_title, modality_of_role
from ..pet.scale import SUL
from ..signature.value_scale import ValueScale, value_scale
from ..study import Study
from .context import Context
from .figure import colored_outline, slice_picture
from .markup import Markup, element, join
from .picture import outline_path, projection_path
from .view import AXIAL, CORONAL, View, middle_of_largest
from .window import Window, window_of

if TYPE_CHECKING:
    from ..pet.patient_uptake import PatientUptake

# Colors of a lesion without a value on this image: those of a lesion without a score.
NO_VALUES = ValueScale(0.0, 1.0)


def beside_figures(study: Study, context: Context) -> Markup | None:
    """Figures of each PET and MR beside the main image; None where there is none.

    Lesions are drawn as they were carried to the image's voxels: what was measured there.

    Parameters
    ----------
    study : Study
    context : Context
        Of the patient's report, with the uptake that was measured.

    Returns
    -------
    Markup or None
    """
    roles = [role for role in study.images if role != study.role]
    drawn = [_BesideImage.of(study, role, context) for role in roles]
    figures = [one.pet() if one.kind is PET else one.slice_through_largest() for one in drawn if one.masks]
    return join(figures) if figures else None


@dataclass(frozen=True, eq=False)
class _BesideImage:
    """An image with the lesions on its voxels, in canonical axis order.

    Parameters
    ----------
    role : str
    kind : Modality
    image : Image
    masks : mapping of str to Image
        By lesion id, of those that cover a voxel.
    names : mapping of str to str
        By lesion id.
    uptake : PatientUptake or None
        What was measured on it.
    """

    role: str
    kind: Modality
    image: Image
    masks: Mapping[str, Image]
    names: Mapping[str, str]
    uptake: PatientUptake | None

    @classmethod
    def of(cls, study: Study, role: str, context: Context) -> _BesideImage:
        """One of a study's images, with the lesions that have a row in the report."""
        kind = modality_of_role(role)
        assert kind is not None
        image = study.images[role].canonical()
        lesions = [lesion for lesion in study.lesions if lesion.id in context.names]
        masks = _on_image(lesions, image, study, role)
        return cls(role, kind, image, masks, context.names, context.patient.uptakes.get(role))

    def pet(self) -> Markup:
        """The maximum from in front, the slice where uptake is highest, and what gray and colors mean."""
        values, title = self._maxima()
        scale = value_scale(values.values()) if values else NO_VALUES
        window, unit = self._pet_window()
        ends = f"{window.low:.4g} (white) to {window.high:.4g} and more (black)"
        words = f"{image_title(self.role)}, {unit} {ends}."
        key = _scale_key(scale, title) if values else None
        figures = [
            self._projection(window, scale, values),
            self._slice(self._hottest(values), window, scale, values),
        ]
        return join(
            [
                element("h3", image_title(self.role)),
                element("p", words, class_="note"),
                key,
                element("div", figures, class_="pictures"),
            ]
        )

    def slice_through_largest(self) -> Markup:
        """The axial slice where the largest lesion is largest, in the image's own window."""
        window = window_of(self.image, self.kind)
        words = (
            f"{image_title(self.role)} in {self.kind.unit}, {window.low:.4g} (black) to "
            f"{window.high:.4g} (white), as it was read."
        )
        largest = max(self.masks, key=lambda i: np.count_nonzero(self.masks[i].values))
        return join(
            [
                element("h3", image_title(self.role)),
                element("p", words, class_="note"),
                element("div", self._slice(largest, window, NO_VALUES, {}), class_="pictures"),
            ]
        )

    def _maxima(self) -> tuple[dict[str, float], str]:
        """The highest uptake of each lesion that was measured, and what it is called."""
        if self.uptake is None:
            return {}, ""
        scale = self.uptake.scale
        title = ("SULmax" if scale.quantity in SUL else "SUVmax") if scale.is_suv else "highest uptake, a.u."
        found = {one.id: one.maximum for one in self.uptake.lesions if one.id in self.masks}
        return {i: value for i, value in found.items() if value is not None}, title

    def _pet_window(self) -> tuple[Window, str]:
        scale = self.uptake.scale if self.uptake is not None else None
        if scale is None or scale.is_suv:
            low, high = PET.window or (0.0, 1.0)
            unit = "SUL" if scale is not None and scale.quantity in SUL else "SUV"
        else:
            (low, high), unit = (0.0, max(float(np.nanmax(self.image.values)), 1e-6)), "a.u."
        return Window(low, high, PET.name, is_inverted=True), unit

    def _hottest(self, values: Mapping[str, float]) -> str:
        largest = max(self.masks, key=lambda i: np.count_nonzero(self.masks[i].values))
        return max(values, key=lambda i: values[i]) if values else largest

    def _projection(self, window: Window, scale: ValueScale, values: Mapping[str, float]) -> Markup:
        """The coronal maximum-intensity projection."""
        box = self.image.box
        middle = (box.start[CORONAL.across] + box.stop[CORONAL.across]) // 2
        offset = tuple(middle if axis == CORONAL.across else at for axis, at in enumerate(box.start))
        highest = np.nanmax(self.image.values, axis=CORONAL.across, keepdims=True)
        image = Image(highest, self.image.lattice, (offset[0], offset[1], offset[2]))
        view = _whole(image, CORONAL.across, middle)
        outlines = [
            colored_outline(projection_path(mask, view), scale.rgb(values.get(i)), "lesion")
            for i, mask in self.masks.items()
        ]
        title = f"Coronal maximum-intensity projection of the {image_title(self.role)} with all lesions"
        picture = slice_picture(image, view, outlines, title, window)
        caption = element("figcaption", "Coronal, the maximum from front to back")
        return element("figure", picture, caption, class_="inverted")

    def _slice(
        self, lesion_id: str, window: Window, scale: ValueScale, values: Mapping[str, float]
    ) -> Markup:
        """The axial slice where a lesion is largest, of the whole body."""
        mask = self.masks[lesion_id]
        at = int(middle_of_largest(mask, AXIAL)[AXIAL.across])
        view = _whole(self.image, AXIAL.across, at)
        outlines = [
            colored_outline(outline_path(one, view), scale.rgb(values.get(i)), "lesion")
            for i, one in self.masks.items()
        ]
        name = self.names[lesion_id]
        title = f"Axial {image_title(self.role)} slice at {view.place_words} through {name}"
        picture = slice_picture(self.image, view, outlines, title, window)
        caption = element("figcaption", f"Axial, {view.place_words}, through {name}")
        return element("figure", picture, caption, class_="inverted" if window.is_inverted else None)


def _on_image(lesions: Sequence[Lesion], image: Image, study: Study, role: str) -> dict[str, Image]:
    carried = carried_lesions(lesions, image.lattice, study.to_main.get(role))
    return {lesion.id: lesion.mask for lesion, _findings in carried if lesion.mask.values.any()}


def _whole(image: Image, across: int, at: int) -> View:
    """The window that holds all of an image."""
    plane = CORONAL if across == CORONAL.across else AXIAL
    box = Box.whole(image.lattice.shape)
    centre = [(box.start[axis] + box.stop[axis] - 1) / 2 for axis in (plane.down, plane.right)]
    sides = [image.lattice.shape[axis] * image.lattice.spacing[axis] for axis in (plane.down, plane.right)]
    return View(image.lattice, plane, at, (centre[0], centre[1]), max(sides))


def _scale_key(scale: ValueScale, title: str) -> Markup:
    """The colors of the outlines, with what they mean at both ends."""
    steps = [scale.low + (scale.high - scale.low) * step / 8 for step in range(9)]
    colors = ", ".join(scale.hex(value) for value in steps)
    bar = element("i", class_="gradient", style=f"background:linear-gradient(90deg, {colors})")
    text = f"Outlines of the lesions in the color of {title}: {scale.low:.4g}"
    return element("div", element("span", text), bar, element("span", f"{scale.high:.4g}"), class_="key")
