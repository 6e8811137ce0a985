"""The lesion table: what it adds to lesions, and what is refused in which line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.findings import TableError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.lesion_table import apply_lesion_table
from radioimmuno.lesion import Delineation, DelineationType, Lesion, Site

MASK = Image(np.ones((1, 1, 1), bool), Lattice((4, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))
LESIONS = [Lesion("1", "first", MASK, Site.LUNG), Lesion("2", "second", MASK), Lesion("3", "second", MASK)]


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "lesions.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def facts(lesions):
    return [(lesion.id, lesion.name, lesion.site, lesion.irradiated) for lesion in lesions]


def test_site_irradiation_and_name_come_from_the_table(table):
    path = table("lesion_id,site,irradiated,name\n2,Lymph node,yes,axilla\n1,,NO,\n")
    assert facts(apply_lesion_table(path, LESIONS)) == [
        ("1", "first", Site.LUNG, False),
        ("2", "axilla", Site.LYMPH_NODE, True),
        ("3", "second", None, None),
    ]


@pytest.mark.parametrize(
    ("word", "value"),
    [("yes", True), ("True", True), ("1", True), ("no", False), ("FALSE", False), ("0", False)],
)
def test_irradiated_is_said_in_several_ways(table, word, value):
    assert apply_lesion_table(table(f"lesion_id,irradiated\n1,{word}\n"), LESIONS)[0].irradiated is value


def test_lesions_are_found_by_name_where_there_is_no_identifier(table):
    assert apply_lesion_table(table("name,site\nfirst,bone\n"), LESIONS)[0].site is Site.BONE


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("\ufefflesion_id;site\r\n1;liver\r\n", "utf-8"),
        (" Lesion_ID , SITE \n\n 1 , liver \n", "utf-8"),
        ('"lesion_id","site"\n"1","liver"\n', "utf-8"),
    ],
)
def test_what_spreadsheets_write_is_read(table, text, encoding):
    assert apply_lesion_table(table(text, encoding), LESIONS)[0].site is Site.LIVER


def test_how_lesions_were_drawn_comes_from_the_table(table):
    network = Delineation(DelineationType.AUTOMATIC, "a network")
    lesions = [replace(LESIONS[0], delineation=network), LESIONS[1], replace(LESIONS[2], delineation=network)]
    path = table("lesion_id,drawn\n1,automatic\n2,Manual\n3,\n")
    by_hand = Delineation(DelineationType.MANUAL)
    assert [x.delineation for x in apply_lesion_table(path, lesions)] == [network, by_hand, network]
    path = table("lesion_id,drawn\n1,manual\n")
    assert apply_lesion_table(path, lesions)[0].delineation == by_hand


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "table.unreadable", "Line 1 .* no column that says which lesion"),
        ("site,irradiated\nliver,yes\n", "table.unreadable", "Line 1 .* no column that says which lesion"),
        (
            "lesion_id,stage\n1,II\n",
            "table.unreadable",
            "Line 1 .* unknown column 'stage'; expected are: lesion_id",
        ),
        ("lesion_id,site,site\n1,liver,lung\n", "table.unreadable", "Line 1 .* a column twice"),
        ("lesion_id,site\n1,liver\n2\n", "table.unreadable", "Line 3 .* 1 cells and the header 2"),
        ("lesion_id,site\n1,liver\n1,lung\n", "table.unreadable", "Line 3 .* '1' has two lines"),
        ("lesion_id,irradiated\n1,maybe\n", "table.unreadable", "Line 2 .* 'maybe'; write yes or no"),
        (
            "lesion_id,drawn\n1,by hand\n",
            "table.unreadable",
            "Line 2 .* 'by hand'; write one of: manual, semiautomatic, automatic",
        ),
        (
            "lesion_id,site\n\n9,liver\n",
            "table.unknown_lesion",
            "Line 3 .* no lesion '9'; there are: 1, 2, 3",
        ),
        ("name,site\nsecond,liver\n", "table.unknown_lesion", "Line 2 .* 2 lesions are called 'second'"),
        (
            "lesion_id,site\n1,spleen\n",
            "table.unknown_site",
            "Line 2 .* unknown site 'spleen'; known are: lymph node",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(table, text, code, words):
    with pytest.raises(TableError, match=words) as caught:
        apply_lesion_table(table(text), LESIONS)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["lesion_id,site\n1,Läsion\n", "lesion_id,site\n1,\x00\n"])
def test_what_is_no_utf8_csv_is_refused(table, text):
    with pytest.raises(TableError):
        apply_lesion_table(table(text, "latin-1"), LESIONS)


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(TableError, match="cannot be read: No such file") as caught:
        apply_lesion_table(tmp_path / "nowhere.csv", LESIONS)
    assert caught.value.code == "table.unreadable"
