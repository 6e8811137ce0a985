"""The options that name images beside the CT, or another image than a CT."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.settings import IMAGE_KINDS, IMAGE_ROLE, SUV_KINDS

from .paths import Input, InputOfMany

if TYPE_CHECKING:
    from radioimmuno.io.images_beside import ImageFile

PET, MR = "pet", "mr"
NONE = "-"
SUV_HELP = (
    "which SUV is made of a DICOM PET, or which one another file holds: by body weight (bw), lean body mass "
    "(lbm, by Janmahasatian; james; morgan), body surface (bsa), ideal mass (default: as the signature or "
    "the settings say, else bw)"
)
TRANSFORM_HELP = (
    "where an image lies in another frame of reference: a transform (ITK) that takes its points to the CT's, "
    "as mr_t1=to_ct.tfm; mr_t1=identity where both lie in the same place all the same"
)


def add_modality(parser: argparse.ArgumentParser) -> None:
    """The option that says what kind of image the first argument is."""
    parser.add_argument(
        "--modality",
        choices=IMAGE_KINDS,
        help="what kind of image lesions are measured on (default: what DICOM says, else ct)",
    )


def add_images(parser: argparse.ArgumentParser) -> None:
    """The options that name images beside the one that lesions were drawn on, and how they are read."""
    parser.add_argument(
        "--pet",
        metavar="[NAME=]PET",
        type=image,
        action=ImageInput,
        kind=PET,
        default=[],
        help="PET of the same study: a file in SUV or a DICOM folder, in the same frame of reference. With a "
        "NAME it is pet_NAME in variables; may be given several times",
    )
    parser.add_argument(
        "--mr",
        metavar="[NAME=]MR",
        type=image,
        action=ImageInput,
        kind=MR,
        default=[],
        help="MR of the same study, as t1=FOLDER (mr_t1 in variables) or FOLDER (mr); may be repeated",
    )
    parser.add_argument(
        "--image-series",
        metavar="ROLE=UID",
        action=OfImage,
        default=[],
        help="which series of the DICOM folder of an image beside the CT, as pet=1.2.3 or mr_t1=1.2.4",
    )
    parser.add_argument(
        "--transform", metavar="ROLE=FILE", action=TransformOfImage, default=[], help=TRANSFORM_HELP
    )
    parser.add_argument(
        "--suv",
        choices=SUV_KINDS,
        help=SUV_HELP,
    )


def add_models(parser: argparse.ArgumentParser) -> None:
    """The option that names outside models by their cards."""
    parser.add_argument(
        "--model",
        metavar="CARD.json",
        type=Path,
        action=InputOfMany,
        default=[],
        help="card of an outside model (ONNX) whose values are wanted, or are terms of the signature; may be "
        "repeated (Resources/Docs/Learned.md)",
    )


class ImageInput(Input):
    """An option that names images of a kind: role and path come to those before, and the path to the inputs.

    Parameters
    ----------
    kind : str
        One of `IMAGE_KINDS`.
    of_studies : bool
        Whether it is named for one study after the other, `-` where there is none; else once.
    """

    def __init__(self, *arguments: Any, kind: str = "", of_studies: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._kind, self._of_studies = kind, of_studies

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the image beside the others of its kind."""
        name, path = values
        role = f"{self._kind}_{name}" if name else self._kind
        if IMAGE_ROLE.fullmatch(role) is None:
            parser.error(f"{option_string} {name}=...: a name has small letters and digits, as t1")
        before = getattr(namespace, self.dest)
        if role in dict(before) and not self._of_studies:
            parser.error(f"{option_string} is given twice for {role}: name each, as first=... and second=...")
        given = None if self._of_studies and path == NONE else Path(path)
        super().__call__(parser, namespace, given, option_string)
        setattr(namespace, self.dest, [*before, (role, given)])


class OfImage(argparse.Action):
    """An option that says something of an image beside the CT, `ROLE=VALUE`: it comes to those before.

    Parameters
    ----------
    of_studies : bool
        Whether it is named for one study after the other, `ROLE=-` where there is nothing to say; else once.
    """

    def __init__(self, *arguments: Any, of_studies: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._of_studies = of_studies

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store role and value beside the others."""
        role, sign, value = values.partition("=")
        if not (sign and value and IMAGE_ROLE.fullmatch(role)):
            parser.error(
                f"{option_string} {values}: name the image, as {option_string} pet={value or values}"
            )
        before = getattr(namespace, self.dest)
        if role in dict(before) and not self._of_studies:
            parser.error(f"{option_string} is given twice for {role}")
        setattr(namespace, self.dest, [*before, (role, value)])


class TransformOfImage(OfImage):
    """The transform of an image, which is an input where it is a file."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store role and file beside the others, and the file as an input."""
        super().__call__(parser, namespace, values, option_string)
        from radioimmuno.io.images_beside import IDENTITY

        _, value = getattr(namespace, self.dest)[-1]
        if value not in (IDENTITY, NONE):
            namespace.inputs = (*namespace.inputs, Path(value))


def image(text: str) -> tuple[str, str]:
    """Name and path of `[NAME=]PATH`; a path that is there is no name, whatever signs it has."""
    name, sign, path = text.partition("=")
    if not sign or Path(text).exists():
        return "", text
    return name, path


def image_files(arguments: argparse.Namespace) -> tuple[ImageFile, ...]:
    """The images beside the main one that `add_images` asks for.

    Raises
    ------
    Failure
        When a series or a transform is named of an image that is not given.
    """
    from radioimmuno.io.images_beside import ImageFile

    from .exit_status import Failure

    series, transforms = dict(arguments.image_series), dict(arguments.transform)
    found = [*arguments.pet, *arguments.mr]
    for option, named in (("--image-series", series), ("--transform", transforms)):
        if strange := named.keys() - dict(found).keys():
            raise Failure(f"{option} {min(strange)}=...: there is no image of this name")
    return tuple(ImageFile(role, path, series.get(role), transforms.get(role, "")) for role, path in found)
