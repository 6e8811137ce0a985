"""What a person gives beside images: values of the patient or of single lesions, and the batch of ComBat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..findings import InputError
from ..lesion import Lesion
from ..numbers import is_number
from ..signature.signature import Signature
from ..signature.variables import CLINICAL
from ..study import Study

Clinical = Mapping[str, float | Mapping[str, float]]


def with_given(
    study: Study, signature: Signature, clinical: Clinical | None = None, batch: str = ""
) -> Study:
    """The study with what a person gives for a signature; it is recorded among the study's inputs.

    Parameters
    ----------
    study : Study
    signature : Signature
        Its `clinical` and `batches` are what can be given.
    clinical : mapping of str to float or to mapping of str to float, optional
        Name of a value -> the patient's value; name or identifier of a lesion -> values of that lesion, which
        count more than the patient's.
    batch : str, optional
        Scanner or center of the CT.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        `clinical.invalid` for a value that the signature has no use for or that is no number, and for a
        lesion that there is not; `combat.unseen_batch` for a batch that is none of the signature's.
    """
    check_batch(signature, batch)
    given = dict(clinical or {})
    of_lesions = {name: values for name, values in given.items() if isinstance(values, Mapping)}
    of_patient = _checked({n: value for n, value in given.items() if n not in of_lesions}, signature)
    own = {_lesion(study, name).id: _checked(values, signature) for name, values in of_lesions.items()}
    lesions = tuple(
        replace(one, clinical={**of_patient, **one.clinical, **own.get(one.id, {})})
        if of_patient or one.id in own
        else one
        for one in study.lesions
    )
    inputs = dict(study.inputs)
    if of_patient:
        inputs["clinical"] = of_patient
    if own:
        inputs["clinical_of_lesions"] = own
    acquisition = replace(study.acquisition, batch=batch)
    return replace(study, lesions=lesions, acquisition=acquisition, inputs=inputs)


def check_batch(signature: Signature, batch: str) -> None:
    """Refuse a batch that is none of the signature's; none at all is a finding of each lesion.

    Parameters
    ----------
    signature : Signature
    batch : str
        Empty where none is named.

    Raises
    ------
    InputError
        `combat.unseen_batch`; the text names those that are known.
    """
    known = signature.batches
    if not batch or batch in known:
        return
    if not known:
        text = f"The signature was trained without ComBat: the batch {batch} means nothing to it."
    else:
        text = f"The batch {batch} was not in the signature's training; known are {', '.join(known)}."
    raise InputError("combat.unseen_batch", text)


def check_clinical(signature: Signature, clinical: Mapping[str, float]) -> None:
    """Refuse values of the patient that the signature has no use for, before anything is read.

    Parameters
    ----------
    signature : Signature
    clinical : mapping of str to float

    Raises
    ------
    InputError
        `clinical.invalid`.
    """
    _checked(clinical, signature)


def number_in(name: str, text: str) -> float:
    """The number that a person wrote.

    Parameters
    ----------
    name : str
        Of the value, for the message.
    text : str

    Returns
    -------
    float

    Raises
    ------
    InputError
        `clinical.invalid` when it is none.

    Examples
    --------
    >>> number_in("pdl1", " 40 ")
    40.0
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not is_number(value):
        words = f"{text.strip()!r} is no number, and {name} has to be one (with a decimal point, as 0.5)."
        raise InputError("clinical.invalid", words)
    return value


def _checked(values: Mapping[str, Any], signature: Signature) -> dict[str, float]:
    found = {}
    for key, value in values.items():
        name = str(key).removeprefix(CLINICAL)
        if name not in signature.clinical:
            needs = ", ".join(signature.clinical) or "none"
            text = f"The signature has no use for {name!r}. Values that it needs of the patient: {needs}."
            raise InputError("clinical.invalid", text)
        if not is_number(value):
            raise InputError("clinical.invalid", f"{name} is {value!r}, and has to be a number.")
        found[name] = float(value)
    return found


def _lesion(study: Study, name: str) -> Lesion:
    matches = [one for one in study.lesions if one.id == name] or [
        one for one in study.lesions if one.name == name
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        text = f"{len(matches)} lesions are called {name!r}: name one by its identifier."
    else:
        text = f"There is no lesion {name!r}; there are: {', '.join(one.name for one in study.lesions)}."
    raise InputError("clinical.invalid", text)
