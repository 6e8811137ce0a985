"""A signature: the file of the variables that are weighed, and how. Schema: Resources/Signatures/schema.json.

Reading refuses a broken file whole and names the field; a signature that was read is valid.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..files.atomic import write_bytes
from ..findings import InputError, SettingsError, SignatureError
from ..learned.card import ModelCard, card_record
from ..modality import settings_on
from ..settings import Settings
from .cutoffs import OLD_PATIENT_CUTOFF, Cutoffs, read_cutoffs, read_patient_cutoffs
from .harmonization import Harmonization, harmonization_of, harmonization_record
from .model_cards import models_of
from .patient_rules import LESION_COUNT, PATIENT_RULES
from .pooling import Pooling, pooling_of, pooling_record
from .strict_json import Fields, invalid, parse_strict, read_limited, unreadable
from .variable_search import why_no_response
from .variables import CLINICAL, DELTA, DELTA_ABS, KVP, Source, variable_of

FORMAT_VERSION = 1
STATUSES = ("demonstration", "research", "published")
UNDEFINED = ("refuse", "mean")
DEFAULT_NAME = "demonstration"
SCHEMA_NAME = "schema"

# How many widths of a range a value may lie beyond it, where the file gives no limit.
EXTRAPOLATION_LIMIT = 1.0

# Where the files that ship lie: in an installed package inside it, in Slicer and in a checkout beside it.
PACKAGE = Path(__file__).resolve().parents[1]
SHIPPED = (PACKAGE / "Signatures", PACKAGE.parent / "Resources" / "Signatures")


@dataclass(frozen=True)
class Term:
    """One variable of a signature: it adds coefficient x (value - mean) / scale to the score.

    `when_undefined` is what happens where the region does not define the value: `refuse` the lesion, or stand
    in with the training `mean` (which contributes 0). `training_range` is None where the file gives none.
    """

    variable: str
    coefficient: float
    mean: float
    scale: float
    training_range: tuple[float, float] | None = None
    when_undefined: str = "refuse"


@dataclass(frozen=True)
class Distribution:
    """The training scores: how many, their 1st and 99th percentile, the bins for the patient's entropy."""

    n: int
    p1: float
    p99: float
    entropy_edges: tuple[float, ...]


@dataclass(frozen=True)
class Signature:
    """A signature that was read and found valid; `sha256` is of the file's bytes.

    What the file does not give (`cutoffs`, `distribution`) is None, and so is all that depends on it.
    `patient_rule` is how the patient's value is made of the lesions; empty where the file names none.
    `patient_cutoffs` are those of patients' values by that rule; None where the file gives none.
    `pooling` is what a rule of multiple-instance learning pools by; None for another rule.
    `harmonization` is the ComBat that values pass before they are weighed; None without.
    `models` are the cards of the outside models that its learned terms are made by.
    `extrapolation_limit` is how far beyond what was trained on there is a score (`domain`); None: anywhere.
    """

    name: str
    version: str
    status: str
    predicts: str
    direction: str
    settings: Settings
    intercept: float
    terms: tuple[Term, ...]
    cutoffs: Cutoffs | None = None
    distribution: Distribution | None = None
    extrapolation_limit: float | None = EXTRAPOLATION_LIMIT
    citation: str = ""
    patents: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    patient_rule: str = ""
    patient_cutoffs: Cutoffs | None = None
    pooling: Pooling | None = None
    harmonization: Harmonization | None = field(default=None, compare=False)
    models: tuple[ModelCard, ...] = ()
    sha256: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of all terms."""
        return tuple(term.variable for term in self.terms)

    def variables_from(self, source: Source) -> tuple[str, ...]:
        """Those of the variables whose values come from there."""
        return tuple(name for name in self.variables if variable_of(name).source is source)

    @property
    def changing(self) -> tuple[str, ...]:
        """The features whose change since an earlier study is weighed."""
        return tuple(dict.fromkeys(variable_of(name).changing for name in self.variables_from(Source.CHANGE)))

    @property
    def needed(self) -> tuple[str, ...]:
        """The variables of all terms and the covariates of ComBat."""
        covariates = self.harmonization.covariates if self.harmonization else ()
        return tuple(dict.fromkeys([*self.variables, *covariates]))

    @property
    def learned(self) -> tuple[str, ...]:
        """Names of the outside models that make values of its terms."""
        return tuple(dict.fromkeys(variable_of(n).model for n in self.variables_from(Source.LEARNED)))

    @property
    def clinical(self) -> tuple[str, ...]:
        """Names, without their start, of the values `clinical.<name>` that a person gives."""
        names = [name for name in self.needed if name.startswith(CLINICAL) and name != LESION_COUNT]
        return tuple(name.removeprefix(CLINICAL) for name in names)

    @property
    def batches(self) -> tuple[str, ...]:
        """Names of the scanners or centers of which one has to be named; empty without ComBat."""
        return tuple(self.harmonization.batches) if self.harmonization else ()

    @property
    def entropy_edges(self) -> tuple[float, ...] | None:
        """The edges of the bins for the patient's entropy; None where the file gives none."""
        return self.distribution.entropy_edges if self.distribution else None

    @property
    def is_demonstration(self) -> bool:
        """Whether its scores mean nothing for a patient."""
        return self.status == "demonstration"

    @property
    def notice(self) -> str:
        """The sentence that goes with every score of this signature."""
        if self.is_demonstration:
            return (
                "DEMONSTRATION SIGNATURE: fitted on simulated data. Its scores say nothing about a patient. "
                "Research use only."
            )
        return "Research use only. Not for diagnosis or treatment decisions."


def read_signature(path: str | Path) -> Signature:
    """Read a signature file.

    Raises
    ------
    SignatureError
        When anything in it is wrong; nothing of it is used then. The text names the field.
    """
    return parse_signature(read_limited(Path(path)))


def write_signature(signature: Signature, path: str | Path) -> Signature:
    """Write a signature file, whole or not at all; the same signature gives the same bytes.

    Returns
    -------
    Signature
        What a reader of the file gets, with the SHA-256 of its bytes.

    Raises
    ------
    SignatureError
        When the signature is not one that could be read again; nothing is written then.
    """
    content = format_signature(signature)
    write_bytes(path, content)
    return parse_signature(content)


def shipped_signatures() -> dict[str, Path]:
    """Name -> file of the signatures that come with the software."""
    files = (file for folder in SHIPPED for file in sorted(folder.glob("*.json")))
    return {file.stem: file for file in files if file.stem != SCHEMA_NAME}


def default_signature() -> Signature:
    """The signature that is used when none is given: the demonstration."""
    shipped = shipped_signatures()
    if DEFAULT_NAME not in shipped:
        raise unreadable(f"The {DEFAULT_NAME} signature is missing from this installation.")
    return read_signature(shipped[DEFAULT_NAME])


def format_signature(signature: Signature) -> bytes:
    """The bytes of a signature's file.

    Raises
    ------
    SignatureError
        When the signature is not one that could be read again.
    """
    try:
        text = json.dumps(_to_json(signature), indent=2, ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError) as problem:
        raise SignatureError("signature.invalid", f"The signature cannot be written: {problem}.") from problem
    content = (text + "\n").encode("utf-8", "surrogatepass")
    parse_signature(content)
    return content


def parse_signature(content: bytes) -> Signature:
    """The signature in the bytes of a file; errors as of `read_signature`."""
    data = parse_strict(content)
    version = data.get("format_version", FORMAT_VERSION) if isinstance(data, dict) else FORMAT_VERSION
    if type(version) is not int or version != FORMAT_VERSION:
        raise SignatureError(
            "signature.unknown_version",
            f"format_version is {version!r}; this software reads version {FORMAT_VERSION}.",
        )
    fields = _fields_of(Signature, data, "")
    training = fields.raw("training", {})
    if not isinstance(training, dict):
        raise invalid("training", "must be a JSON object")
    terms, settings = _terms(fields), _settings(fields)
    _check_filters(terms, settings)
    rule = fields.choice("patient_rule", tuple(PATIENT_RULES)) if fields.has("patient_rule") else ""
    return Signature(
        name=fields.text("name"),
        version=fields.text("version"),
        status=fields.choice("status", STATUSES),
        predicts=fields.text("predicts"),
        direction=fields.text("direction"),
        settings=settings,
        intercept=fields.number("intercept"),
        terms=terms,
        cutoffs=read_cutoffs(fields, "cutoffs") if fields.has("cutoffs") else None,
        distribution=_distribution(fields) if fields.has("distribution") else None,
        extrapolation_limit=_extrapolation_limit(fields),
        citation=fields.text("citation", empty=True),
        patents=fields.texts("patents"),
        training=training,
        patient_rule=rule,
        patient_cutoffs=read_patient_cutoffs(fields, training),
        pooling=pooling_of(fields, rule, len(terms)),
        harmonization=_harmonization(fields) if fields.has("harmonization") else None,
        models=models_of(fields, [term.variable for term in terms]),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _fields_of(kind: type, data: Any, where: str) -> Fields:
    # a file has the fields of the dataclasses; what has a default there may be left out here
    known = [f for f in dataclasses.fields(kind) if f.name != "sha256"]
    free = [f.name for f in known if f.default is not MISSING or f.default_factory is not MISSING]
    required = [f.name for f in known if f.name not in free]
    if kind is Signature:
        required, free = ["format_version", *required], [*free, OLD_PATIENT_CUTOFF]
    return Fields(data, where, required, free)


def _settings(fields: Fields) -> Settings:
    try:
        return Settings.from_dict(fields.raw("settings"))
    except SettingsError as problem:
        raise SignatureError("signature.invalid", f"settings: {problem}") from problem


def _check_filters(terms: Sequence[Term], settings: Settings) -> None:
    """Refuse a term after a filter that the settings have not and its name does not define."""
    for n, term in enumerate(terms):
        variable = variable_of(variable_of(term.variable).changing or term.variable)
        if variable.filter:
            try:
                settings_on(settings, variable.image).response(variable.filter)
            except SettingsError as problem:
                text = f"terms[{n}].variable: {term.variable!r}: {problem}"
                raise SignatureError("signature.unknown_variable", text) from None


def _terms(fields: Fields) -> tuple[Term, ...]:
    terms = tuple(_term(data, f"terms[{n}]") for n, data in enumerate(fields.items("terms")))
    if not terms:
        raise invalid("terms", "must hold at least one term")
    names = [term.variable for term in terms]
    for n, name in enumerate(names):
        if name in names[:n]:
            text = f"terms[{n}].variable: {name} is used by an earlier term already."
            raise SignatureError("signature.duplicate_term", text)
    return terms


def _term(data: Any, where: str) -> Term:
    fields = _fields_of(Term, data, where)
    variable = fields.text("variable")
    try:
        variable_of(variable)
    except ValueError:
        why = why_no_response(variable) or (
            "is no feature (<region>.<family>.<name>, <region>.<filter>.<family>.<name>), no change of one "
            f"({DELTA} or {DELTA_ABS} in front), no value of a model (learned.<model>.<number>), no location "
            f"(location.<site>) and not {KVP}."
        )
        text = f"{where}.variable: {variable!r} {why}"
        raise SignatureError("signature.unknown_variable", text) from None
    scale = fields.number("scale")
    if scale <= 0:
        raise invalid(f"{where}.scale", "must be above 0")
    return Term(
        variable=variable,
        coefficient=fields.number("coefficient"),
        mean=fields.number("mean"),
        scale=scale,
        training_range=_training_range(fields) if fields.has("training_range") else None,
        when_undefined=fields.choice("when_undefined", UNDEFINED, default="refuse"),
    )


def _training_range(fields: Fields) -> tuple[float, float]:
    ends = fields.numbers("training_range")
    if len(ends) != 2 or ends[0] > ends[1]:
        raise invalid(fields.place("training_range"), "must be two numbers, the lower first")
    return ends[0], ends[1]


def _distribution(fields: Fields) -> Distribution:
    inner = _fields_of(Distribution, fields.raw("distribution"), "distribution")
    p1, p99 = inner.number("p1"), inner.number("p99")
    if not p1 < p99:
        raise invalid("distribution.p99", "must be above distribution.p1")
    edges = inner.numbers("entropy_edges")
    if len(edges) < 2 or any(a >= b for a, b in pairwise(edges)):
        raise invalid("distribution.entropy_edges", "must be at least two ascending numbers")
    return Distribution(inner.count("n"), p1, p99, edges)


def _harmonization(fields: Fields) -> Harmonization:
    try:
        state = harmonization_of(fields.raw("harmonization"))
    except InputError as problem:
        raise SignatureError(problem.code, f"harmonization: {problem}") from None
    if strange := [name for name in state.covariates if not name.startswith(CLINICAL)]:
        raise invalid("harmonization.covariates", f"holds {strange[0]}; all begin with {CLINICAL}")
    return state


def _extrapolation_limit(fields: Fields) -> float | None:
    name = "extrapolation_limit"
    if not fields.has(name):
        return EXTRAPOLATION_LIMIT
    if fields.raw(name) is None:
        return None
    limit = fields.number(name)
    if limit < 0:
        raise invalid(name, "must not be below 0; null for no limit")
    return limit


def signature_record(signature: Signature, *fields: str) -> dict[str, Any]:
    """Parts of a signature as plain values for JSON.

    Parameters
    ----------
    signature : Signature
    *fields : str
        Names of fields or properties of a signature: what is wanted, in this order.

    Returns
    -------
    dict of str to Any

    Examples
    --------
    >>> signature_record(default_signature(), "status", "patents")
    {'status': 'demonstration', 'patents': []}
    """
    return {name: _plain(getattr(signature, name)) for name in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Settings):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Cutoffs):
        return value.named
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _to_json(signature: Signature) -> dict[str, Any]:
    fields = ("name", "version", "status", "predicts", "direction", "citation", "patents", "settings")
    record = signature_record(signature, *fields, "intercept", "terms", "cutoffs", "distribution")
    record = _given(record | {"terms": [_given(term) for term in record["terms"]]})
    if signature.extrapolation_limit != EXTRAPOLATION_LIMIT:
        record["extrapolation_limit"] = signature.extrapolation_limit
    if signature.patient_rule:
        record["patient_rule"] = signature.patient_rule
    if signature.patient_cutoffs is not None:
        record["patient_cutoffs"] = signature.patient_cutoffs.named
    if signature.pooling is not None:
        record["pooling"] = pooling_record(signature.pooling)
    if signature.models:
        record["models"] = [card_record(card) for card in signature.models]
    if signature.harmonization is not None:
        record["harmonization"] = harmonization_record(signature.harmonization)
    return {"format_version": FORMAT_VERSION, **record, "training": dict(signature.training)}


def _given(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}
