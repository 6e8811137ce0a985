"""The two pictures of a scored patient: axial slices through all lesions, and the body in 3D."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from radioimmuno.naming import lesion_names
from radioimmuno.report.view import AXIAL, position_words
from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.color_scale import Rgb, color_scale
from radioimmuno.signature.signature import Signature

from .labels import Label, drawLabels
from .pictures import WHITE, drawText, textImage
from .spots import Spot
from .views import SliceView, ThreeDView

PANEL_PX = 640
LEGEND_PX = 200
MARGIN_PX = 10
TEXT_PX = 15
TITLE_PX = 19
AMBER: Rgb = (1.0, 0.78, 0.35)
DIM: Rgb = (0.62, 0.66, 0.72)


@dataclass(frozen=True, eq=False)
class LabelledPicture:
    """A picture and, by lesion ID, the row and column where each lesion is seen in it."""

    picture: np.ndarray
    places: Mapping[str, tuple[int, int]]


class Painter:
    """What both pictures need to know of the patient: names, scores, colors, and the words around them."""

    def __init__(self, patientScore: PatientScore, signature: Signature) -> None:
        self._lesions = {lesion.id: lesion for lesion in patientScore.lesions}
        self._names = lesion_names(patientScore.lesions)
        self._scale = color_scale(signature)
        self._signature = signature

    def label(self, spotID: str, row: int, column: int, radius: int) -> Label:
        """The lesion's name and score in a light tone of its color."""
        lesion = self._lesions[spotID]
        score = "not scored" if lesion.score is None else f"{lesion.score:.2f}"
        color = tuple(0.45 * channel + 0.55 for channel in self._scale.rgb(lesion.score))
        return Label(textImage(f"{self._names[spotID]}  {score}", TEXT_PX, color), row, column, radius)

    def framed(self, picture: np.ndarray) -> tuple[np.ndarray, int]:
        """The picture between a title and the signature's notice; and by how much it moved down."""
        title = textImage(f"{self._signature.name}: {self._signature.predicts}", TITLE_PX)
        color = AMBER if self._signature.is_demonstration else DIM
        notice = textImage(self._signature.notice, TEXT_PX, color)
        above, below = (stamp.shape[0] + 2 * MARGIN_PX for stamp in (title, notice))
        framed = np.pad(picture, ((above, below), (0, 0), (0, 0)))
        drawText(framed, title, MARGIN_PX, MARGIN_PX)
        drawText(framed, notice, framed.shape[0] - below + MARGIN_PX, MARGIN_PX)
        return framed, above


def axialPicture(
    view: SliceView, slices: Sequence[float], spots: Sequence[Spot], legendNode: Any, painter: Painter
) -> LabelledPicture:
    """A panel for each slice, the legend beside them.

    Parameters
    ----------
    view : SliceView
        An axial view that shows the CT; its size is that of a panel.
    slices : sequence of float, mm
        Superior positions in mm.
    spots : sequence of Spot
        All lesions.
    legendNode : vtkMRMLColorLegendDisplayNode
        The scores' legend, as shown in the view.
    """
    width, height = view.size
    columns = math.ceil(math.sqrt(len(slices)))
    rows = math.ceil(len(slices) / columns)
    canvas = np.zeros((rows * height, columns * width + LEGEND_PX, 3), np.uint8)
    places: dict[str, tuple[int, int]] = {}
    legendNode.SetVisibility(False)
    for n, superior in enumerate(slices):
        top, left = n // columns * height, n % columns * width
        panel = _panel(view, superior, [spot for spot in spots if spot.isCutAt(superior)], painter)
        canvas[top : top + height, left : left + width] = panel.picture
        for spot in spots:
            if spot.id not in places and spot.isSeenAt(superior):
                row, column = panel.places[spot.id]
                places[spot.id] = (top + row, left + column)
    legendNode.SetVisibility(True)
    top = (canvas.shape[0] - height) // 2
    canvas[top : top + height, -LEGEND_PX:] = _legendAlone(view)[:, :LEGEND_PX]
    framed, down = painter.framed(canvas)
    return LabelledPicture(framed, _movedDown(places, down))


def threeDPicture(view: ThreeDView, spots: Sequence[Spot], painter: Painter) -> LabelledPicture:
    """The 3D view as it stands, the lesions named."""
    labelled = _labelled(view, {spot.id: spot.center for spot in spots}, spots, painter)
    framed, down = painter.framed(labelled.picture)
    return LabelledPicture(framed, _movedDown(labelled.places, down))


def _movedDown(places: Mapping[str, tuple[int, int]], pixels: int) -> dict[str, tuple[int, int]]:
    return {key: (row + pixels, column) for key, (row, column) in places.items()}


def _panel(view: SliceView, superior: float, spots: Sequence[Spot], painter: Painter) -> LabelledPicture:
    right, anterior, _ = view.center
    view.jumpTo((right, anterior, superior))
    labelled = _labelled(view, {spot.id: spot.centerAt(superior) for spot in spots}, spots, painter)
    _drawOrientation(labelled.picture, superior)
    return labelled


def _labelled(
    view: SliceView | ThreeDView, centers: Mapping[str, np.ndarray], spots: Sequence[Spot], painter: Painter
) -> LabelledPicture:
    """The view's picture with a label beside each lesion, and where the lesions' centers are in it."""
    picture = view.render()
    places, labels = {}, []
    for spot in spots:
        row, column = places[spot.id] = view.pixelOf(centers[spot.id])
        radius = max(abs(view.pixelOf(point)[1] - column) for point in spot.leftAndRight)
        labels.append(painter.label(spot.id, row, column, radius))
    drawLabels(picture, labels)
    return LabelledPicture(picture, places)


def _drawOrientation(picture: np.ndarray, superior: float) -> None:
    height, width, _ = picture.shape
    for letter, across, down in (("R", 0.0, 0.5), ("L", 1.0, 0.5), ("A", 0.5, 0.0), ("P", 0.5, 1.0)):
        stamp = textImage(letter, TEXT_PX, DIM)
        row = MARGIN_PX + round(down * (height - 2 * MARGIN_PX - stamp.shape[0]))
        column = MARGIN_PX + round(across * (width - 2 * MARGIN_PX - stamp.shape[1]))
        drawText(picture, stamp, row, column)
    position = textImage(position_words(AXIAL.senses, superior), TEXT_PX, WHITE)
    drawText(picture, position, height - MARGIN_PX - position.shape[0], MARGIN_PX)


def _legendAlone(view: SliceView) -> np.ndarray:
    """The view where there is neither CT nor lesion."""
    far = view.center - (0.0, 0.0, 1e5)
    view.jumpTo(far)
    return view.render()
