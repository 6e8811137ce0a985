"""Findings on the images of a study beside the one that lesions were drawn on."""

from __future__ import annotations

from ..thresholds import IMAGES_APART_DAYS
from .row import NOT_DONE, Row

ROWS = {
    "study.image_missing": Row(
        "Something is to be measured on an image that the study does not have.",
        "What is measured on other images is kept; a score that needs the image is refused.",
        "A score without one of its terms is another score.",
        "Add the image (`--pet`, `--mr`; in Slicer under *Inputs*), or take another signature.",
    ),
    "study.image_twice": Row(
        "Two images of a study have the same role.",
        NOT_DONE,
        "What is measured on one would be taken for the other.",
        "Give one of them a name of its own (`--pet late=FILE` is `pet_late`).",
    ),
    "study.several_images": Row(
        "Several images beside the CT could be meant, and none was taken.",
        "What would be measured on them is missing, with a warning.",
        "Which one belongs to the lesions nobody but you can say.",
        "Name the one that is meant (`--pet`, `--mr`).",
    ),
    "study.dates": Row(
        f"An image beside the CT was made more than {IMAGES_APART_DAYS} days before or after it.",
        "It is measured, with a warning.",
        "Lesions grow and shrink in that time: the place of one on the CT is not its place there, and the "
        "values are those of another day.",
        "Take images of one visit; follow lesions over several by `follow-up`.",
    ),
    "study.frame_of_reference": Row(
        "An image beside the CT lies in another frame of reference.",
        NOT_DONE,
        "Places of two frames of reference cannot be compared: a lesion would be looked for elsewhere.",
        "Register the image and give the transform (`--transform ROLE=FILE`), resample it onto the CT, or "
        "say that both lie in the same place (`--transform ROLE=identity`).",
    ),
    "study.transform": Row(
        "A transform cannot be read.",
        NOT_DONE,
        "Without it the place of an image is not known.",
        "Save it as ITK does: .tfm, .h5 or .txt.",
    ),
    "study.image_unreadable": Row(
        "A volume beside the CT holds no voxels of one value each.",
        "What is measured on it is refused.",
        "Colors and vectors are no intensities.",
        "Select another volume.",
    ),
}
