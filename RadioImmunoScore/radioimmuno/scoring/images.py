"""Whether a study has the images that a signature measures: asked before anything is measured."""

from __future__ import annotations

from ..extraction.asked_suv import other_suv
from ..extraction.extract import missing_image
from ..findings import InputError
from ..signature.signature import Signature
from ..signature.variables import variable_of
from ..study import Study


def roles_of(signature: Signature) -> tuple[str, ...]:
    """The images that a signature measures, by role, in the order of its terms.

    Parameters
    ----------
    signature : Signature

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> from radioimmuno.signature.signature import default_signature
    >>> roles_of(default_signature())
    ('ct',)
    """
    variables = [variable_of(variable_of(name).changing or name) for name in signature.variables]
    learned = [card.role for card in signature.models]
    return tuple(dict.fromkeys([*(one.image for one in variables if one.image), *learned]))


def check_images(signature: Signature, study: Study) -> None:
    """Refuse a study without an image that the signature measures.

    Parameters
    ----------
    signature : Signature
    study : Study

    Raises
    ------
    InputError
        `ct.not_ct`, `study.image_missing` or `pet.other_suv`; the text says what to do.
    """
    for role in roles_of(signature):
        is_there = role in study.images
        finding = other_suv(study, role, signature.settings) if is_there else missing_image(role, study)
        if finding is not None:
            text = f"The signature {signature.name!r} cannot score this. {finding.text}"
            raise InputError(finding.code, text)
