"""Which images a signature measures, and what is said before anything is measured on a study without one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from learned_models import card_record
from signatures import signature, term

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.learned.card import parse_card
from radioimmuno.scoring.images import check_images, roles_of
from radioimmuno.study import Study

LATTICE = Lattice((2, 2, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
IMAGE = Image(np.zeros(LATTICE.shape), LATTICE)
CARD = parse_card(json.dumps(card_record(b"", role="mr_t2")).encode())


def test_terms_changes_and_models_name_the_images():
    used = signature(
        term("location.liver"),
        term("delta.pet.ring.statistics.mean"),
        term("lesion.statistics.mean"),
        term("learned.twice_mean.0"),
        models=(CARD,),
    )
    assert roles_of(used) == ("pet", "ct", "mr_t2")


def test_a_study_with_all_images_passes_whatever_else_it_has():
    study = Study({"ct": IMAGE, "pet": IMAGE, "mr_t1": IMAGE})
    check_images(signature(term("pet.lesion.statistics.mean")), study)
    check_images(signature(term("clinical.pdl1")), replace(study, images={}))


@pytest.mark.parametrize(
    ("variable", "role", "code", "words"),
    [
        ("lesion.statistics.mean", "pet", "ct.not_ct", "measures the CT, and this is a PET"),
        ("pet.lesion.statistics.mean", "ct", "study.image_missing", "PET is asked for and not there"),
        ("mr_t1.ring.statistics.mean", "pet", "study.image_missing", "--mr"),
    ],
)
def test_a_missing_image_is_named(variable, role, code, words):
    with pytest.raises(InputError, match=words) as caught:
        check_images(signature(term(variable)), Study({role: IMAGE}, role=role))
    assert caught.value.code == code
