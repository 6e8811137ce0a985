"""The adapter between the MRML scene and `radioimmuno`: volume and segmentation in, scores in color out.

Uses only what Slicer 5.8 offers too. All of it belongs on the main thread; what `readImage` and `readLesions`
give back are plain arrays that a worker may have.
"""

from .reading import SegmentationReading, readImage, readLesions, readVoxels, shapeFindings
from .segment_properties import restoreColors, setIrradiated, setSite
from .showing import SceneResult, clearScores, hideOthers, jumpToLesion, paintScores, showScores

__all__ = [
    "SceneResult",
    "SegmentationReading",
    "clearScores",
    "hideOthers",
    "jumpToLesion",
    "paintScores",
    "readImage",
    "readLesions",
    "readVoxels",
    "restoreColors",
    "setIrradiated",
    "setSite",
    "shapeFindings",
    "showScores",
]
