"""`radioimmuno uptake`: a PET and its lesions in, a table and all of it as JSON out."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk

pytest.importorskip("pydicom")

from pet_files import BALLS, SHAPE, labels, lattice, save, suv, write_pet_folder, write_pet_patient

from radioimmuno.geometry.image import Image, to_sitk

COLUMNS = (
    *("lesion_id", "name", "volume_cc", "suv_max", "suv_mean", "suv_peak"),
    *("mtv_41", "mtv_2_5", "mtv_4", "tlg_41", "tlg_2_5", "tlg_4", "status", "codes"),
)
RATIOS = ("ratio_max", "ratio_mean", "ratio_peak")
# What leads to SUV and is taken away.
NO_WEIGHT, NO_DOSE = {"PatientWeight": None}, {"tracer": {"RadionuclideTotalDose": None}}
NO_TIMES = {
    "tracer": {"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": None},
}


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pet")
    write_pet_patient(folder)
    return folder


@pytest.fixture
def measure(radioimmuno, patient, tmp_path):
    """Run the command on files of the patient, or others; exit code, rows, patient.json."""

    def run(pet, lesions, *options):
        out = tmp_path / "out"
        done = radioimmuno("uptake", patient / pet, patient / lesions, *options, "--out", out, "--json")
        assert done.returncode in (0, 8), done.stderr
        with (out / "uptake.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        written = json.loads((out / "patient.json").read_text())
        printed = json.loads(done.stdout)
        assert printed["exit_code"] == done.returncode
        assert printed["patient"] == written
        return done.returncode, rows, written

    return run


def numbers(row, *columns):
    return [float(row[column]) for column in columns]


def test_the_table_has_the_columns_of_the_contract_and_the_numbers_of_the_image(measure):
    code, rows, document = measure("pet.nii.gz", "pet_lesions.nii.gz")
    assert code == 0
    assert list(rows[0])[: len(COLUMNS)] == list(COLUMNS)
    assert [row["lesion_id"] for row in rows] == ["1", "2"]
    values, drawn, voxel_cc = suv(), labels(), 3.27 * 16 / 1000
    for label, row in enumerate(rows, start=1):
        inside = values[drawn == label]
        expected = [inside.size * voxel_cc, inside.max(), inside.mean()]
        assert numbers(row, "volume_cc", "suv_max", "suv_mean") == pytest.approx(expected, rel=1e-5)
        for key, least in (("41", 0.41 * inside.max()), ("2_5", 2.5), ("4", 4.0)):
            hot = inside[inside >= least]
            expected = [hot.size * voxel_cc, hot.sum() * voxel_cc]
            assert numbers(row, f"mtv_{key}", f"tlg_{key}") == pytest.approx(expected, rel=1e-5)
        assert float(row["suv_mean"]) < float(row["suv_peak"]) < float(row["suv_max"])
        assert row["status"] == "warning"
        assert "pet.taken_as_suv" in row["codes"].split()
    totals = document["totals"]
    assert totals["mtv_4"] == pytest.approx(sum(float(row["mtv_4"]) for row in rows), rel=1e-12)
    assert totals["tlg_41"] == pytest.approx(sum(float(row["tlg_41"]) for row in rows), rel=1e-12)
    assert (totals["measured"], totals["hottest_lesion"]) == (2, "1")
    apart = (np.array(BALLS["tumor"][0]) - BALLS["node"][0]) * (3.27, 4, 4)
    assert totals["largest_distance_mm"] == pytest.approx(np.linalg.norm(apart), abs=0.5)


def test_provenance_names_software_and_inputs(measure, patient):
    document = measure(
        "pet.nii.gz", "pet_lesions.nii.gz", "--reference", f"liver={patient / 'liver.nii.gz'}"
    )[2]
    inputs = document["provenance"]["inputs"]
    assert inputs.keys() == {"pet", "lesions", "reference liver"}
    assert all(len(one["sha256"]) == 64 for one in inputs.values())
    assert inputs["pet"]["name"] == "pet.nii.gz"
    assert document["provenance"]["software"]["name"] == "RadioImmunoScore"
    assert str(patient) not in json.dumps(document)


def test_a_dicom_pet_gives_what_the_file_gives_and_says_how_suv_were_made(measure):
    of_file = measure("pet.nii.gz", "pet_lesions.nii.gz")[1]
    code, rows, document = measure("pet_folder", "pet_lesions.nii.gz")
    assert code == 0
    columns = [*COLUMNS[2:6], *(name for name in COLUMNS if name[:3] in ("mtv", "tlg"))]
    for row, other in zip(rows, of_file, strict=True):
        assert numbers(row, *columns) == pytest.approx(numbers(other, *columns), rel=1e-3)
        assert row["codes"] == ""
        assert row["status"] == "measured"
    steps = document["suv"]["steps"]
    assert [step["name"] for step in steps] >= ["decay", "dose"]
    assert any("PatientWeight (0010,1030)" in step["used"] for step in steps)
    assert document["suv"]["acquisition"]["weight_kg"] == 50.0
    assert document["suv"]["refused"] is None


@pytest.mark.parametrize(
    "form", ["{name}", "{name}={name}", "{name}=S{number}", "{name}={file}", "{name}={file}:{name}"]
)
def test_a_reference_is_named_in_several_ways(measure, patient, form):
    name, number = "muscle", 4
    option = form.format(name=name, number=number, file=patient / "pet_lesions.seg.nrrd")
    code, rows, document = measure("pet.nii.gz", "pet_lesions.seg.nrrd", "--reference", option)
    assert code == 0
    ids = [row["lesion_id"] for row in rows if row["status"] != "left out"]
    among = "=" not in option or str(patient) not in option
    assert (f"S{number}" in ids) is not among
    inside = suv()[labels((name,)) == 1]
    (reference,) = document["references"]
    assert reference["mean"] == pytest.approx(inside.mean(), rel=1e-5)
    assert reference["sd"] == pytest.approx(inside.std(ddof=1), rel=1e-4)
    of_tumor = rows[0]
    found = numbers(of_tumor, *(f"{name}_{ratio}" for ratio in RATIOS))
    of_suv = numbers(of_tumor, "suv_max", "suv_mean", "suv_peak")
    assert found == pytest.approx([value / reference["mean"] for value in of_suv], rel=1e-12)


def test_a_file_with_one_structure_needs_no_name(measure, patient):
    option = f"my_liver={patient / 'liver.nii.gz'}"
    _, rows, document = measure("pet.nii.gz", "pet_lesions.nii.gz", "--reference", option)
    assert document["references"][0]["name"] == "my_liver"
    assert float(rows[0]["my_liver_ratio_max"]) > 2


def test_the_liver_adds_its_threshold(measure, patient):
    option = f"liver={patient / 'liver.nii.gz'}"
    _, rows, document = measure("pet.nii.gz", "pet_lesions.nii.gz", "--reference", option)
    (liver,) = document["references"]
    level = 1.5 * liver["mean"] + 2 * liver["sd"]
    hot = suv()[(labels() == 2) & (suv() >= level)]
    found = numbers(rows[1], "mtv_liver", "tlg_liver")
    assert found == pytest.approx([hot.size * 0.05232, hot.sum() * 0.05232], rel=1e-5)
    assert f"({level:.2f})" in document["thresholds"]["liver"]


@pytest.mark.parametrize("without", [NO_WEIGHT, NO_DOSE, NO_TIMES], ids=["weight", "dose", "times"])
def test_ratios_need_neither_dose_nor_weight_nor_times(measure, tmp_path, without):
    options = ("--reference", "muscle", "--reference", "liver")
    whole = measure("pet_folder", "pet_lesions.seg.nrrd", *options)[1]
    code, rows, document = measure(
        write_pet_folder(tmp_path / "pet", **without), "pet_lesions.seg.nrrd", *options
    )
    assert code == 8
    assert document["suv"]["refused"]["code"].startswith("pet.")
    for row, other in zip(rows, whole, strict=True):
        assert row["status"] == "refused"
        assert document["suv"]["refused"]["code"] in row["codes"].split()
        scaled = {row[name] for name in row if name.startswith(("suv_", "tlg_")) or name == "mtv_2_5"}
        assert scaled == {""}
        for column in (f"{name}_{ratio}" for name in ("muscle", "liver") for ratio in RATIOS):
            # voxels are in single precision
            assert float(row[column]) == pytest.approx(float(other[column]), rel=1e-7)
        assert row["mtv_41"] == other["mtv_41"]
    assert document["totals"]["tlg_41"] is None


def test_without_a_reference_a_pet_without_weight_is_refused(radioimmuno, patient, tmp_path):
    folder = write_pet_folder(tmp_path / "pet", **NO_WEIGHT)
    done = radioimmuno("uptake", folder, patient / "pet_lesions.nii.gz", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "[pet.weight]" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_that_holds_no_suv_gives_ratios_alone(measure, tmp_path):
    options = ("--reference", "muscle")
    whole = measure("pet.nii.gz", "pet_lesions.seg.nrrd", *options)[1]
    activity = save(tmp_path / "activity.nii.gz", suv() * 4000.0)
    code, rows, _ = measure(activity, "pet_lesions.seg.nrrd", *options)
    assert code == 8
    assert "pet.suv_implausible" in rows[0]["codes"]
    assert rows[0]["suv_max"] == ""
    expected = numbers(whole[0], *(f"muscle_{ratio}" for ratio in RATIOS))
    assert numbers(rows[0], *(f"muscle_{ratio}" for ratio in RATIOS)) == pytest.approx(expected, rel=1e-9)
    code, rows, document = measure(activity, "pet_lesions.nii.gz")
    assert code == 8
    assert [row["suv_max"] for row in rows] == ["", ""]
    assert document["totals"]["mtv_41"] is None


def test_lesions_drawn_on_a_finer_grid_are_carried_to_the_pet(measure, tmp_path):
    own = lattice()
    place = tuple(own.to_lps(np.full(3, -0.3)))
    fine = replace(own, shape=(48, 104, 112), spacing=(1.5, 1.0, 1.0), origin=place)
    drawn = save(tmp_path / "on_ct.nii.gz", labels(of=fine), fine)
    code, rows, _ = measure("pet_folder", drawn)
    assert code == 0
    assert ["mask.carried" in row["codes"] for row in rows] == [True, True]
    expected = [np.count_nonzero(labels(of=fine) == label) * 1.5 / 1000 for label in (1, 2)]
    assert [float(row["volume_cc"]) for row in rows] == pytest.approx(expected, rel=0.08)


def test_a_lesion_that_cannot_be_measured_has_empty_cells_and_a_reason(measure, tmp_path):
    own = lattice()
    fine = replace(own, shape=(48, 104, 112), spacing=(1.5, 1.0, 1.0))
    drawn = labels(of=fine)
    drawn[drawn == 2] = 0
    drawn[40, 60, 60] = 2
    code, rows, document = measure("pet_folder", save(tmp_path / "on_ct.nii.gz", drawn, fine))
    assert code == 8
    assert [row["status"] for row in rows] == ["measured", "refused"]
    assert rows[1]["codes"] == "mask.carried"
    assert [rows[1][name] for name in COLUMNS[3:12]] == [""] * 9
    assert "covers no voxel" in rows[1]["reasons"]
    assert document["totals"]["measured"] == 1


def test_a_reference_that_is_too_small_is_refused_and_the_rest_measured(measure, tmp_path):
    small = np.zeros(SHAPE, np.uint8)
    small[6, 18:20, 20] = 1
    option = f"liver={save(tmp_path / 'liver.nii.gz', small)}"
    code, rows, document = measure("pet_folder", "pet_lesions.nii.gz", "--reference", option)
    assert code == 8
    assert [one["code"] for one in document["findings"]] == ["pet.reference_small"]
    assert "liver_ratio_max" not in rows[0]
    assert rows[0]["status"] == "measured"


def test_sul_is_made_on_request_and_has_no_threshold_of_suv(measure):
    by_weight = measure("pet_folder", "pet_lesions.nii.gz")[1]
    code, rows, document = measure("pet_folder", "pet_lesions.nii.gz", "--quantity", "lbm")
    assert code == 0
    # Janmahasatian, a woman of 50 kg and 1.60 m
    lean = 9270 * 50 / (8780 + 244 * 50 / 1.6**2)
    expected = float(by_weight[0]["suv_max"]) * lean / 50
    assert float(rows[0]["suv_max"]) == pytest.approx(expected, rel=1e-6)
    assert (rows[0]["mtv_2_5"], rows[0]["tlg_4"]) == ("", "")
    assert document["suv"]["quantity"] == "lbm"
    assert any("hold for SUV by body weight" in note for note in document["notes"])


def test_immuno_pet_has_no_threshold_of_fdg_and_a_note(measure, tmp_path):
    tracer = {
        "Radiopharmaceutical": "89Zr-antibody",
        "RadionuclideHalfLife": 282240.0,
        "RadiopharmaceuticalStartDateTime": "20240306090000.00",
    }
    folder = write_pet_folder(tmp_path / "pet", tracer=tracer)
    code, rows, document = measure(folder, "pet_lesions.seg.nrrd", "--reference", "muscle")
    assert code == 0
    assert list(document["thresholds"]) == ["41"]
    assert (rows[0]["mtv_4"], rows[0]["tlg_2_5"]) == ("", "")
    assert float(rows[0]["muscle_ratio_max"]) > 10
    assert any("Spleen and lymph nodes" in note for note in document["notes"])


def test_the_terminal_says_it_in_words(radioimmuno, patient, tmp_path):
    done = radioimmuno(
        *("uptake", patient / "pet_folder", patient / "pet_lesions.seg.nrrd"),
        *("--reference", "muscle", "--out", tmp_path / "out"),
    )
    assert done.returncode == 0, done.stderr
    assert "muscle ratio" in done.stdout
    assert "Reference muscle: mean 0.6" in done.stdout
    assert "largest distance" in done.stdout
    assert "Research use only." in done.stdout


def test_what_is_no_lesion_is_left_out_and_said(radioimmuno, patient, tmp_path):
    image = to_sitk(Image(labels(("tumor", "muscle")), lattice()))
    for number, name in enumerate(("GTV", "Spinal cord")):
        for key, value in (("ID", name), ("Name", name), ("LabelValue", str(number + 1)), ("Layer", "0")):
            image.SetMetaData(f"Segment{number}_{key}", value)
    drawn = tmp_path / "drawn.seg.nrrd"
    sitk.WriteImage(image, str(drawn))
    done = radioimmuno("uptake", patient / "pet_folder", drawn, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "Left out: Spinal cord." in done.stdout
    rows = (tmp_path / "out" / "uptake.csv").read_text().splitlines()
    assert [row.count("left out") for row in rows] == [0, 0, 1]


def test_what_holds_for_all_lesions_is_said_once_on_the_terminal(radioimmuno, patient, tmp_path):
    case = ("uptake", patient / "pet.nii.gz", patient / "pet_lesions.nii.gz", "--out", tmp_path / "out")
    assert radioimmuno(*case).stdout.count("taken as SUV by body weight") == 1


def test_why_all_lesions_are_refused_stands_in_their_rows(radioimmuno, patient, tmp_path):
    whole_numbers = save(tmp_path / "counts.nii.gz", np.rint(suv() * 100).astype(np.int16))
    done = radioimmuno("uptake", whole_numbers, patient / "pet_lesions.nii.gz", "--out", tmp_path / "out")
    assert done.returncode == 8
    rows = [line for line in done.stdout.splitlines() if "refused" in line]
    assert len(rows) == 2
    assert all("whole numbers" in row for row in rows)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--reference", "Liver=liver.nii.gz"), "NAME is one of liver, blood_pool, muscle"),
        (("--reference", "liver="), "NAME is one of"),
        (("--reference", "liver", "--reference", "liver=x"), "given twice"),
        (("--quantity", "suv"), "invalid choice"),
    ],
)
def test_wrong_usage_is_said(radioimmuno, patient, tmp_path, options, words):
    case = ("uptake", patient / "pet.nii.gz", patient / "pet_lesions.nii.gz", "--out", tmp_path / "out")
    done = radioimmuno(*case, *options)
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("spleen", "there are: tumor"),
        ("liver=Leber", "there are: tumor"),
        ("liver=missing.nii.gz", "there are: tumor"),
    ],
)
def test_a_reference_that_is_not_there_is_refused(radioimmuno, patient, tmp_path, option, words):
    case = ("uptake", patient / "pet.nii.gz", patient / "pet_lesions.seg.nrrd", "--out", tmp_path / "out")
    done = radioimmuno(*case, "--reference", option)
    assert done.returncode == 1
    assert "[mask.no_match]" in done.stderr
    assert words in done.stderr


def test_a_ct_is_no_pet(radioimmuno, patient, tmp_path):
    folder = write_pet_folder(tmp_path / "ct", Modality="CT")
    done = radioimmuno("uptake", folder, patient / "pet_lesions.nii.gz", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "[pet.not_pet]" in done.stderr


def test_a_reference_file_is_an_input_that_is_not_replaced(radioimmuno, patient, tmp_path):
    case = ("uptake", patient / "pet.nii.gz", patient / "pet_lesions.nii.gz")
    (tmp_path / "out").mkdir()
    liver = save(tmp_path / "out" / "liver.nii.gz", labels(("liver",)))
    done = radioimmuno(*case, "--reference", f"liver={liver}", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "[output.is_input]" in done.stderr


@pytest.mark.parametrize("lesions", ["sts/STS_012/pet_mask.nii.gz", "sts_dicom/STS_012/PET/mask/RS.dcm"])
def test_a_patients_pet_gives_the_same_as_a_file_and_as_dicom(measure, data, lesions):
    of_file = measure(data / "sts/STS_012/pet.nii.gz", data / "sts/STS_012/pet_mask.nii.gz")[1][0]
    code, (row,), document = measure(data / "sts_dicom/STS_012/PET/image", data / lesions)
    assert code == 0
    columns = COLUMNS[2:12]
    assert numbers(row, *columns) == pytest.approx(numbers(of_file, *columns), rel=1e-5)
    assert document["suv"]["acquisition"]["scanner"].startswith("GE MEDICAL SYSTEMS")
    assert document["patient"].startswith("P-")


def test_contours_on_a_pet_that_is_no_dicom_are_measured_with_a_warning(measure, data):
    _, (row,), _ = measure(data / "sts/STS_012/pet.nii.gz", data / "sts_dicom/STS_012/PET/mask/RS.dcm")
    assert "mask.reference" in row["codes"].split()
    assert "The PET is no DICOM series" in row["reasons"]


def test_another_kind_of_result_is_not_replaced(radioimmuno, patient, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "patient.json").write_text("{}")
    case = ("uptake", patient / "pet.nii.gz", patient / "pet_lesions.nii.gz", "--out", tmp_path / "out")
    done = radioimmuno(*case, "--force")
    assert done.returncode == 1
    assert "[output.foreign]" in done.stderr
    assert (tmp_path / "out" / "patient.json").read_text() == "{}"


def test_contours_of_the_ct_are_measured_on_the_pet_beside_it(measure, data):
    on_pet = measure(data / "sts_dicom/STS_012/PET/image", data / "sts_dicom/STS_012/PET/mask/RS.dcm")[1][0]
    on_ct = measure(data / "sts_dicom/STS_012/PET/image", data / "sts_dicom/STS_012/CT/mask/RS.dcm")[1][0]
    columns = ("volume_cc", "suv_max", "suv_mean", "suv_peak", "mtv_41")
    assert numbers(on_ct, *columns) == pytest.approx(numbers(on_pet, *columns), rel=0.01)
