"""Which patient and which study a result is of.

DICOM names a patient by an identifier that leads to the person. What is written has a pseudonym instead: the
HMAC-SHA256 of the identifier, keyed with a salt (`salt.find_salt`) and shortened to eight characters. Whoever
has the salt gets the same pseudonym for the same patient at every time point; who has not cannot go back.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

from .salt import Salt, find_salt

# Digits and capitals without 0, 1, I and O, which are mistaken for each other: 32 of them, 5 bits each.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
BITS = 5
# 40 bits: among ten thousand patients two share a pseudonym once in 22 000 times.
CHARACTERS = 8
PREFIX = "P-"

# Of an identifier that must not be shown, at most this share is shown at each end.
SHOWN_SHARE = 3

ENDINGS = (".seg.nrrd", ".nii.gz", ".nrrd", ".nhdr", ".nii", ".hdr", ".mha", ".mhd")


@dataclass(frozen=True)
class Identity:
    """What tables, reports and scenes say of the patient; what is not known is "".

    Nothing identifying stands here unless a person asked for it.

    Parameters
    ----------
    patient : str
        What a person named, else a pseudonym of the DICOM PatientID, else the name of the CT's file.
    study : str
        Date of the study (ISO 8601) from DICOM, else the name of the CT's file.
    series : str
        Description of the series.
    note : str
        What to know of the pseudonym, a sentence: that it holds for one run only.
    """

    patient: str = ""
    study: str = ""
    series: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        """The patient, the study and the series in one line."""
        parts = [f"Patient {self.patient or 'not known'}"]
        parts += [f"study {self.study}"] if self.study else []
        parts += [f"series {self.series}"] if self.series else []
        return ", ".join(parts)


UNKNOWN = Identity()


def identity_entries(identity: Identity) -> dict[str, str]:
    """What every JSON object begins with; `patient_note` stands only where there is something to note."""
    note = {"patient_note": identity.note} if identity.note else {}
    return {"patient": identity.patient, "study": identity.study, "series": identity.series} | note


@dataclass(frozen=True)
class Naming:
    """How a person wants the patient to be called.

    Parameters
    ----------
    patient : str
        The name to use; "" where none is given.
    identify : bool
        Whether PatientID and the names of DICOM files and folders may be written as they are.
    """

    patient: str = ""
    identify: bool = False


AS_PSEUDONYM = Naming()


def identity_of(
    patient_id: str,
    study_date: str,
    series_description: str,
    *,
    named: str = "",
    identify: bool = False,
    salt: Salt | None = None,
) -> Identity:
    """The identity that results get, from what a DICOM header says.

    Parameters
    ----------
    patient_id, study_date, series_description : str
        As the header has them; "" where it has none.
    named : str
        What a person calls the patient; it wins.
    identify : bool
        Whether a person asked for PatientID as it is.
    salt : Salt, optional
        Key of the pseudonym; by default this user's own (`salt.find_salt`), which is asked for only where
        a pseudonym is made.
    """
    study, series = iso_date(study_date), plain(series_description)
    known = plain(patient_id)
    if named or identify or not known:
        return Identity(plain(named) or known, study, series)
    salt = salt or find_salt()
    return Identity(pseudonym(known, salt.value), study, series, salt.note)


def identity_of_file(name: str, named: str = "") -> Identity:
    """The identity of a CT that is no DICOM: its file's name, without the ending, is patient and study."""
    ending = next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
    stem = plain(name.removesuffix(name[len(name) - len(ending) :]) if ending else name)
    return Identity(plain(named) or stem, stem)


def pseudonym(patient_id: str, salt: bytes) -> str:
    """The pseudonym of a PatientID, as `P-7K3M2Q9A`; the same for what `same_patient` takes for the same."""
    digest = hmac.new(salt, _comparable(patient_id).encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    number = int.from_bytes(digest, "big")
    places = range(CHARACTERS)
    return PREFIX + "".join(ALPHABET[number >> BITS * place & len(ALPHABET) - 1] for place in places)


def same_patient(one: str, other: str) -> bool:
    """Whether two PatientIDs can be one patient's: blanks around them and case do not count; nor does ""."""
    one, other = _comparable(one), _comparable(other)
    return not one or not other or one == other


def in_part(one: str, other: str) -> tuple[str, str]:
    """Two identifiers as far as a message may show them: both ends, as short as they differ."""
    shortest = min(len(one), len(other)) // SHOWN_SHARE
    for shown in range(1, shortest + 1):
        parts = _ends(one, shown), _ends(other, shown)
        if parts[0] != parts[1]:
            return parts
    return _ends(one, min(1, shortest)), _ends(other, min(1, shortest))


def iso_date(text: str) -> str:
    """A DICOM date in ISO 8601; "" for anything else.

    Examples
    --------
    >>> iso_date("20200102"), iso_date("2020.01.02"), iso_date("20201302")
    ('2020-01-02', '2020-01-02', '')
    """
    digits = text.strip(" \0").replace(".", "").replace("-", "")
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return ""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return ""


def plain(text: str) -> str:
    """The text on one line: blanks and control characters between words are one blank."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _comparable(patient_id: str) -> str:
    return plain(patient_id).casefold()


def _ends(text: str, shown: int) -> str:
    return f"{text[:shown]}...{text[-shown:]}" if shown else "..."
