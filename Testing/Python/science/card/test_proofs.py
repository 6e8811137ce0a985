"""Items that provenance fills in, and only while the field that shows them is there.

Tests of: provenance, sources.
"""

import pytest
from card_cases import RECORD, TRAINING, VALIDATION, signature, sources, without

from radioimmuno.card.provenance import proofs_of
from radioimmuno.card.sources import Record, Sources, figures_of, gather, read_record, read_records
from radioimmuno.findings import InputError
from radioimmuno.signature.signature import default_signature

TERMS = {"metrics.condition1", "metrics.condition3", "metrics.condition4", "metrics.condition5"}
OF_SIGNATURE = TERMS | {
    *("metrics.12", "metrics.13", "metrics.15", "metrics.18", "metrics.21", "metrics.23", "metrics.26"),
    *("metrics.29", "rqs.5", "rqs.8", "rqs.9.statistic", "rqs.9.resampling", "rqs.16.code"),
}
OF_VALIDATION = {"metrics.20", "metrics.22", "rqs.10.statistic", "rqs.12", "rqs.14"}


def shown(found: Sources) -> set[str]:
    return set(proofs_of(found))


def test_a_trained_signature_shows_what_its_file_states_and_no_more():
    assert shown(sources()) == OF_SIGNATURE
    proofs = proofs_of(sources())
    assert proofs["metrics.18"].source.startswith("signature: training.cross_validation")
    assert {key for key, one in proofs.items() if one.answers == (False,)} == {"metrics.condition5"}


def test_training_and_validation_show_more():
    found = sources(RECORD, (VALIDATION,))
    assert shown(found) == OF_SIGNATURE | OF_VALIDATION | {"rqs.6"}
    proofs = proofs_of(found)
    assert proofs["rqs.6"].source == "training.json: covariates"
    assert proofs["metrics.18"].source.startswith("training.json: cross_validation")
    assert proofs["rqs.14"].source == "validation1.json: decision_curve"
    assert "missing" not in proofs["rqs.12"].answers
    assert len(proofs["rqs.12"].answers) == 5


@pytest.mark.parametrize(
    ("field", "gone"),
    [
        ("candidates", {"metrics.15", "metrics.23", "rqs.5"}),
        ("measured_by", {"metrics.12", "metrics.13"}),
        ("cutoffs", {"rqs.8"}),
        ("cross_validation", {"metrics.18", "metrics.26", "rqs.9.resampling"}),
        ("out_of_fold", {"metrics.21", "metrics.26", "rqs.9.statistic", "rqs.9.resampling"}),
        ("out_of_fold.auc", {"metrics.21", "metrics.26", "rqs.9.statistic", "rqs.9.resampling"}),
        ("out_of_fold.auc.interval", {"metrics.21", "rqs.9.statistic", "rqs.9.resampling"}),
    ],
)
def test_without_a_field_of_the_signature_its_items_are_open(field, gone):
    made = signature(training=without(TRAINING, field))
    found = gather(made, None, [])
    assert shown(found) == OF_SIGNATURE - gone


@pytest.mark.parametrize(
    ("field", "gone"),
    [
        ("at_cutoffs", {"metrics.20"}),
        ("out_of_fold.auc", {"metrics.20"}),
        ("calibration", {"metrics.22", "rqs.10.statistic"}),
        ("out_of_fold.calibration_slope", {"metrics.22", "rqs.10.statistic"}),
        ("out_of_fold.calibration_slope.interval", {"metrics.22", "rqs.10.statistic"}),
        ("decision_curve", {"rqs.14"}),
    ],
)
def test_without_a_field_of_the_validation_its_items_are_open(field, gone):
    found = sources(None, (without(VALIDATION, field),))
    assert shown(found) == (OF_SIGNATURE | OF_VALIDATION) - gone


def test_what_was_typed_by_hand_shows_nothing_of_how_it_was_made():
    typed = without(TRAINING, "software")
    assert shown(gather(signature(training=typed), None, [])) == TERMS


def test_other_images_or_unknown_columns_are_not_one_kind_of_image():
    for variable in ("table.pet_suv", "delta.volume", 7):
        training = TRAINING | {"candidates": [*TRAINING["candidates"], variable]}
        assert "metrics.23" not in shown(gather(signature(training=training), None, []))


def test_discrimination_of_a_number_is_open_and_that_of_survival_is_not():
    for name, expected in (("spearman", set()), ("c_index", {"metrics.20", "rqs.9.statistic"})):
        figures = {name: {"value": 0.4, "interval": [0.2, 0.6]}}
        found = shown(gather(signature(training=TRAINING | {"out_of_fold": figures}), None, []))
        assert found & {"metrics.20", "rqs.9.statistic"} == expected
        assert "metrics.21" in found


def test_the_demonstration_shows_its_held_out_figures():
    proofs = proofs_of(Sources(default_signature()))
    assert proofs["metrics.21"].source == "signature: training.held_out.auc_high_against_low.interval"
    assert "bootstrap" in proofs["rqs.9.resampling"].source
    assert "metrics.12" not in proofs


def test_records_of_another_signature_are_refused():
    made, record = signature(), Record("training.json", RECORD)
    other = signature(terms=made.terms[:1])
    with pytest.raises(InputError, match="its terms") as error:
        gather(other, record, [])
    assert error.value.code == "card.other_signature"
    validation = Record("v.json", {"signature": {"sha256": made.sha256}, **VALIDATION})
    gather(made, record, [validation])
    with pytest.raises(InputError, match="hash") as error:
        gather(other, None, [validation])
    assert error.value.code == "card.other_signature"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "JSON"),
        ("[1]", "JSON object"),
        ('{"a": NaN}', "finite"),
        ('{"a": 1, "a": 2}', "twice"),
    ],
    ids=["empty", "list", "not finite", "twice"],
)
def test_a_record_that_is_no_record_is_refused(tmp_path, text, problem):
    path = tmp_path / "training.json"
    path.write_text(text)
    with pytest.raises(InputError, match=problem) as error:
        read_record(path)
    assert error.value.code == "card.file"


def test_a_file_of_another_command_is_refused(tmp_path):
    with pytest.raises(InputError, match="no file of `radioimmuno train`"):
        gather(signature(), Record("x.json", VALIDATION), [])
    with pytest.raises(InputError, match="no file of `radioimmuno validate`"):
        gather(signature(), None, [Record("x.json", RECORD)])
    with pytest.raises(InputError, match="There is no file"):
        read_record(tmp_path / "none.json")


def test_files_of_one_name_are_told_apart_and_none_counts_twice(tmp_path):
    paths = [tmp_path / "a" / "v.json", tmp_path / "b" / "v.json", tmp_path / "w.json"]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    assert [one.name for one in read_records(paths)] == ["a/v.json", "b/v.json", "w.json"]
    with pytest.raises(InputError, match="twice"):
        read_records([paths[0], tmp_path / "a" / ".." / "a" / "v.json"])


def test_figures_that_are_none_are_left_out():
    content = {
        "auc": {"value": 0.7, "interval": [0.6, 0.8]},
        "c_index": {"value": None, "interval": [None, None]},
        "r2": {"value": 0.1},
        "brier": {"value": True},
        "n": 4,
    }
    assert [(one.name, one.has_interval) for one in figures_of(content)] == [("auc", True), ("r2", False)]
    assert figures_of(None) == figures_of([1]) == ()
    assert figures_of({"auc": {"value": -0.5, "interval": [-1, 0]}})[0].words == (
        "\N{MINUS SIGN}0.50 (95 % \N{MINUS SIGN}1.00 to 0.00)"
    )
