"""Findings on model files and their cards."""

from __future__ import annotations

from .row import LESION_REFUSED, NOT_DONE, WARNED, Row

MODEL_REFUSED = "The model is refused before it is opened; nothing is measured with it."
ASK_AUTHOR = (
    "Ask the author of the model for a file that fits, or export it again (Resources/Docs/Learned.md)."
)

ROWS = {
    "learned.no_library": Row(
        "Learned features need onnxruntime, which is not installed.",
        NOT_DONE,
        "Model files are run by onnxruntime alone.",
        'Install it: `pip install "radioimmuno[onnx]"`; in Slicer `slicer.util.pip_install("onnxruntime")`.',
    ),
    "learned.not_given": Row(
        "The signature needs values of a model that was not given.",
        LESION_REFUSED,
        "A term without its value leaves the score undefined.",
        "Give the card of the model: `--model CARD.json`.",
    ),
    "learned.unreadable": Row(
        "A model file or its card cannot be read.",
        NOT_DONE,
        "Features of another model would be other features.",
        "Check the paths: the model lies beside its card, under the name that the card gives.",
    ),
    "learned.card": Row(
        "A model card does not have its form.",
        "The card is refused whole.",
        "A guessed window, spacing or channel would give other values than the model was trained for.",
        "Correct the field that the message names; Resources/Docs/Learned.md describes each.",
    ),
    "learned.role": Row(
        "A model card asks for an image that is none of CT, PET and MR.",
        "The card is refused whole.",
        "A model measures what it was trained on.",
        "Give input.role as `ct`, `pet`, `mr` or, for one of several, as `mr_t1`.",
    ),
    "learned.sha256": Row(
        "The model file is not the one that the card describes.",
        MODEL_REFUSED,
        "With one other byte a model gives other values.",
        "Take the model file that came with the card, or the card that came with the model file.",
    ),
    "learned.too_large": Row(
        "A model file, or what it is made of, is larger than is read.",
        MODEL_REFUSED,
        "What is read before it is checked must be small enough to be read.",
        ASK_AUTHOR,
    ),
    "learned.damaged": Row(
        "The model file is no ONNX file, or a damaged one.",
        MODEL_REFUSED,
        "A runtime that is given a damaged file may fail in any way.",
        "Copy the model file again; check its SHA-256 against the author's.",
    ),
    "learned.opset": Row(
        "The model does not say in which version of ONNX it is written, or in one that is not known here.",
        MODEL_REFUSED,
        "What an operator does depends on the version.",
        "Export the model again with an operator set from 7 to 28 (opset), or update onnxruntime.",
    ),
    "learned.external": Row(
        "The model wants to read or write files.",
        MODEL_REFUSED,
        "Its SHA-256 would not cover them, and a path could be any on the computer.",
        "Export the model with its weights inside of the file.",
    ),
    "learned.operator": Row(
        "The model has parts that are not run: operators not of ONNX, random ones, loops, functions.",
        MODEL_REFUSED,
        "The same lesion must give the same values everywhere, in a time that can be foreseen.",
        "Export the model for inference, with standard operators alone.",
    ),
    "learned.shape": Row(
        "The model's inputs and outputs are not those of its card.",
        MODEL_REFUSED,
        "A model that is given another crop than it was trained on measures something else.",
        "Correct the card, or take the model that it describes.",
    ),
    "learned.not_opened": Row(
        "onnxruntime does not open the model.",
        NOT_DONE,
        "Operators and shapes inside of it do not fit together, or are newer than onnxruntime.",
        "Update onnxruntime; check the model with its author.",
    ),
    "learned.failed": Row(
        "The model could not be run on a lesion.",
        LESION_REFUSED,
        "A value that was not computed is none.",
        "Check the model with its author: the message is onnxruntime's.",
    ),
    "learned.non_finite": Row(
        "The model gave values that are not numbers.",
        LESION_REFUSED,
        "A score of what is not a number is none.",
        "Look at the lesion: the image may be damaged there, or unlike what the model was trained on.",
    ),
    "learned.length": Row(
        "The model gave another number of values than its card says.",
        LESION_REFUSED,
        "It is not known which value is which.",
        "Correct output.length of the card, or take the model that it describes.",
    ),
    "learned.no_measurement": Row(
        "Voxels of the lesion hold no measurement.",
        "Above 5 % of the lesion, or where a value is not a number, the lesion is refused; above 0.1 % it is "
        "measured with a warning.",
        "The model sees a filling value there.",
        "Export the image again.",
    ),
    "learned.crop_too_small": Row(
        "The lesion is larger than the crop that the model sees.",
        WARNED,
        "What lies outside has no part in the values.",
        "Look at the score with care; a model with a larger crop would see all of the lesion.",
    ),
    "learned.crop_outside": Row(
        "Much of the crop that the model sees lies outside of the image.",
        WARNED,
        "The model sees a filling value there.",
        "Take an image that shows more of what is around the lesion.",
    ),
    "learned.crop_empty": Row(
        "Nothing of the lesion is left in the crop that the model sees.",
        LESION_REFUSED,
        "The model would measure something else.",
        "Check the lesion: it is thinner than a voxel of the crop, or in pieces that are far apart.",
    ),
}
