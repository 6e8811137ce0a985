"""What a result says of where it comes from."""

from __future__ import annotations

import json
import platform

import numpy as np
from signatures import signature, term

import radioimmuno
from radioimmuno.acquisition import Acquisition
from radioimmuno.scoring.provenance import provenance, versions


def test_it_names_software_signature_settings_acquisition_and_inputs():
    used = signature(term("lesion.morphology.volume"))
    written = provenance(used, Acquisition(kvp=120.0), {"ct": {"sha256": "abc"}})
    assert written["software"]["name"] == "RadioImmunoScore"
    assert written["software"]["version"] == radioimmuno.__version__
    assert written["signature"]["sha256"] == used.sha256
    assert written["settings"] == used.settings.to_dict()
    assert written["acquisition"]["kvp"] == 120.0
    assert written["inputs"] == {"ct": {"sha256": "abc"}}


def test_it_is_plain_json_and_the_same_for_the_same_input():
    used = signature(term("lesion.morphology.volume"))
    first, second = (json.dumps(provenance(used, Acquisition(), {})) for _ in range(2))
    assert first == second


def test_versions_are_those_of_the_libraries_that_are_loaded():
    found = versions()
    assert found["python"] == platform.python_version()
    assert found["numpy"] == np.__version__
