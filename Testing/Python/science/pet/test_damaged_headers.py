"""Values that no scanner writes: SUV come out finite and not negative, or a code does; never anything else.

Tests of: suv, times, dose, units, patient, acquired.
"""

from __future__ import annotations

import math
import random
from dataclasses import fields, replace

from pet_model import Scan

from radioimmuno.findings import InputError
from radioimmuno.pet.header import PetHeader, PetSlice
from radioimmuno.pet.masses import ACTIVITY, NORMALIZATIONS
from radioimmuno.pet.suv import suv_of, suv_record

NUMBERS = [None, 0.0, -1.0, 1e-320, 1e-30, 0.5, 3.1, 70.0, 1001.0, 6586.2, 2.8e5, 3.5e8, 1e30, 1e308]
TIMES = ["", "000000", "235959.9", "2359", "noon", "20240310", "20240310093000", "20240311001500", "93000"]
TIMES += ["00010101000000", "99991231235959", "20240310093000+0100", "-0500", "20240230"]
WORDS = ["", "BQML", "GML", "CM2ML", "CNTS", "CPS", "START", "ADMIN", "NONE", "BW", "LBM", "BSA", "IBW"]
WORDS += ["LBMJAMES128", "LBMJANMA", "M", "F", "O", "X", "FDG", "1.2.840.10008.5.1.4.1.1.130"]
TUPLES = [(), ("ATTN",), ("DYNAMIC", "IMAGE"), ("STATIC", "IMAGE"), ("",)]
TIMED = ("date", "time", "datetime", "timezone")


def values_of(name, value):
    """What an attribute may hold."""
    if isinstance(value, tuple):
        return TUPLES
    if name in ("time_slices", "radiopharmaceuticals"):
        return [0, 1, 2, 10**9]
    if isinstance(value, str):
        return TIMES if name.endswith(TIMED) else WORDS
    return NUMBERS


def damaged(chance, slices):
    """The slices after one to four changes: of the series, or of some slices' own values."""
    for _ in range(chance.randint(1, 4)):
        if chance.random() < 0.6:
            name = chance.choice([field.name for field in fields(PetHeader)])
            value = chance.choice(values_of(name, getattr(slices[0].header, name)))
            header = replace(slices[0].header, **{name: value})
            slices = [replace(one, header=header) for one in slices]
            continue
        name = chance.choice([field.name for field in fields(PetSlice) if field.name != "header"])
        value = chance.choice(values_of(name, getattr(slices[0], name)))
        some = chance.random() < 0.2
        slices = [one if some and chance.random() < 0.5 else replace(one, **{name: value}) for one in slices]
    return slices


def test_any_values_give_suv_or_a_code():
    chance = random.Random(7)
    good = Scan(beds=2, slices_a_bed=1).slices()
    names = [*(one.name for one in NORMALIZATIONS), ACTIVITY, "bw", "bw"]
    outcomes = set()
    made = 0
    for number in range(3000):
        slices = damaged(chance, good)
        try:
            suv = suv_of(slices, chance.choice(names))
        except InputError as error:
            outcomes.add(error.code)
            continue
        assert len(suv.scales) == len(slices), number
        assert all(math.isfinite(scale) and scale >= 0 for scale in suv.scales), number
        assert suv_record(suv)["quantity"] in names, number
        outcomes |= {finding.code for finding in suv.findings}
        made += 1
    assert made > 1000
    assert len(outcomes) > 20
