"""Pictures as arrays, (height, width, 3) uint8, first row on top: text on them, and PNG files of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from radioimmuno.files.atomic import replacing
from radioimmuno.files.utf8_path import spelled
from radioimmuno.signature.color_scale import Rgb

from .file_checks import pngProblem

WHITE: Rgb = (1.0, 1.0, 1.0)
DOTS_PER_INCH = 72
GROUND_OPACITY = 0.5


# Slower levels of compression save a few percent.
PNG_LEVEL = 2


def textImage(text: str, size: int, color: Rgb = WHITE) -> np.ndarray:
    """A text in Arial, (height, width, 4) uint8 with its opacity as fourth channel; `size` in pixels.

    It brings a half dark ground along, to be read on anything.
    """
    style = vtk.vtkTextProperty()
    style.SetBackgroundColor(0.0, 0.0, 0.0)
    style.SetBackgroundOpacity(GROUND_OPACITY)
    style.SetFontFamilyToArial()
    style.SetFontSize(size)
    style.SetColor(*color)
    image, extent = vtk.vtkImageData(), [0, 0]
    vtk.vtkTextRenderer.GetInstance().RenderString(style, text, image, extent, DOTS_PER_INCH)
    width, height, _ = image.GetDimensions()
    pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, 4)
    return pixels[: extent[1], : extent[0]][::-1].copy()


def drawText(picture: np.ndarray, stamp: np.ndarray, row: int, column: int) -> None:
    """Lay a `textImage` over a picture, its top left corner there; what reaches beyond is left out."""
    top, left = max(row, 0), max(column, 0)
    stamp = stamp[top - row : picture.shape[0] - row, left - column : picture.shape[1] - column]
    place = picture[top : top + stamp.shape[0], left : left + stamp.shape[1]]
    opacity = stamp[..., 3:] / 255.0
    place[...] = np.round(stamp[..., :3] * opacity + place * (1 - opacity))


def savePng(path: str | os.PathLike[str], picture: np.ndarray, texts: Mapping[str, str]) -> Path:
    """Write a picture as PNG, whole or not at all.

    Parameters
    ----------
    path : file to write
    picture : ndarray of uint8, shape (height, width, 3)
        (height, width, 3) uint8.
    texts : mapping of str to str
        Keyword -> text, kept in the file.
    """
    height, width, _ = picture.shape
    image = vtk.vtkImageData()
    image.SetDimensions(width, height, 1)
    pixels = np.ascontiguousarray(picture[::-1]).reshape(-1, 3)
    image.GetPointData().SetScalars(numpy_to_vtk(pixels, deep=True))
    writer = vtk.vtkPNGWriter()
    writer.SetCompressionLevel(PNG_LEVEL)
    for keyword, text in texts.items():
        writer.AddText(keyword, text)
    writer.SetInputData(image)
    with replacing(path, pngProblem) as unfinished, spelled(unfinished) as name:
        writer.SetFileName(name)
        writer.Write()
    return Path(path)
