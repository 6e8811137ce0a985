"""The options of `radioimmuno follow-up` that name images and reference regions of each study."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from radioimmuno.findings import InputError
from radioimmuno.settings import SUV_KINDS

from .image_options import (
    MR,
    NONE,
    PET,
    SUV_HELP,
    TRANSFORM_HELP,
    ImageInput,
    OfImage,
    TransformOfImage,
    image,
)
from .reference_options import Reference

if TYPE_CHECKING:
    from radioimmuno.findings import Finding
    from radioimmuno.io.images_beside import ImageFile
    from radioimmuno.io.reference_regions import ReferenceRegion

CODE = "followup.study"


def add_study_images(parser: argparse.ArgumentParser) -> None:
    """The options that name images beside the CT of each study, and reference regions on them."""
    for option, kind, example in (("--pet", PET, "PET"), ("--mr", MR, "MR")):
        parser.add_argument(
            option,
            metavar=f"[NAME=]{example}",
            type=image,
            action=ImageInput,
            kind=kind,
            of_studies=True,
            default=[],
            help=f"{example} of a study: once for each study, in their order, {NONE} where there is none "
            f"(default: one that lies in the study's folder beside the CT)",
        )
    for option, action, metavar, text in (
        ("--image-series", OfImage, "ROLE=UID", "which series of the DICOM folder of an image, as pet=1.2.3"),
        ("--transform", TransformOfImage, "ROLE=FILE", TRANSFORM_HELP),
    ):
        parser.add_argument(
            option,
            metavar=metavar,
            action=action,
            of_studies=True,
            default=[],
            help=f"{text}; once for each study, in their order, pet={NONE} where there is nothing to say",
        )
    parser.add_argument(
        "--suv",
        choices=SUV_KINDS,
        help=f"{SUV_HELP}; PERCIST takes lean mass",
    )
    parser.add_argument(
        "--reference",
        metavar="NAME[=WHERE]",
        action=Reference,
        of_studies=True,
        default=[],
        dest="references",
        help="a reference region on the PET, as liver=liver.nii.gz: once for each study, in their order, or "
        "once for all where it is a structure among the lesions (default: structures that are called liver, "
        "blood pool or muscle)",
    )


def images_of_studies(
    arguments: argparse.Namespace, found: Sequence[Sequence[ImageFile]]
) -> list[tuple[ImageFile, ...]]:
    """The images beside the CT of each study.

    Parameters
    ----------
    arguments : Namespace
        `pet` and `mr`, and what `image_series` and `transform` say of these images and of those found.
    found : sequence of sequence of ImageFile
        What lies in each study's folder; it counts where none of its kind is named.

    Raises
    ------
    InputError
        `followup.study` where there are more or fewer than studies, or something is said of an image that
        a study does not have.
    """
    from radioimmuno.io.images_beside import ImageFile

    named = {PET: arguments.pet, MR: arguments.mr}
    chosen = [[one for one in own if not named[one.role.partition("_")[0]]] for own in found]
    for kind, images in named.items():
        for role in dict.fromkeys(role for role, _ in images):
            paths = [path for own, path in images if own == role]
            if len(paths) != len(found):
                text = f"--{kind} names {len(paths)} images {role} of {len(found)} studies: name one for "
                raise InputError(CODE, f"{text}each, {NONE} where there is none.")
            for study, path in zip(chosen, paths, strict=True):
                study += [] if path is None else [ImageFile(role, path)]
    series = _said_of_images("--image-series", arguments.image_series, chosen)
    transforms = _said_of_images("--transform", arguments.transform, chosen)
    return [
        tuple(
            replace(one, series=uids.get(one.role, one.series), transform=files.get(one.role, ""))
            for one in own
        )
        for own, uids, files in zip(chosen, series, transforms, strict=True)
    ]


def not_taken(arguments: argparse.Namespace, several: Mapping[str, int]) -> tuple[Finding, ...]:
    """A warning of images in a study's folder of which none was taken, as several could be meant.

    Parameters
    ----------
    arguments : Namespace
        `pet` and `mr`: where one of its kind is named, nothing was looked for.
    several : mapping of str to int
        How many there are of a role.
    """
    from radioimmuno.findings import Finding, Severity
    from radioimmuno.modality import image_title

    named = {PET: arguments.pet, MR: arguments.mr}
    left = {role: count for role, count in several.items() if not named[role.partition("_")[0]]}
    return tuple(
        Finding(
            "study.several_images",
            Severity.WARN,
            f"{count} {image_title(role)} lie beside the CT, and none was taken: name the one that is meant "
            f"(--{role.partition('_')[0]}).",
        )
        for role, count in left.items()
    )


def _said_of_images(
    option: str, given: Sequence[tuple[str, str]], studies: Sequence[Sequence[ImageFile]]
) -> list[dict[str, str]]:
    """What an option says of the images of each study, by role."""
    said: list[dict[str, str]] = [{} for _ in studies]
    for role in dict.fromkeys(role for role, _ in given):
        values = [value for own, value in given if own == role]
        if len(values) != len(studies):
            text = (
                f"{option} {role}=... is given {len(values)} times for {len(studies)} studies: give it for "
            )
            raise InputError(CODE, f"{text}each, {role}={NONE} where there is nothing to say.")
        for number, (value, images) in enumerate(zip(values, studies, strict=True)):
            if value == NONE:
                continue
            if role not in {one.role for one in images}:
                text = f"{option} {role}={value}: study {number + 1} has no image of this name."
                raise InputError(CODE, text)
            said[number][role] = value
    return said


def references_of_studies(
    regions: Sequence[ReferenceRegion], count: int
) -> list[tuple[ReferenceRegion, ...]]:
    """The reference regions of each study.

    Parameters
    ----------
    regions : sequence of ReferenceRegion
        As they were named.
    count : int
        How many studies there are.

    Raises
    ------
    InputError
        `followup.study` where a region is named neither once for all nor once for each.
    """
    studies: list[list[ReferenceRegion]] = [[] for _ in range(count)]
    for name in dict.fromkeys(region.name for region in regions):
        own = [region for region in regions if region.name == name]
        if len(own) == 1 and own[0].path is None:
            own *= count
        if len(own) != count:
            text = f"--reference {name} is named {len(own)} times for {count} studies: name it for "
            raise InputError(
                CODE, f"{text}each of them, or once for all where it is a structure among the lesions."
            )
        for study, region in zip(studies, own, strict=True):
            study.append(region)
    return [tuple(own) for own in studies]
