"""Slicer's matrices and extents (RAS, i j k) and radioimmuno's lattices (LPS, k j i)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import get_vtk_array_type, numpy_to_vtk, vtk_to_numpy

from radioimmuno.geometry.image import Lattice

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])

# A parent transform counts as rigid when no length changes by more than about this share.
RIGID_TOLERANCE = 1e-5


def latticeFromIjkToRas(ijkToRas: np.ndarray, extent: Sequence[int]) -> Lattice:
    """The lattice of an image.

    Parameters
    ----------
    ijkToRas : ndarray of float, shape (4, 4)
        (4, 4), index (i, j, k) to RAS mm.
    extent : sequence of int
        (i min, i max, j min, j max, k min, k max), as VTK has it: both ends included.
    """
    ijkToLps = RAS_TO_LPS @ ijkToRas
    steps = ijkToLps[:3, 2::-1]
    spacing = np.linalg.norm(steps, axis=0)
    ni, nj, nk = (max(0, high - low + 1) for low, high in zip(extent[::2], extent[1::2], strict=True))
    axes = [tuple(axis) for axis in (steps / spacing).T.tolist()]
    return Lattice(
        shape=(nk, nj, ni),
        spacing=tuple(spacing.tolist()),
        origin=tuple((ijkToLps @ [*extent[::2], 1.0])[:3].tolist()),
        axes=(axes[0], axes[1], axes[2]),
    )


def ijkToRasFromLattice(lattice: Lattice) -> vtk.vtkMatrix4x4:
    """The matrix from index (i, j, k) to RAS mm of a lattice."""
    ijkToLps = np.eye(4)
    ijkToLps[:3, :3] = lattice.index_to_lps[:, ::-1]
    ijkToLps[:3, 3] = lattice.origin
    return slicer.util.vtkMatrixFromArray(RAS_TO_LPS @ ijkToLps)


def volumeLattice(volumeNode: Any) -> Lattice:
    """A volume node's lattice in its own frame, below its parent transform."""
    ijkToRas = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(ijkToRas)
    return latticeFromIjkToRas(
        slicer.util.arrayFromVTKMatrix(ijkToRas), volumeNode.GetImageData().GetExtent()
    )


def orientedImage(values: np.ndarray, lattice: Lattice) -> Any:
    """A vtkOrientedImageData with a copy of `values` (k, j, i) on a lattice of the same shape."""
    image = slicer.vtkOrientedImageData()
    image.SetDimensions(*values.shape[::-1])
    image.AllocateScalars(get_vtk_array_type(values.dtype), 1)
    scalarsOf(image)[...] = values
    image.SetImageToWorldMatrix(ijkToRasFromLattice(lattice))
    return image


def imageToWorld(image: Any) -> np.ndarray:
    """The (4, 4) matrix of a vtkOrientedImageData from index (i, j, k) to RAS mm."""
    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def scalarsOf(image: Any) -> np.ndarray:
    """The voxels of a vtkImageData as a view, (k, j, i); of no size where it has none."""
    scalars = image.GetPointData().GetScalars()
    shape = image.GetDimensions()[::-1]
    return (
        np.zeros((0, 0, 0), np.uint8)
        if scalars is None or 0 in shape
        else vtk_to_numpy(scalars).reshape(shape)
    )


def transformBetween(parent: Any, otherParent: Any) -> vtk.vtkGeneralTransform:
    """The transform in RAS from below one transform node to below another; None is the world."""
    transform = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(parent, otherParent, transform)
    return transform


def pointMap(transform: vtk.vtkGeneralTransform) -> Callable[[np.ndarray], np.ndarray]:
    """A transform in RAS as a map of points in LPS mm, of a copy: for any thread.

    Returns
    -------
    callable
        Gets and gives ndarray of float, shape (n, 3).
    """
    copy = vtk.vtkGeneralTransform()
    copy.DeepCopy(transform)
    copy.Update()
    signs = np.diag(RAS_TO_LPS)[:3]

    def mapped(points: np.ndarray) -> np.ndarray:
        before, after = vtk.vtkPoints(), vtk.vtkPoints()
        before.SetData(numpy_to_vtk(np.ascontiguousarray(points * signs, dtype=np.float64), deep=True))
        after.SetDataTypeToDouble()
        copy.TransformPoints(before, after)
        return np.array(vtk_to_numpy(after.GetData()) * signs)

    return mapped


def linearPart(transform: vtk.vtkGeneralTransform) -> np.ndarray | None:
    """The (4, 4) matrix of a transform, or None when it bends."""
    linear = vtk.vtkTransform()
    if not slicer.vtkMRMLTransformNode.IsGeneralTransformLinear(transform, linear):
        return None
    return slicer.util.arrayFromVTKMatrix(linear.GetMatrix())


def isRigid(matrix: np.ndarray) -> bool:
    """Whether a (4, 4) transform leaves all lengths as they are: it turns, moves or mirrors."""
    linear = matrix[:3, :3]
    return bool(np.abs(linear.T @ linear - np.eye(3)).max() < 2 * RIGID_TOLERANCE)
