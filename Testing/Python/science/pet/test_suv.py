"""SUV of series whose truth is known: a model of decay, each kind of header, and each refusal.

Tests of: dose, factors, header, patient, step, acquired, tracer, units, times.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from pet_model import F18, GA68, SUV, ZR89, Scan

from radioimmuno.findings import InputError, Severity
from radioimmuno.pet.masses import ACTIVITY
from radioimmuno.pet.suv import suv_of, suv_record

# The mean time of a frame comes from seconds that headers round to microseconds.
CLOSE = 1e-6


def made(scan, slices, correction="START", quantity="bw"):
    """The SUV at the place in each slice."""
    return np.array(suv_of(slices, quantity).scales) * scan.stored(slices, correction)


def codes(slices, quantity="bw"):
    return [finding.code for finding in suv_of(slices, quantity).findings]


def refusal(slices, quantity="bw"):
    with pytest.raises(InputError) as caught:
        suv_of(slices, quantity)
    return caught.value.code


@pytest.mark.parametrize("correction", ["START", "ADMIN", "NONE"])
@pytest.mark.parametrize("half_life_s", [F18, GA68])
def test_every_decay_correction_leads_to_the_truth(correction, half_life_s):
    scan = Scan(half_life_s=half_life_s)
    slices = scan.slices(decay_correction=correction, tracer="tracer")
    np.testing.assert_allclose(made(scan, slices, correction), SUV, rtol=CLOSE)
    assert codes(slices) == []


def test_slices_keep_their_own_slope():
    scales = suv_of(Scan().slices()).scales
    slopes = [one.slope for one in Scan().slices()]
    np.testing.assert_allclose(np.array(scales) / scales[0], np.array(slopes) / slopes[0], rtol=CLOSE)


@pytest.mark.parametrize("series_time", ["", "103000", "235900"])
def test_the_series_time_is_not_needed_and_not_taken_where_it_is_later(series_time):
    scan = Scan()
    slices = scan.slices(series_time=series_time)
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)


def test_a_series_that_lacks_its_first_beds_comes_out_the_same():
    scan = Scan(beds=5)
    slices = scan.slices(series_time="")[4:]
    np.testing.assert_allclose(np.array(suv_of(slices).scales), suv_of(scan.slices()).scales[4:], rtol=CLOSE)


@pytest.mark.parametrize(
    "missing", [{"frame_reference_ms": None}, {"frame_reference_ms": 0.0}, {"frame_duration_ms": None}]
)
def test_without_a_mean_time_the_series_time_counts(missing):
    scan = Scan(delay_s=20)
    slices = scan.slices(missing)
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)
    assert codes(slices) == []


def test_without_that_the_earliest_acquisition_counts_with_a_warning():
    scan = Scan()
    slices = scan.slices({"frame_reference_ms": None}, series_time="")
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)
    assert codes(slices) == ["pet.reference_time"]


def test_the_scan_time_of_ge_goes_before_the_others_which_are_compared():
    scan = Scan(delay_s=1800)
    slices = scan.slices(
        {"ge_scan_datetime": f"{scan.begin:%Y%m%d%H%M%S}.000000", "frame_reference_ms": 90000.0}
    )
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)
    assert set(codes(slices)) == {"pet.times_differ"}


def test_a_scan_time_of_another_day_is_not_taken():
    scan = Scan()
    slices = scan.slices({"ge_scan_datetime": "20190101100000"})
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)


def test_ways_to_the_moment_of_correction_that_differ_by_more_than_a_minute_are_told_of():
    scan = Scan(delay_s=300)
    assert codes(scan.slices(series_time=f"{scan.begin - timedelta(seconds=50):%H%M%S}")) == []
    slices = scan.slices(series_time=f"{scan.begin - timedelta(seconds=90):%H%M%S}")
    assert codes(slices) == ["pet.times_differ"]
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)


def test_beds_that_were_corrected_each_to_its_own_beginning_are_told_of():
    scan = Scan()
    _, mean_s = scan.measured(scan.begin)
    slices = scan.slices({"frame_reference_ms": 1000 * mean_s})
    assert codes(slices) == ["pet.times_differ", "pet.times_differ"]


NIGHT = Scan(given=datetime(2024, 3, 10, 23, 20), begin=datetime(2024, 3, 11, 0, 15))
OVER = Scan(given=datetime(2024, 3, 10, 22, 50), begin=datetime(2024, 3, 10, 23, 55))


@pytest.mark.parametrize("scan", [NIGHT, OVER], ids=["begun after midnight", "begun before"])
@pytest.mark.parametrize("start_datetime", ["", None])
@pytest.mark.parametrize("dates", ["all", "only the series'", "none", "the first one's"])
def test_over_midnight(scan, start_datetime, dates):
    series = {} if start_datetime is None else {"start_datetime": start_datetime}
    own = {"all": {}, "the first one's": {"acquisition_date": f"{scan.begin:%Y%m%d}"}}
    if dates == "none":
        series |= {"series_date": ""}
    slices = scan.slices(own.get(dates, {"acquisition_date": ""}), **series)
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)


def test_a_date_of_administration_that_was_shifted_otherwise_leaves_the_time_of_day():
    scan = Scan()
    for start_time in ("090130", ""):
        slices = scan.slices(start_datetime="20240317090130", start_time=start_time)
        np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)
        assert codes(slices) == ["pet.administration_date"]


def test_dates_that_were_removed_leave_times_of_day():
    scan = Scan()
    slices = scan.slices({"acquisition_date": ""}, series_date="", start_datetime="")
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)
    assert codes(slices) == []


def test_a_time_zone_of_the_administration_counts_where_the_scan_has_one():
    scan = Scan()
    in_utc = f"{scan.given - timedelta(hours=1):%Y%m%d%H%M%S}+0000"
    slices = scan.slices(start_datetime=in_utc, timezone="+0100")
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)


def test_two_times_of_administration_that_differ_are_told_of():
    assert codes(Scan().slices(start_time="093000")) == ["pet.times_differ"]


@pytest.mark.parametrize(
    "spelled", ["090130", "09:01:30", "090130.000000 ", "90130", "090130.", "090130.0\0"]
)
def test_times_are_read_as_writers_spell_them(spelled):
    scan = Scan()
    slices = scan.slices(start_datetime="", start_time=spelled)
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)


def test_a_long_lived_nuclide_needs_dates():
    scan = Scan(half_life_s=ZR89, given=datetime(2024, 3, 6, 11, 0), dose_bq=37e6)
    slices = scan.slices(tracer="89Zr-atezolizumab")
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)
    acquisition = suv_of(slices).acquisition
    assert (acquisition.fdg, acquisition.long_lived) == (False, True)
    assert acquisition.uptake_min == pytest.approx((scan.begin - scan.given).total_seconds() / 60, abs=0.1)
    assert refusal(scan.slices(tracer="89Zr", start_datetime="")) == "pet.administration_time"
    assert (
        refusal(scan.slices({"acquisition_date": ""}, tracer="89Zr", series_date=""))
        == "pet.administration_time"
    )


def test_fdg_with_another_half_life_is_told_of_and_goes_by_it():
    scan = Scan(half_life_s=GA68)
    slices = scan.slices()
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)
    assert codes(slices) == ["pet.half_life"]


def test_a_dose_in_mbq_is_put_right_for_fdg_alone():
    scan = Scan()
    slices = scan.slices(dose=350.0)
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)
    (finding,) = suv_of(slices).findings
    assert (finding.code, finding.severity) == ("pet.dose_unit", Severity.FIXED)
    assert [step.name for step in suv_of(slices).steps if step.fixed] == ["dose"]
    assert refusal(scan.slices(dose=150.0, tracer="68Ga-DOTATATE", half_life_s=GA68)) == "pet.dose"


def test_weight_in_g_and_height_in_cm_are_put_right():
    scan = Scan()
    slices = scan.slices(weight=80000.0, height=180.0)
    np.testing.assert_allclose(made(scan, slices), SUV, rtol=CLOSE)
    assert codes(slices) == ["pet.patient_unit"] * 2
    np.testing.assert_allclose(suv_of(slices, "lbm").scales, suv_of(scan.slices(), "lbm").scales, rtol=1e-12)


@pytest.mark.parametrize(
    ("header", "quantity", "words"),
    [
        ({"weight": 700.0}, "bw", "weighs 700 kg"),
        ({"weight": 1.5}, "bw", "weighs 1.5 kg"),
        ({"height": 0.1}, "bsa", "is 0.1 m tall"),
        ({"dose": 350e3}, "bw", "given 0.35 MBq"),
        ({"dose": 350e9}, "bw", "given 350000 MBq"),
        ({"start_datetime": "20240310103200", "start_time": ""}, "bw", "30 min after the moment"),
    ],
)
@pytest.mark.parametrize("correction", ["START", "NONE"])
def test_what_is_hardly_a_patients_is_used_and_told_of(header, quantity, words, correction):
    suv = suv_of(Scan().slices(decay_correction=correction, **header), quantity)
    (finding,) = suv.findings
    assert (finding.code, finding.severity) == ("pet.unlikely", Severity.WARN)
    assert words in finding.text


def test_what_a_value_does_not_go_by_is_not_judged():
    slices = Scan().slices(units="GML", suv_type="", weight=700.0, height=0.1, dose=1.0)
    assert codes(slices) == []
    assert codes(Scan().slices(height=0.1)) == []


@pytest.mark.parametrize(
    "name", ["18F-FDG", "Fluordesoxyglukose", "FLUORODÉSOXYGLUCOSE", "2-Deoxy-D-glucose"]
)
def test_fdg_is_known_by_its_names_in_several_languages(name):
    assert suv_of(Scan().slices(tracer=name, half_life_s=GA68)).acquisition.fdg
    assert not suv_of(Scan().slices(tracer="18F-fluorothymidine")).acquisition.fdg


def test_times_without_fractions_leave_slices_in_proportion():
    slices = Scan(step_s=190.4).slices()
    whole = [replace(one, acquisition_time=one.acquisition_time[:6]) for one in slices]
    scales, slopes = (np.array(values) for values in (suv_of(whole).scales, [one.slope for one in whole]))
    np.testing.assert_allclose(scales / scales[0], slopes / slopes[0], rtol=1e-12)
    np.testing.assert_allclose(scales, suv_of(slices).scales, rtol=1.1e-4)


# Of 80 kg, 180 cm, M: by hand from the formulas.
SIZES_G = {
    "lbm": 9270 * 80 / (6680 + 216 * 80 / 1.8**2) * 1000,
    "james": (1.10 * 80 - 128 * (80 / 180) ** 2) * 1000,
    "morgan": (1.10 * 80 - 120 * (80 / 180) ** 2) * 1000,
    "ideal": (48 + 1.06 * (180 - 152)) * 1000,
    "bsa": 0.007184 * 80**0.425 * 180**0.725 * 1e4,
}
TYPES = {"lbm": "LBMJANMA", "james": "LBMJAMES128", "morgan": "LBM", "ideal": "IBW", "bsa": "BSA"}


@pytest.mark.parametrize("quantity", SIZES_G)
def test_suv_by_other_sizes_than_weight(quantity):
    scan = Scan()
    expected = SUV * SIZES_G[quantity] / 80000
    np.testing.assert_allclose(made(scan, scan.slices(), quantity=quantity), expected, rtol=CLOSE)


@pytest.mark.parametrize("quantity", SIZES_G)
def test_values_that_are_normalized_already_are_rescaled(quantity):
    units = "CM2ML" if quantity == "bsa" else "GML"
    slices = Scan().slices(units=units, suv_type=TYPES[quantity], dose=None, start_datetime="", start_time="")
    slopes = np.array([one.slope for one in slices])
    np.testing.assert_allclose(
        np.array(suv_of(slices).scales) / slopes, 80000 / SIZES_G[quantity], rtol=1e-12
    )
    assert suv_of(slices, quantity).scales == pytest.approx(tuple(slopes))


@pytest.mark.parametrize("suv_type", ["", "BW"])
def test_values_by_weight_need_nothing_but_their_slope(suv_type):
    slices = Scan().slices(units="GML", suv_type=suv_type, weight=None, dose=None, decay_correction="")
    assert suv_of(slices).scales == tuple(one.slope for one in slices)
    assert suv_of(slices).acquisition.dose_mbq is None


def test_the_sex_o_is_the_mean_of_both_with_a_warning():
    slices = Scan().slices(units="GML", suv_type="IBW", sex="O", height=1.75, weight=70.0)
    mean = ((48 + 1.06 * 23) + (45.5 + 0.91 * 23)) / 2
    assert suv_of(slices).scales[0] / slices[0].slope == pytest.approx(70 / mean)
    assert codes(slices) == ["pet.sex"]


def test_counts_of_philips_by_either_factor():
    scan = Scan()
    bqml = scan.slices()
    activity = scan.slices({"philips_activity": 1.7}, units="CNTS")
    np.testing.assert_allclose(suv_of(activity).scales, 1.7 * np.array(suv_of(bqml).scales), rtol=1e-12)
    factor = suv_of(activity).scales[0] / activity[0].slope
    for own in ({"philips_suv": factor}, {"philips_suv": factor, "philips_activity": 1.7}):
        both = scan.slices(own, units="CNTS", weight=None if len(own) == 1 else 80.0)
        np.testing.assert_allclose(suv_of(both).scales, suv_of(activity).scales, rtol=1e-5)
        assert codes(both) == []


@pytest.mark.parametrize(("error", "told"), [(1.015, []), (1.03, ["pet.factors_differ"])])
def test_factors_of_philips_that_differ_are_told_of(error, told):
    scan = Scan()
    factor = suv_of(scan.slices({"philips_activity": 1.7}, units="CNTS")).scales[0] / 0.5
    slices = scan.slices({"philips_activity": 1.7, "philips_suv": factor * error}, units="CNTS")
    assert codes(slices) == told


def test_counts_without_decay_correction_go_by_the_factor_to_activity():
    scan = Scan()
    slices = scan.slices({"philips_activity": 2.0, "philips_suv": 9.0}, units="CNTS", decay_correction="NONE")
    np.testing.assert_allclose(made(scan, slices, "NONE"), 2 * SUV, rtol=CLOSE)
    assert refusal(scan.slices({"philips_suv": 9.0}, units="CNTS", decay_correction="NONE")) == "pet.counts"


def test_of_each_step_is_recorded_what_it_used():
    record = suv_record(suv_of(Scan().slices()))
    assert [step["name"] for step in record["steps"]] == [
        "slope",
        "units",
        "dose",
        "reference time",
        "administration",
        "decay",
        "patient",
    ]
    used = {tag: value for step in record["steps"] for tag, value in step["used"].items()}
    assert used["Units (0054,1001)"] == "BQML"
    assert used["AcquisitionTime (0008,0032)"] == "100200.000000 to 100820.000000"
    assert used["ActualFrameDuration (0018,1242)"] == "180000"
    assert used["RadiopharmaceuticalStartDateTime (0018,1078)"] == "20240310090130.00"
    assert used["PatientWeight (0010,1030)"] == "80 kg"
    products = np.prod([step["factors"] or [1, 1] for step in record["steps"]], axis=0)
    np.testing.assert_allclose(products, record["scale"], rtol=1e-4)
    assert record["acquisition"]["uptake_min"] == pytest.approx(60.5, abs=0.1)
    assert record["acquisition"]["fdg"]


@pytest.mark.parametrize("correction", ["START", "ADMIN", "NONE"])
def test_ratios_within_a_scan_need_no_dose_weight_and_administration(correction):
    scan = Scan()
    whole = scan.slices(decay_correction=correction)
    bare = scan.slices(decay_correction=correction, dose=None, weight=None, start_datetime="", start_time="")
    assert refusal(bare) == ("pet.dose")
    activity, suv = (np.array(suv_of(s, q).scales) for s, q in ((bare, ACTIVITY), (whole, "bw")))
    np.testing.assert_allclose(activity / activity[0], suv / suv[0], rtol=CLOSE)
    assert suv_of(bare, ACTIVITY).unit == "Bq/ml"


REFUSED = {
    "pet.enhanced": {"sop_class_uid": "1.2.840.10008.5.1.4.1.1.130"},
    "pet.attenuation": {"corrections": ("DECY", "SCAT")},
    "pet.units": {"units": "PROPCNTS"},
    "pet.suv_type": {"units": "GML", "suv_type": "BSA"},
    "pet.counts": {"units": "CNTS"},
    "pet.dose": {"dose": None},
    "pet.decay_correction": {"decay_correction": ""},
    "pet.half_life": {"half_life_s": None},
    "pet.administration_time": {"start_datetime": "", "start_time": ""},
    "pet.weight": {"weight": 0.0},
    "pet.dynamic": {"series_type": ("DYNAMIC", "IMAGE")},
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_header_without_what_is_needed_is_refused(code):
    assert refusal(Scan().slices(**REFUSED[code])) == code


@pytest.mark.parametrize(
    ("code", "own", "series", "quantity"),
    [
        ("pet.no_rescale", {"slope": None}, {}, "bw"),
        ("pet.no_rescale", {"slope": -1.0}, {}, "bw"),
        ("pet.intercept", {"intercept": -4.0}, {}, "bw"),
        ("pet.acquisition_time", {"acquisition_time": "noon"}, {}, "bw"),
        ("pet.frame_duration", {"frame_duration_ms": None}, {"decay_correction": "NONE"}, "bw"),
        ("pet.no_factor", {"slope": 1e33}, {"units": "GML"}, "bw"),
        ("pet.no_factor", {"slope": 1e308}, {"units": "GML", "suv_type": "IBW", "height": 1.07}, "bw"),
        ("pet.dynamic", {}, {"time_slices": 12}, "bw"),
        ("pet.dose", {}, {"radiopharmaceuticals": 2}, "bw"),
        ("pet.enhanced", {}, {"sop_class_uid": "1.2.840.10008.5.1.4.1.1.128.1"}, "bw"),
        ("pet.suv_type", {}, {"units": "CM2ML", "suv_type": "BW"}, "bw"),
        ("pet.suv_type", {}, {"units": "GML", "suv_type": "LBMX"}, "bw"),
        ("pet.height", {}, {"height": None}, "lbm"),
        ("pet.sex", {}, {"sex": ""}, "lbm"),
        ("pet.mass", {}, {"height": 0.9}, "ideal"),
        ("pet.administration_time", {}, {"start_datetime": "", "start_time": "103000"}, "bw"),
    ],
)
def test_what_no_suv_can_be_made_of_is_refused(code, own, series, quantity):
    slices = Scan().slices(own, **series)
    assert refusal(slices, quantity) == code


def test_slices_of_several_doses_are_no_series():
    slices = Scan().slices()
    slices[3] = replace(slices[3], header=replace(slices[3].header, dose=3e8, weight=70.0))
    with pytest.raises(InputError, match="dose, weight") as caught:
        suv_of(slices)
    assert caught.value.code == "pet.headers_differ"


def test_slices_hours_apart_are_no_scan():
    slices = Scan().slices()
    slices[0] = replace(slices[0], acquisition_date="20240301")
    assert refusal(slices) == "pet.acquisition_time"


def test_an_unknown_quantity_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="bw, lbm, bsa"):
        suv_of(Scan().slices(), "fat")
