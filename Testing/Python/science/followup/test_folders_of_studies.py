"""Studies read one after the other: whose they are, when they are of, and how many CT are held."""

from __future__ import annotations

import weakref

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.findings import InputError
from radioimmuno.followup import reading
from radioimmuno.followup.reading import Images, StudyOrder, is_named, read_studies
from radioimmuno.followup.study_dates import checked_dates
from radioimmuno.geometry.image import Image, Lattice, to_sitk
from radioimmuno.identity import Identity, Naming
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.io.study_files import LesionFile, StudyFiles
from radioimmuno.lesion import Lesion
from radioimmuno.signature.signature import default_signature

LATTICE = Lattice((12, 12, 12), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three CT of air, which no one can register, with a lesion."""
    place = tmp_path_factory.mktemp("air")
    mask = np.zeros(LATTICE.shape, bool)
    mask[4:8, 4:8, 4:8] = True
    write_segmentation(place / "lesions.seg.nrrd", [Lesion("1", "one", Image(mask, LATTICE))], LATTICE)
    for name in ("a", "b", "c"):
        values = np.full(LATTICE.shape, -1000 + ord(name) - ord("a"), np.int16)
        sitk.WriteImage(to_sitk(Image(values, LATTICE)), str(place / f"{name}.nrrd"))
    return place


def order(folder, name: str, day: str = "", patient: str = "", accepted: frozenset[str] = frozenset()):
    lesions = (LesionFile(folder / "lesions.seg.nrrd"),)
    files = StudyFiles(folder / f"{name}.nrrd", lesions, naming=Naming(patient), accepted=accepted)
    return StudyOrder("air", files, date=day)


def no_progress(_what: str, _number: int):
    return lambda _done, _total: None


def test_stages_come_in_order_and_what_cannot_be_registered_is_a_finding(folder):
    begun = []

    def stage(what: str, number: int):
        begun.append((what, number))
        return lambda _done, _total: None

    read = read_studies([order(folder, "a"), order(folder, "b")], default_signature(), stage)
    assert begun == [("reading", 0), ("reading", 1), ("scoring", 1), ("scoring", 0), ("registering", 1)]
    assert read.registrations == (None,)
    assert [finding.code for finding in read.findings[1]] == ["followup.registration"]
    # Names that are alike are told apart; without dates nothing else is known.
    assert [one.name for one in read.studies] == ["air (1)", "air (2)"]
    assert all(one.study.images == {} for one in read.studies)
    assert read.patient == "a"


def test_two_ct_are_held_and_others_read_again(folder):
    orders = [order(folder, name) for name in ("a", "b", "c")]
    images = Images(tuple(one.files for one in orders))
    held = [images.of(number) for number in range(3)]
    assert images.of(2) is held[2]
    assert images.of(1) is held[1]
    again = images.of(0)
    assert again is not held[0]
    np.testing.assert_array_equal(again.values, held[0].values)


def test_two_ct_at_most_are_in_memory(folder, monkeypatch):
    read: list[weakref.ref] = []
    counts: list[int] = []

    def watched(original, image_of):
        def call(*arguments, **options):
            counts.append(1 + sum(each() is not None for each in read))
            made = original(*arguments, **options)
            read.append(weakref.ref(image_of(made).values))
            return made

        return call

    for name, image_of in (
        ("read_study", lambda made: made.study.image),
        ("read_main", lambda made: made.image),
    ):
        monkeypatch.setattr(reading, name, watched(getattr(reading, name), image_of))
    days = ("2026-01-05", "2026-02-05", "2026-03-05", "2026-04-05")
    orders = [order(folder, name, day) for name, day in zip("abca", days, strict=True)]
    studies = read_studies(orders, default_signature(), no_progress).studies
    assert [one.name for one in studies] == list(days)
    # Of four, the first two are read again.
    assert len(counts) == 6
    assert max(counts) == 2


def test_studies_are_called_by_their_dates_where_all_have_one(folder):
    orders = [order(folder, "a", "2026-01-05", "P"), order(folder, "b", "2026-03-05", "P")]
    read = read_studies(orders, default_signature(), no_progress)
    assert [one.name for one in read.studies] == ["2026-01-05", "2026-03-05"]
    assert read.patient == "P"


def test_another_patient_is_refused_unless_accepted(folder):
    first = order(folder, "a", patient="Ada")
    with pytest.raises(InputError, match="To go on all the same: --accept-patient") as error:
        read_studies([first, order(folder, "b", patient="Eve")], default_signature(), no_progress)
    assert error.value.code == "followup.patient"
    accepted = order(folder, "b", patient="Eve", accepted=frozenset({"patient.mismatch"}))
    read = read_studies([first, accepted], default_signature(), no_progress)
    assert read.findings[1][0].code == "followup.patient"


def test_a_files_name_is_no_patients():
    assert not is_named(Identity("scan", "scan"))
    assert not is_named(Identity("", "2026-01-05"))
    assert is_named(Identity("P-2345", "2026-01-05"))


def test_dates_are_one_a_study_and_may_be_left_to_the_files():
    assert checked_dates(["2026-01-05", " "], 2) == ("2026-01-05", "")
    for texts in (["2026-01-05"], ["5.1.2026", ""]):
        with pytest.raises(InputError) as error:
            checked_dates(texts, 2)
        assert error.value.code == "followup.dates"
