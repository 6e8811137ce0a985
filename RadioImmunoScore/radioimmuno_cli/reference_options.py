"""The option that names reference regions: what the uptake of lesions is compared with."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radioimmuno.io.reference_regions import ReferenceRegion


def add_references(parser: argparse.ArgumentParser) -> None:
    """The option that names reference regions; they come into `references`."""
    parser.add_argument(
        "--reference",
        metavar="NAME[=WHERE]",
        action=Reference,
        default=[],
        dest="references",
        help="a reference region, as liver or muscle=muscle.nii.gz; may be given several times"
        " (radioimmuno uptake --help)",
    )


class Reference(argparse.Action):
    """`NAME`, `NAME=ROI`, `NAME=FILE` or `NAME=FILE:ROI`; a file is an input.

    Parameters
    ----------
    of_studies : bool
        Whether it may be named for one study after the other; else once.
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
        """Add the region to the others."""
        try:
            region = reference_region(values)
        except ValueError as problem:
            raise argparse.ArgumentError(self, str(problem)) from None
        known = getattr(namespace, self.dest)
        if not self._of_studies and any(one.name == region.name for one in known):
            raise argparse.ArgumentError(self, f"the reference region {region.name} is given twice")
        if region.path is not None:
            namespace.inputs = (*namespace.inputs, region.path)
        setattr(namespace, self.dest, [*known, region])


def reference_region(text: str) -> ReferenceRegion:
    """The reference region that a person names.

    What stands behind the sign is a file where there is one, else a file and a structure in it, else a
    structure among the lesions.

    Parameters
    ----------
    text : str
        As of `Reference`.

    Raises
    ------
    ValueError
        With words for a name that none can have.
    """
    from radioimmuno.io.reference_regions import ReferenceRegion
    from radioimmuno.pet.reference import NAME, ROLES

    name, sign, where = text.partition("=")
    if not NAME.fullmatch(name) or (sign and not where):
        known = ", ".join(ROLES)
        raise ValueError(
            f"{text!r} is not NAME or NAME=WHERE; NAME is one of {known}, or another one in lower case "
            "(letters, digits, _)"
        )
    if not where or Path(where).exists():
        return ReferenceRegion(name, Path(where) if where else None)
    file, colon, roi = where.rpartition(":")
    if colon and roi and Path(file).exists():
        return ReferenceRegion(name, Path(file), roi)
    return ReferenceRegion(name, None, where)
