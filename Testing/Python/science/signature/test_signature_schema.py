"""The signature's JSON schema is documentation: it has to say what the reader does."""

import dataclasses
import json
import re

import pytest
from signature_cases import DELETE, DOCUMENT, changed

from radioimmuno.filters.definition import KINDS
from radioimmuno.filters.filter import Filter
from radioimmuno.filters.response_settings import FILTER_NAME, RESPONSE_BINS, ResponseSettings
from radioimmuno.findings import SignatureError
from radioimmuno.preparation import BiasCorrection, MrSettings
from radioimmuno.settings import ExtractionSettings, RingSettings, Settings
from radioimmuno.signature import signature
from radioimmuno.signature.cutoffs import OLD_PATIENT_CUTOFF
from radioimmuno.signature.patient_rules import PATIENT_RULES
from radioimmuno.signature.signature import Signature, parse_signature
from radioimmuno.signature.variables import variable_of

# There for other rules, or for learned terms, alone: test_pooling, test_model_cards.
ELSEWHERE = ("pooling", "models")


def read(document: dict) -> Signature:
    return parse_signature(json.dumps(document).encode())


@pytest.fixture(scope="module")
def schema() -> dict:
    path = signature.PACKAGE.parent / "Resources" / "Signatures" / "schema.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("level", ["", "terms.0", "cutoffs", "distribution"])
def test_required_fields_are_required_and_others_are_not(schema, level):
    part = part_of(schema, level)
    assert part["additionalProperties"] is False
    for name in part["properties"]:
        place = f"{level}.{name}".strip(".")
        if name in ELSEWHERE:
            continue
        if name in part["required"]:
            with pytest.raises(SignatureError, match=name):
                read(changed(place, DELETE))
        elif name == OLD_PATIENT_CUTOFF:
            read(changed("patient_cutoffs", DELETE) | {name: 0.5})
        elif name in part.get("dependentRequired", {}):
            with pytest.raises(SignatureError, match="low and high"):
                read(changed(place, DELETE))
        else:
            read(changed(place, DELETE))


@pytest.mark.parametrize("level", ["", "terms.0", "cutoffs", "distribution"])
def test_the_example_has_all_fields(schema, level):
    part = DOCUMENT
    for step in filter(None, level.split(".")):
        part = part[int(step)] if step.isdigit() else part[step]
    assert set(part) == set(part_of(schema, level)["properties"]) - {*ELSEWHERE, OLD_PATIENT_CUTOFF}


@pytest.mark.parametrize(("name", "kind"), [("extraction", ExtractionSettings), ("ring", RingSettings)])
def test_settings_are_those_of_the_software(schema, name, kind):
    settings = schema["properties"]["settings"]["properties"]
    assert settings.keys() == {field.name for field in dataclasses.fields(Settings)}
    of_image = settings["images"]["additionalProperties"]["properties"]
    assert settings[name] == of_image[name] == {"$ref": f"#/$defs/{name}"}
    part = schema["$defs"][name]
    assert part["additionalProperties"] is False
    assert set(part["properties"]) == {field.name for field in dataclasses.fields(kind)}


def test_preparation_of_an_mr_is_that_of_the_software(schema):
    part = schema["$defs"]["mr"]["properties"]
    assert set(part) == {field.name for field in dataclasses.fields(MrSettings)}
    assert set(part["bias"]["properties"]) == {field.name for field in dataclasses.fields(BiasCorrection)}


def test_filters_are_those_of_the_software(schema):
    names, definitions = schema["$defs"]["filters"]["oneOf"]
    assert names["items"] == {"type": "string"}
    part = definitions["additionalProperties"]["properties"]
    assert tuple(part["kind"]["enum"]) == tuple(KINDS)
    levels = {field.name for field in dataclasses.fields(ResponseSettings)} - {"filter"}
    shared = {field.name for field in dataclasses.fields(Filter)}
    assert set(part) == {"kind", *levels, *shared}
    assert part["bin_count"]["default"] == RESPONSE_BINS
    assert definitions["propertyNames"]["pattern"] == f"^{FILTER_NAME.pattern}$"


def test_words_to_choose_from_are_the_same(schema):
    term = part_of(schema, "terms.0")["properties"]
    assert tuple(schema["properties"]["status"]["enum"]) == signature.STATUSES
    assert tuple(term["when_undefined"]["enum"]) == signature.UNDEFINED
    assert tuple(schema["properties"]["patient_rule"]["enum"]) == tuple(PATIENT_RULES)
    assert schema["properties"]["format_version"]["const"] == signature.FORMAT_VERSION


@pytest.mark.parametrize(
    ("variable", "fits"),
    [
        ("ring.glcm.contrast", True),
        ("pet.lesion.statistics.maximum", True),
        ("delta.mr_t1.ring.glcm.contrast", True),
        ("ct_late.lesion.statistics.mean", True),
        ("lesion.log_sigma_3mm.statistics.skewness", True),
        ("delta.pet.ring.ibsi2-1_a_1.glcm.contrast", True),
        ("lesion.Smooth.statistics.mean", False),
        ("ct.lesion.statistics.mean", False),
        ("us.lesion.statistics.mean", False),
        ("delta.ring.glcm.contrast", True),
        ("delta_abs.lesion.morphology.volume", True),
        ("clinical.delta", True),
        ("delta.location.liver", False),
        ("delta.clinical.age", False),
        ("delta", False),
    ],
)
def test_variables_are_those_of_the_software(schema, variable, fits):
    pattern = part_of(schema, "terms.0")["properties"]["variable"]["pattern"]
    assert bool(re.match(pattern, variable)) is fits
    try:
        known = variable_of(variable).key == variable
    except ValueError:
        known = False
    assert known is fits


def test_references_inside_it_lead_somewhere(schema):
    for reference in references(schema):
        *_, name = reference.split("/")
        assert reference == f"#/$defs/{name}"
        assert name in schema["$defs"]


def part_of(schema: dict, level: str) -> dict:
    inner = schema["properties"]
    return {
        "": schema,
        "terms.0": inner["terms"]["items"],
        "cutoffs": schema["$defs"]["cutoffs"],
        "distribution": inner["distribution"],
    }[level]


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        mine = [value["$ref"]] if "$ref" in value else []
        return mine + [found for part in value.values() for found in references(part)]
    if isinstance(value, list):
        return [found for part in value for found in references(part)]
    return []
