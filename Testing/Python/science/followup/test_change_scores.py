"""Changes of all features of followed lesions, and scores by signatures that weigh them."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from followed import DATES, course_of
from phantoms import noisy_patient
from scipy import ndimage
from signatures import signature, term

from radioimmuno.features.catalog import ALL, identifiers
from radioimmuno.followup.change import Change
from radioimmuno.followup.change_scores import with_change_scores
from radioimmuno.followup.follow_up import follow_up
from radioimmuno.followup.followed_lesion import ScoredStudy, union_id
from radioimmuno.followup.study_rows import with_features, with_unions
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.ct import read_ct
from radioimmuno.lesion import Lesion
from radioimmuno.report.followup_files import FEATURE_COLUMNS, write_feature_changes_csv
from radioimmuno.scoring.score import score_rows
from radioimmuno.scoring.weighing import NO_EARLIER_STUDY
from radioimmuno.settings import ExtractionSettings, Settings
from radioimmuno.stability.agreement import LesionStability, Spread
from radioimmuno.study import Study

MEAN, RING, VOLUME = "lesion.statistics.mean", "ring.statistics.mean", "lesion.morphology.volume"
WEIGHING = signature(
    *(term(f"delta.{VOLUME}", -2.0), term(f"delta_abs.{MEAN}"), term(f"delta.{RING}", when_undefined="mean")),
    distribution=None,
)
LATTICE = noisy_patient()[0].lattice
BESIDE = ["lesion.statistics.maximum", MEAN, "ring.statistics.variance"]


def balls(lattice: Lattice = LATTICE, **radii: tuple[float, float]) -> tuple[Lesion, ...]:
    """Lesions by name, each a ball with its radius (mm) and how far (mm) it is off the middle."""
    points = lattice.to_lps(np.moveaxis(np.indices(lattice.shape), 0, -1))
    middle = lattice.to_lps((np.array(lattice.shape) - 1) / 2)
    return tuple(
        Lesion(
            name, f"lesion {name}", Image(np.linalg.norm(points - middle - [off, 0, 0], axis=-1) < r, lattice)
        )
        for name, (r, off) in radii.items()
    )


def scored(number: int, image: Image, lesions, features=BESIDE, used=WEIGHING) -> ScoredStudy:
    study = Study({"ct": image}, lesions, date=DATES[number])
    rows = with_features(score_rows(study, used), study, used.settings, features)
    return ScoredStudy(f"S{number + 1}", study, {row.id: row for row in rows})


def followed(studies, *pairs, used=WEIGHING, features=BESIDE):
    """The follow-up of studies that are scored."""
    course = course_of(studies, *pairs)
    whole = [
        with_unions(
            course, studies, number, lambda number=number: studies[number].study.image, used, features
        )
        for number in range(len(studies))
    ]
    return follow_up("P", course, with_change_scores(course, whole, used))


@pytest.fixture(scope="module")
def grown():
    """A ball of 9 mm that has 11 mm in a CT 30 HU higher; numbers of both CT, and the follow-up."""
    image = noisy_patient()[0]
    brighter = replace(image, values=image.values + np.int16(30))
    studies = [scored(0, image, balls(a=(9.0, 0.0))), scored(1, brighter, balls(b=(11.0, 0.0)))]
    return studies, followed(studies, [("a", "b")])


@pytest.mark.parametrize("flat", [False, True], ids=["textured", "flat"])
def test_every_feature_of_a_lesion_that_is_measured_twice_has_not_changed(flat):
    image = noisy_patient(shape=(24, 34, 30))[0]
    lesions = balls(image.lattice, a=(8.0, 0.0))
    if flat:
        image = replace(image, values=np.full_like(image.values, 40))
    studies = [scored(number, image, lesions, identifiers(ALL)) for number in (0, 1)]
    here = followed(studies, [("a", "a")], features=identifiers(ALL)).lesions[0].in_studies[1]
    assert set(here.feature_changes) == set(here.features)
    assert len(here.features) > (100 if flat else 300)
    assert (len(here.features) < len(identifiers(ALL))) == flat  # of what is flat, some are not defined
    changes = here.feature_changes.values()
    assert {one.absolute for one in changes} == {one.relative for one in changes} == {0.0}


def test_changes_of_lesion_and_ring_are_those_of_their_values(grown):
    studies, found = grown
    here = found.lesions[0].in_studies[1]
    before, after = studies[0].rows["a"].features, studies[1].rows["b"].features
    assert set(here.feature_changes) == {MEAN, VOLUME, RING, *BESIDE}
    for name, one in here.feature_changes.items():
        difference = after[name] - before[name]
        assert one.absolute == difference
        assert one.relative == difference / np.abs(before[name])
        assert one.per_30_days == pytest.approx(difference / 2)  # in 60 days
    assert here.feature_changes[VOLUME].relative == pytest.approx((11 / 9) ** 3 - 1, abs=0.02)
    assert here.since == "S1"


def test_the_score_is_that_of_the_changes_and_the_baseline_has_none(grown):
    studies, found = grown
    before, after = studies[0].rows["a"].features, studies[1].rows["b"].features
    volume, ring = ((after[name] - before[name]) / abs(before[name]) for name in (VOLUME, RING))
    here = found.lesions[0].in_studies
    assert here[1].score == pytest.approx(0.5 - 2 * volume + after[MEAN] - before[MEAN] + ring)
    assert here[0].score is None
    row = found.studies[0].rows["a"]
    assert [finding.code for finding in row.findings] == [NO_EARLIER_STUDY]
    assert "It is first seen in S1; in later studies it has a score." in row.reasons


def test_changes_of_a_real_lesion_are_those_of_its_voxels(data):
    """Without resampling, a few lines of numpy know mean, variance, skewness and energy."""
    image, label = (
        read_ct(data / "lung1_001" / "ct.nrrd").image,
        sitk.GetArrayFromImage(sitk.ReadImage(str(data / "lung1_001" / "label.nrrd"))) > 0,
    )
    masks = label, ndimage.binary_erosion(label)
    names = {
        "mean": np.mean,
        "variance": np.var,
        "skewness": lambda hu: np.mean((hu - hu.mean()) ** 3) / np.std(hu) ** 3,
        "energy": lambda hu: np.sum(hu**2),
    }
    used = replace(WEIGHING, settings=Settings(ExtractionSettings(spacing_mm=None, range_hu=None)))
    features = [f"lesion.statistics.{name}" for name in names]
    lesions = [(Lesion("a", "a", Image(mask, image.lattice)),) for mask in masks]
    studies = [scored(n, image, one, features, used) for n, one in enumerate(lesions)]
    here = followed(studies, [("a", "a")], used=used, features=features).lesions[0].in_studies[1]
    for name, function in names.items():
        then, now = (float(function(image.values[mask].astype(float))) for mask in masks)
        found = here.feature_changes[f"lesion.statistics.{name}"]
        assert found.absolute == pytest.approx(now - then, rel=1e-9)
        assert found.relative == pytest.approx((now - then) / abs(then), rel=1e-9)


def test_parts_are_compared_as_one_and_what_is_gone_has_the_change_of_its_volume():
    image = noisy_patient()[0]
    start = balls(a=(10.0, -7.0), b=(7.0, 11.0))
    parts = balls(a=(6.0, -12.0), b=(5.0, 3.0))
    studies = [scored(0, image, start), scored(1, image, parts), scored(2, image, balls(c=(4.0, 12.0)))]
    found = followed(studies, [("a", "a b"), ("b", "")], [("a b", ""), ("", "c")])
    split, lost, new = found.lesions
    union = score_rows(
        Study(
            {"ct": image},
            (replace(parts[0], mask=Image(parts[0].mask.values | parts[1].mask.values, image.lattice)),),
        ),
        WEIGHING,
    )[0]
    here = split.in_studies[1]
    assert here.features[MEAN] == union.features[MEAN]
    assert (
        here.feature_changes[VOLUME].absolute
        == union.features[VOLUME] - studies[0].rows["a"].features[VOLUME]
    )
    assert here.score is not None
    for lesion, number in ((lost, 1), (split, 2)):
        gone = lesion.in_studies[number]
        assert gone.features == {}
        assert gone.feature_changes[VOLUME].relative == -1.0
        assert {one for name, one in gone.feature_changes.items() if name != VOLUME} == {Change()}
        assert gone.score is None
    assert new.in_studies[2].feature_changes == {}
    assert "It is first seen in S3" in found.studies[2].rows["c"].reasons


def test_a_lesion_that_may_be_another_has_no_change():
    image = noisy_patient()[0]
    lesions = balls(a=(7.0, -8.0), b=(7.0, 8.0))
    studies = [scored(number, image, lesions) for number in (0, 1)]
    found = followed(studies)  # nothing registered, nobody paired
    unknown = [lesion.in_studies[1] for lesion in found.lesions if lesion.in_studies[0] is None]
    assert [here.ids for here in unknown] == [("a",), ("b",)]
    for here in unknown:
        assert here.feature_changes == {}
        assert here.score is None
        assert "not known which earlier lesion" in found.studies[1].rows[union_id(here.ids)].reasons


def test_contours_may_explain_the_change_of_a_feature():
    image = noisy_patient()[0]
    studies = [scored(0, image, balls(a=(9.0, 0.0))), scored(1, image, balls(a=(9.5, 0.0)))]
    sd = {MEAN: (50.0, 50.0), VOLUME: (50.0, None)}
    for number, study in enumerate(studies):
        row = study.rows["a"]
        spreads = {name: Spread(9, row.features[name], sds[number]) for name, sds in sd.items()}
        stability = LesionStability(None, None, None, {}, 9, 9, spreads)
        studies[number] = replace(study, rows={"a": replace(row, stability=stability)})
    changes = followed(studies, [("a", "a")]).lesions[0].in_studies[1].feature_changes
    within = {name: changes[name].within_uncertainty for name in (MEAN, VOLUME, RING)}
    assert within == {MEAN: True, VOLUME: None, RING: None}


def test_the_table_has_a_row_a_feature(grown, tmp_path):
    _, found = grown
    write_feature_changes_csv(found, tmp_path / "feature_changes.csv")
    with (tmp_path / "feature_changes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == FEATURE_COLUMNS
    here = found.lesions[0].in_studies[1]
    assert {f"{row['region']}.{row['feature']}" for row in rows} == set(here.feature_changes)
    (row,) = (row for row in rows if (row["region"], row["feature"]) == ("ring", "statistics.mean"))
    assert [row[name] for name in ("lesion", "study", "match", "since", "days", "unit")] == [
        *("L1", "S2", "same", "S1", "60", "HU")
    ]
    assert float(row["change"]) == float(row["value"]) - float(row["value_then"])
    assert float(row["change_relative"]) == here.feature_changes[RING].relative


def test_changes_after_a_filter_are_those_of_its_response(tmp_path):
    """Both studies are measured alike: of a CT of twice the contrast, 30 HU higher, twice the response."""
    image, lesions = noisy_patient()[0], balls(a=(9.0, 0.0))
    higher = replace(image, values=2 * image.values + np.int16(30))
    after = "lesion.wavelet_haar_hll"
    features = [f"{after}.{key}" for key in ("statistics.range", "statistics.variance", "histogram.entropy")]
    used = replace(
        signature(term(f"delta.{after}.statistics.variance", 2.0), distribution=None),
        settings=Settings(ExtractionSettings(round_intensities=False)),
    )
    studies = [scored(n, one, lesions, features, used) for n, one in enumerate((image, higher))]
    found = followed(studies, [("a", "a")], used=used, features=features)
    here = found.lesions[0].in_studies[1]
    changes = {name.removeprefix(f"{after}."): one.relative for name, one in here.feature_changes.items()}
    expected = {"statistics.range": 1, "statistics.variance": 3, "histogram.entropy": 0}
    assert changes == pytest.approx(expected, abs=1e-6)
    assert here.score == pytest.approx(0.5 + 2 * 3)
    write_feature_changes_csv(found, tmp_path / "feature_changes.csv")
    with (tmp_path / "feature_changes.csv").open(newline="") as file:
        rows = {row["feature"]: row for row in csv.DictReader(file)}
    assert {row["region"] for row in rows.values()} == {after}
    row = rows["statistics.range"]
    assert row["unit"] == "a.u."
    assert float(row["value"]) == pytest.approx(2 * float(row["value_then"]))
    assert float(row["change_relative"]) == pytest.approx(1)
