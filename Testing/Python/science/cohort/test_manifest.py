"""Reading a manifest: whatever people write, each row comes to its patient or the file is refused."""

from __future__ import annotations

import pytest

from radioimmuno.cohort.manifest import read_manifest
from radioimmuno.findings import TableError
from radioimmuno.site import Site

HEAD = "patient,ct,lesions"


def written(folder, text, name="manifest.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def problem_of(folder, text):
    (patient,) = read_manifest(written(folder, text)).patients
    return patient.problem


def test_a_row_a_lesion_with_all_that_is_known(tmp_path):
    text = (
        "patient,study,ct,series,lesions,lesion,site,irradiated,kvp,batch,os_days\n"
        "p1,first,ct.nrrd,1.2.3,masks/a.nrrd,2,Lymph node,yes,120,A,365\n"
    )
    manifest = read_manifest(written(tmp_path, text))
    (row,) = manifest.patients[0].rows
    assert (row.line, row.study, row.series, row.lesion) == (2, "first", "1.2.3", "2")
    assert (row.site, row.irradiated, row.kvp) == (Site.LYMPH_NODE, True, 120.0)
    assert (row.ct, row.lesions) == (tmp_path / "ct.nrrd", tmp_path / "masks" / "a.nrrd")
    assert row.carried == {"batch": "A", "os_days": "365"}
    assert manifest.carried == ("batch", "os_days")


def test_relative_paths_are_relative_to_the_manifest_wherever_the_command_runs(tmp_path, monkeypatch):
    (tmp_path / "lists").mkdir()
    written(tmp_path / "lists", f"{HEAD}\np,../ct.nrrd,{tmp_path}/m.nrrd\n")
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    (row,) = read_manifest(Path("lists/manifest.csv")).patients[0].rows
    assert (row.ct, row.lesions) == (tmp_path / "ct.nrrd", tmp_path / "m.nrrd")


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD},batch\r\np,ct.nrrd,m.nrrd,A\r\n",
        f"\ufeff{HEAD},batch\np,ct.nrrd,m.nrrd,A\n",
        f"{HEAD},batch\np,ct.nrrd,m.nrrd,A",
        "Patient,CT,Lesions,batch\n p , ct.nrrd ,m.nrrd,A\n",
        "patient;ct;lesions;batch\np;ct.nrrd;m.nrrd;A\n",
        "patient\tct\tlesions\tbatch\np\tct.nrrd\tm.nrrd\tA\n",
        f"{HEAD},batch\n,,,\np,ct.nrrd,m.nrrd,A\n\n,,,\n",
        f"{HEAD},batch,\np,ct.nrrd,m.nrrd,A,\n",
        'patient,ct,lesions,batch\n"p","ct.nrrd","m.nrrd","A"\n',
        f"{HEAD},batch\np,.\\ct.nrrd,m.nrrd,A\n",
        "patient_id,ct,mask,batch\np,ct.nrrd,m.nrrd,A\n",
    ],
    ids=[
        *("windows", "bom", "no last newline", "capitals and blanks", "semicolons", "tabs", "empty lines"),
        *("empty column", "quotes", "backslash", "other names"),
    ],
)
def test_the_same_manifest_however_it_was_saved(tmp_path, text):
    manifest = read_manifest(written(tmp_path, text))
    ((row,),) = [one.rows for one in manifest.patients]
    assert [one.patient for one in manifest.patients] == ["p"]
    assert (row.ct, row.lesions) == (tmp_path / "ct.nrrd", tmp_path / "m.nrrd")
    assert dict(row.carried) == {"batch": "A"}


def test_decimal_commas_become_points(tmp_path):
    text = "patient;ct;lesions;kvp;age;code\np;c.nrrd;m.nrrd;120,5;61,25;a,b\n"
    (row,) = read_manifest(written(tmp_path, text)).patients[0].rows
    assert row.kvp == 120.5
    assert dict(row.carried) == {"age": "61.25", "code": "a,b"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (f"{HEAD}\n", "no row"),
        ("patients,ct,lesions\np,c,m\n", "no column 'patient'"),
        ("patient,ct,lesionss\np,c,m\n", "Is 'lesionss' meant?"),
        ("patient,lesions\np,m\n", "no column 'ct'"),
        ("patient,ct,ct,lesions\np,c,c,m\n", "twice"),
        ("patient,ct,CT,lesions\np,c,c,m\n", "twice"),
        (f"{HEAD}\np,c.nrrd,m.nrrd,more\n", "line 2"),
        (f"{HEAD}\np,c.nrrd\n", "line 2"),
        (f"{HEAD}\n,c.nrrd,m.nrrd\n", "Line 2 of"),
        (f"{HEAD},status\np,c,m,x\n", "'status'"),
        (f"{HEAD},ring.glcm.contrast\np,c,m,1\n", "rename it"),
        (f"{HEAD},Reasons\np,c,m,1\n", "rename it"),
    ],
    ids=range(13),
)
def test_what_cannot_be_told_to_a_patient_refuses_the_manifest(tmp_path, text, words):
    with pytest.raises(TableError, match=words) as refused:
        read_manifest(written(tmp_path, text))
    assert refused.value.code == "cohort.manifest"


def test_other_encodings_folders_and_missing_files_are_refused(tmp_path):
    for path in (
        written(tmp_path, f"{HEAD}\nM\xfcller,c,m\n", encoding="latin-1"),
        tmp_path / "missing.csv",
        tmp_path,
    ):
        with pytest.raises(TableError) as refused:
            read_manifest(path)
        assert refused.value.code == "cohort.manifest"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("p,,m.nrrd,,,,", "Line 2: no CT"),
        ("p,c.nrrd,m.nrrd,1,GTV*,,", "lesion and roi"),
        ("p,c.nrrd,,1,,,", "no file of lesions"),
        ("p,c.nrrd,m.nrrd,,,elbow,", "elbow"),
        ("p,c.nrrd,m.nrrd,,,,1200", "1200 kV"),
        ("p,c.nrrd,m.nrrd,,,,high", "write a number"),
    ],
    ids=range(6),
)
def test_a_bad_row_is_its_patients_problem_alone(tmp_path, row, words):
    text = f"{HEAD},lesion,roi,site,kvp\n{row}\nother,c2.nrrd,m2.nrrd,,,,\n"
    bad, good = read_manifest(written(tmp_path, text)).patients
    assert words in bad.problem
    assert (good.problem, len(good.rows)) == ("", 1)


@pytest.mark.parametrize("answer", ["perhaps", "ja"])
def test_irradiated_is_yes_or_no(tmp_path, answer):
    assert answer in problem_of(tmp_path, f"{HEAD},irradiated\np,c.nrrd,m.nrrd,{answer}\n")


def test_a_row_that_stands_twice_counts_once_and_is_noted(tmp_path):
    manifest = read_manifest(written(tmp_path, f"{HEAD},batch\np,c,m,A\nq,c,m,A\np,c,m,A\n"))
    assert [len(one.rows) for one in manifest.patients] == [1, 1]
    assert [one.problem for one in manifest.patients] == ["", ""]
    assert manifest.notes == ("Line 4 repeats line 2 and is passed over.",)


def test_two_rows_that_say_different_things_of_one_lesion_contradict(tmp_path):
    text = f"{HEAD},lesion,site\np,c,m,1,lung\np,c,m,1,liver\n"
    assert "Lines 2 and 3" in problem_of(tmp_path, text)


@pytest.mark.parametrize("studies", [("", ""), ("a", "a")])
def test_two_ct_in_one_study_are_refused(tmp_path, studies):
    text = f"{HEAD},study\np,c1,m1,{studies[0]}\np,c2,m2,{studies[1]}\n"
    assert "two CT" in problem_of(tmp_path, text)


def test_two_ct_in_two_studies_are_two_studies(tmp_path):
    assert problem_of(tmp_path, f"{HEAD},study\np,c1,m1,a\np,c2,m2,b\n") == ""


def test_tube_voltages_of_one_ct_may_not_differ(tmp_path):
    assert "kvp" in problem_of(tmp_path, f"{HEAD},kvp\np,c,m1,100\np,c,m2,120\n")
    assert "the batch of one CT differs" in problem_of(tmp_path, f"{HEAD},batch\np,c,m1,A\np,c,m2,B\n")


def test_one_ct_with_and_without_lesions_is_a_contradiction(tmp_path):
    assert "the other none" in problem_of(tmp_path, f"{HEAD}\np,c,m\np,c,\n")


def test_rows_of_lesions_and_of_files_may_be_mixed(tmp_path):
    text = f"{HEAD},lesion,roi,site\np,c,m,,,\np,c,m,2,,lung\np,c,n,,GTV*|Node 1,liver\n"
    manifest = read_manifest(written(tmp_path, text))
    (patient,) = manifest.patients
    assert patient.problem == ""
    assert [row.patterns for row in patient.rows] == [(), (), ("GTV*", "Node 1")]


def test_patients_keep_the_order_of_the_file(tmp_path):
    text = f"{HEAD}\nz,c,m\na,c,m\nz,c,n\n"
    assert [one.patient for one in read_manifest(written(tmp_path, text)).patients] == ["z", "a"]
