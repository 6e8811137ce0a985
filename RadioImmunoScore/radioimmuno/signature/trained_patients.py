"""Which patients a signature was trained on, as hashes: enough to notice them in a table, no list of names.

A hash hides an identifier from a glance, not from who tries all that are possible: identifiers in a table
that trains a signature should be pseudonyms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

# Of the signature's `training`: the hashes, and what they were made with.
HASHES, SALT = "patient_hashes", "patient_salt"
DIGITS = 16


def patients_record(patients: Iterable[str], salt: str) -> dict[str, Any]:
    """What a signature's `training` holds of its patients.

    Parameters
    ----------
    patients : iterable of str
    salt : str
        Goes into every hash; another one for every signature.

    Returns
    -------
    dict of str to Any
        The hashes sorted, so that they do not give away an order.
    """
    return {SALT: salt, HASHES: sorted({_hash(patient, salt) for patient in patients})}


def trained_on(training: Mapping[str, Any], patients: np.ndarray) -> np.ndarray:
    """Whether each row's patient is one of the training.

    Parameters
    ----------
    training : mapping of str to Any
        Of a signature.
    patients : ndarray of str, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n,)
        False everywhere where the signature does not say on whom it was trained.

    Examples
    --------
    >>> trained_on(patients_record(["P1", "P2"], "s"), np.array(["P2", " p2", "P3"])).tolist()
    [True, True, False]
    """
    hashes, salt = training.get(HASHES), training.get(SALT)
    if not isinstance(hashes, list) or not isinstance(salt, str):
        return np.zeros(len(patients), bool)
    known = set(map(str, hashes))
    return np.array([_hash(str(patient), salt) in known for patient in patients], bool)


def _hash(patient: str, salt: str) -> str:
    # Blanks and case differ between exports of the same hospital.
    same = "".join(patient.split()).casefold()
    return hashlib.sha256(f"{salt}\n{same}".encode()).hexdigest()[:DIGITS]
