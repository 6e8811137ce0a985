"""What is measured of every patient of a cohort, as plain values that go to workers and into hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import __version__
from ..extraction.response_keys import identifiers_on, settings_for
from ..features import catalog
from ..findings import InputError, ModelError, SettingsError, SignatureError
from ..io.images_beside import ImageFile
from ..learned.card import ModelCard, card_record, read_card
from ..learned.model import Session, read_model
from ..modality import CT, split_role
from ..numbers import is_number
from ..settings import Settings
from ..signature.signature import Signature, parse_signature
from ..signature.strict_json import read_limited
from ..signature.variable_search import why_no_response
from ..signature.variables import CLINICAL
from ..tables.cells import is_missing, number_in
from .manifest import BATCH, DATE, ManifestPatient, ManifestRow

STANDARD, ALL = "standard", "all"
FORMAT_VERSION = 1


@dataclass(frozen=True, eq=False)
class Plan:
    """What is measured of every patient.

    Parameters
    ----------
    settings : Settings
        How features are measured; each signature has its own.
    features : tuple of str
        Identifiers `<region>.<family>.<name>`.
    signatures : tuple of Signature
    files : tuple of str
        The signatures' files, as text.
    accepted : frozenset of str
        Codes of `acceptance.OPTIONS` that a person accepted, for all patients.
    names_identify : bool
        Whether lesions of an equal name in two studies of a patient are the same.
    models : tuple of Path
        Cards of outside models; each machine reads them.
    about : mapping of str to Any
        What the record of the cohort has of the settings' file; it decides no value.
    """

    settings: Settings
    features: tuple[str, ...]
    signatures: tuple[Signature, ...] = ()
    files: tuple[str, ...] = ()
    accepted: frozenset[str] = frozenset()
    names_identify: bool = False
    models: tuple[Path, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def cards(self) -> tuple[ModelCard, ...]:
        """The models' cards."""
        return tuple(map(read_card, self.models))

    @property
    def values(self) -> tuple[str, ...]:
        """All that is measured of a lesion: features, and what the models give."""
        return (*self.features, *(key for card in self.cards for key in card.keys))

    @property
    def roles(self) -> tuple[str, ...]:
        """The images that features and models are measured on."""
        of_features = (split_role(name)[0] for name in self.features)
        return tuple(dict.fromkeys([*of_features, *(card.role for card in self.cards)]))

    @property
    def clinical(self) -> tuple[str, ...]:
        """Names of the values of patients and lesions that the signatures need."""
        return tuple(dict.fromkeys(name for one in self.signatures for name in one.clinical))

    @property
    def takes_batch(self) -> bool:
        """Whether a signature was trained with ComBat."""
        return any(one.batches for one in self.signatures)

    @property
    def key(self) -> str:
        """A hash of all of it and of this software's version."""
        return hashed({"version": __version__, "format": FORMAT_VERSION, **self.record()})

    def record(self) -> dict[str, Any]:
        """Plain values for JSON; `plan_of` reads them."""
        return {
            "settings": self.settings.to_dict(),
            "features": list(self.features),
            "signatures": list(self.files),
            "accepted": sorted(self.accepted),
            # What is measured already is not measured again for an option that it was measured without.
            **({"names_identify": True} if self.names_identify else {}),
            # With the SHA-256 of the model a card says all that decides values.
            **({"models": self._models_record()} if self.models else {}),
        }

    def _models_record(self) -> list[dict[str, Any]]:
        return [
            {"path": str(path), "card": card_record(card)}
            for path, card in zip(self.models, self.cards, strict=True)
        ]


def plan_of(record: Mapping[str, Any]) -> Plan:
    """The plan of a `Plan.record`.

    Parameters
    ----------
    record : mapping of str to Any

    Returns
    -------
    Plan
    """
    files = tuple(record["signatures"])
    return Plan(
        Settings.from_dict(record["settings"]),
        tuple(record["features"]),
        tuple(parse_signature(text.encode("utf-8", "surrogatepass")) for text in files),
        files,
        frozenset(record["accepted"]),
        record.get("names_identify", False),
        tuple(Path(one["path"]) for one in record.get("models", ())),
    )


def read_signatures(paths: Sequence[Path]) -> tuple[tuple[Signature, ...], tuple[str, ...]]:
    """Signatures and the text of their files.

    Parameters
    ----------
    paths : sequence of Path

    Returns
    -------
    tuple of (tuple of Signature, tuple of str)

    Raises
    ------
    SignatureError
        When one cannot be used, or two have the same name: a table has a column of scores for each name.
    """
    contents = [read_limited(Path(path)) for path in paths]
    signatures = tuple(map(parse_signature, contents))
    names = [signature.name for signature in signatures]
    for place, name in enumerate(names):
        if name in names[:place]:
            text = f"Two signatures are called {name!r}: a table has one column of scores for each name."
            raise SignatureError("signature.invalid", text)
    return signatures, tuple(content.decode("utf-8", "surrogatepass") for content in contents)


def read_models(cards: Sequence[Path]) -> tuple[Path, ...]:
    """The cards of models that can be used, as absolute paths; each model is read, checked and opened.

    Parameters
    ----------
    cards : sequence of Path

    Returns
    -------
    tuple of Path

    Raises
    ------
    ModelError
        When one cannot be used, or two have the same name: their columns would have, too.
    """
    models = [read_model(path) for path in cards]
    names = [model.card.name for model in models]
    for place, name in enumerate(names):
        if name in names[:place]:
            text = f"Two models are called {name!r}: a table has one column for each learned.{name}.<number>."
            raise ModelError("learned.card", text)
    for model in models:
        Session(model)  # what no machine can open is said before the first patient
    return tuple(Path(path).resolve() for path in cards)


def features_named(text: str, roles: Sequence[str] = (), settings: Settings | None = None) -> tuple[str, ...]:
    """The identifiers of `standard`, of `all`, or of a file that lists them.

    Parameters
    ----------
    text : str
        The name of a set, or of a file: an identifier a line; one without a region is of lesion and ring, on
        the CT and after its filters; what is behind # is a comment.
    roles : sequence of str, optional
        Of images beside the CT: a set is measured on each of them, too.
    settings : Settings, optional
        Whose filters a set is measured after, too, on each image that has them.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        `cohort.features`; `filter.unknown` or `settings.invalid` for a filter that the settings have not and
        its name does not define.

    Examples
    --------
    >>> features_named("standard")[:2]
    ('lesion.morphology.volume', 'lesion.morphology.surface_area')
    """
    sets = {STANDARD: catalog.STANDARD, ALL: catalog.DEFAULT}
    if text in sets:
        keys = sets[text]
        return features_on((CT.role, *roles), settings or Settings(), keys, keys)
    path = Path(text)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        problem = f"{text} is neither standard nor all nor a text file that can be read."
        raise InputError("cohort.features", problem) from None
    found: list[str] = []
    for number, line in enumerate(lines, start=1):
        for word in line.partition("#")[0].replace(",", " ").split():
            found += _identifiers(word, f"Line {number} of {path}", settings or Settings())
    if not found:
        raise InputError("cohort.features", f"{path} lists no feature.")
    return tuple(dict.fromkeys(found))


def features_on(
    roles: Sequence[str], settings: Settings, of_image: Sequence[str], of_responses: Sequence[str]
) -> tuple[str, ...]:
    """The identifiers of features on each image; parameters as of `response_keys.identifiers_on`."""
    return tuple(name for role in roles for name in identifiers_on(role, settings, of_image, of_responses))


def _identifiers(word: str, where: str, settings: Settings) -> list[str]:
    if word in catalog.BY_KEY:
        return list(identifiers_on(CT.role, settings, [word], [word]))
    try:
        settings_for(settings, [word])
    except KeyError:
        why = why_no_response(word) or "is no feature."
        raise InputError("cohort.features", f"{where}: {word!r} {why}") from None
    except SettingsError as problem:
        raise SettingsError(problem.code, f"{where}: {word!r}: {problem}") from None
    return [word]


def order_of(patient: ManifestPatient, plan: Plan) -> dict[str, Any]:
    """All that a worker needs to measure a patient, as plain values.

    Parameters
    ----------
    patient : ManifestPatient
    plan : Plan

    Returns
    -------
    dict of str to Any
    """
    return {"patient": patient.patient, "studies": studies_record(patient, plan), "plan": plan.record()}


def studies_record(patient: ManifestPatient, plan: Plan) -> list[dict[str, Any]]:
    """The studies of a patient: what is read, and what is known of it that decides values and scores.

    Parameters
    ----------
    patient : ManifestPatient
    plan : Plan
        Of what is carried along its signatures may need columns: `batch`, and `<name>` or `clinical.<name>`.

    Returns
    -------
    list of dict
        `rows` of a study are numbered as the patient's rows are.
    """
    studies: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(patient.rows):
        known: dict[str, Any] = {
            "study": row.study,
            "ct": str(row.ct),
            "series": row.series,
            "kvp": row.kvp,
            "rows": [],
        }
        if row.images:
            known["images"] = {role: _image_record(image) for role, image in row.images.items()}
        if plan.takes_batch:
            known["batch"] = row.carried.get(BATCH, "").strip()
        if patient.is_followed:
            day = row.carried.get(DATE, "")
            known["date"] = "" if is_missing(day) else day
        study = studies.setdefault(row.study, known)
        study["rows"].append({**_row_record(number, row), "clinical": _clinical(row, plan.clinical)})
    return list(studies.values())


def _image_record(image: ImageFile) -> list[str | None]:
    """Path, UID of the series and, where there is one, transform of an image."""
    return [str(image.path), image.series, *filter(None, [image.transform])]


def _clinical(row: ManifestRow, names: Sequence[str]) -> dict[str, float]:
    """The values that a row gives; what is no number is not given."""
    given = {name: row.carried.get(f"{CLINICAL}{name}", row.carried.get(name, "")) for name in names}
    numbers = {name: number_in(text) for name, text in given.items()}
    return {name: value for name, value in numbers.items() if value is not None and is_number(value)}


def _row_record(number: int, row: ManifestRow) -> dict[str, Any]:
    return {
        "number": number,
        "lesions": None if row.lesions is None else str(row.lesions),
        "lesion": row.lesion,
        "patterns": list(row.patterns),
        "site": None if row.site is None else row.site.value,
        "irradiated": row.irradiated,
    }


def hashed(record: Any) -> str:
    """The SHA-256 of plain values.

    Parameters
    ----------
    record : Any

    Returns
    -------
    str
    """
    text = json.dumps(record, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
