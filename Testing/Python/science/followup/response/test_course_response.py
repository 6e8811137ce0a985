"""All answers of a course together."""

from __future__ import annotations

from courses import course

from radioimmuno.followup.response.best_response import BestLimits
from radioimmuno.followup.response.course_response import Rules, respond
from radioimmuno.followup.response.fields import Field


def test_every_study_has_every_answer():
    found = respond(course({"T1": 50, "T2r": 50}, {"T1": 30, "T2r": 20}, {"T1": 28, "T2r": 10}, days=35))
    assert [study.days for study in found.studies] == [0, 35, 70]
    assert (found.best_recist.value, found.best_irecist.value) == ("PR", "iPR")
    last = found.studies[-1]
    assert [last.fields[field].recist for field in Field] == ["PR", "PR", "PR"]
    assert (last.abscopal_a.value, last.abscopal_b.value) == ("yes", "yes")
    assert list(last.hyperprogression) == ["champiat", "saada-bouzid", "ferrara", "kas", "matos"]


def test_rules_can_be_chosen():
    made = course({"T1": 50, "T2": 50}, {"T1": 30, "T2": 30}, {"T1": 30, "T2": 30}, days=20)
    rules = Rules(BestLimits(20, 20), dissociated="tozuka", hyperprogression=("matos",))
    assert respond(made).best_recist.value == "NE"
    found = respond(made, rules)
    assert found.best_recist.value == "PR"
    assert found.studies[1].dissociated.sentence.startswith("Tozuka 2020: ")
    assert list(found.studies[1].hyperprogression) == ["matos"]


def test_departures_from_the_rules_stand_at_baseline_alone():
    found = respond(course({"T1": 9}, {"T1": 9}))
    texts = [study.fields[Field.ALL].sentence for study in found.studies]
    assert ["is not measurable" in text for text in texts] == [True, False]


def test_baseline_alone():
    found = respond(course({"T1": 50}))
    assert found.studies[0].fields[Field.ALL].sentence == "Baseline: sum 50.0 mm of 1 target."
    assert (found.best_recist.value, found.best_irecist.value) == (None, None)
    assert found.studies[0].hyperprogression["kas"].sentence == "baseline"


def test_two_lesions_of_one_patient_do_not_depend_on_another():
    one, other = (course({"T1": size}, {"T1": 30}) for size in (20, 60))
    assert respond(one) == respond(one)
    assert [respond(c).studies[1].fields[Field.ALL].recist for c in (one, other)] == ["PD", "PR"]
