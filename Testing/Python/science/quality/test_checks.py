"""Each check has a mask that trips it, and the same mask without the fault does not."""

from dataclasses import replace

import numpy as np
import pytest
from masks import (
    AIR_HU,
    FAULTS,
    FINE,
    LUNG_HU,
    SLICED,
    SOUND,
    TISSUE_HU,
    TWO,
    ball,
    ellipsoid,
    found,
    lesion,
    noisy,
    spiked,
    text_of,
)

from radioimmuno.acquisition import Acquisition
from radioimmuno.extraction.extract import extract
from radioimmuno.findings import TABLE, Finding, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.quality.check import check_lesions
from radioimmuno.quality.repairs import repairs_of
from radioimmuno.scoring.domain import check_domain
from radioimmuno.segmentation.parameters import PARAMETERS
from radioimmuno.settings import ExtractionSettings, RingSettings, Settings

REFUSE, WARN = Severity.REFUSE, Severity.WARN
REFUSALS = {
    "lesion.empty": np.zeros_like(SOUND),
    "lesion.too_small": ball(FINE, 3),
    "lesion.single_slice": SOUND & (np.arange(40) == 20)[:, None, None],
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_of_the_mask_is_warned_of_and_gone_with_it(code):
    faulty, sound = FAULTS[code]
    # What is drawn on every other slice is in pieces as well, and jumps.
    assert found(noisy(FINE), lesion(faulty, FINE)).get(code) is WARN
    assert found(noisy(FINE), lesion(sound, FINE)) == {}


@pytest.mark.parametrize("code", sorted(set(FAULTS) - {"lesion.slice_gaps"}))
def test_a_fault_is_called_by_its_own_name_only(code):
    assert found(noisy(FINE), lesion(FAULTS[code][0], FINE)) == {code: WARN}


@pytest.mark.parametrize("code", REFUSALS)
def test_what_scoring_refuses_is_refused(code):
    assert found(noisy(FINE), lesion(REFUSALS[code], FINE)).get(code) is REFUSE


def test_a_lesion_of_few_but_thick_voxels_is_few_voxels():
    coarse = Lattice((14, 16, 18), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
    assert found(noisy(coarse), lesion(ball(coarse, 4.8), coarse)) == {"lesion.few_voxels": WARN}
    assert found(noisy(FINE), lesion(ball(FINE, 4.8), FINE)) == {}


def test_voxels_out_of_the_range_of_hu_do_not_count_as_voxels_that_features_have():
    narrow = Settings(ExtractionSettings(range_hu=(0.0, 300.0)))
    fat = noisy(FINE, np.where(SOUND & ~ball(FINE, 2.5), -200, TISSUE_HU))
    assert found(fat, lesion(SOUND, FINE), settings=narrow) == {"lesion.few_voxels": WARN}
    assert found(noisy(FINE), lesion(SOUND, FINE), settings=narrow) == {}


@pytest.mark.parametrize("agreement", [None, PARAMETERS.unsure_agreement, PARAMETERS.unsure_agreement - 0.01])
def test_a_lesion_that_a_reader_would_draw_otherwise_is_warned_of(agreement):
    drawn = replace(lesion(SOUND, FINE), expected_agreement=agreement)
    is_low = agreement is not None and agreement < PARAMETERS.unsure_agreement
    assert found(noisy(FINE), drawn) == ({"stroke.unsure": WARN} if is_low else {})


@pytest.mark.parametrize("lattice", [FINE, SLICED])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_the_part_outside_the_body_is_told_in_percent(lattice, share):
    from radioimmuno.extraction.tissue import tissue_under

    mask = ball(lattice)
    front = int(np.flatnonzero(np.cumsum(mask.sum(axis=(0, 2))) > share * mask.sum())[0])
    values = np.full(lattice.shape, TISSUE_HU)
    values[:, :front] = AIR_HU
    image, drawn = noisy(lattice, values), lesion(mask, lattice)
    outside = np.count_nonzero(mask[:, :front]) / np.count_nonzero(mask)
    assert tissue_under(image, drawn.canonical().mask).outside == pytest.approx(outside, abs=1e-9)
    text = text_of(check_lesions(image, [drawn], Settings()), "lesion.outside_body")
    assert text.startswith(f"{100 * outside:.0f} %")
    assert "lesion.outside_body" not in found(noisy(lattice), drawn)


@pytest.mark.parametrize("lung", [LUNG_HU, -930])
def test_lung_at_the_side_of_the_ct_is_not_outside_the_body_be_it_emphysema(lung):
    values = np.where(np.arange(44)[:, None] < 22, lung, TISSUE_HU)
    assert set(found(noisy(FINE, values), lesion(SOUND, FINE))) == {"lesion.air"}


@pytest.mark.parametrize("windpipe", [False, True])
def test_air_enclosed_by_the_body_in_its_slice_is_not_outside_of_it(windpipe):
    air = ~ellipsoid(FINE, (100, 18, 20)) | ball(FINE, 5)
    air[31:] = True  # above the head
    air[20:, 20:24, 22:26] |= windpipe
    values = np.where(air, AIR_HU, TISSUE_HU)
    assert set(found(noisy(FINE, values), lesion(SOUND, FINE))) == {"lesion.air"}


def test_padding_around_the_field_of_view_is_outside_the_body():
    values = np.where(np.arange(44)[:, None] < 22, -3024, TISSUE_HU)
    image = Image(np.broadcast_to(values, FINE.shape).astype(np.int16), FINE)
    assert set(found(image, lesion(SOUND, FINE))) >= {"lesion.outside_body", "ct.padding"}


def test_air_inside_is_warned_of_with_its_share_and_gone_when_the_air_is():
    cavity = ball(FINE, 5)
    image = noisy(FINE, np.where(cavity, AIR_HU, TISSUE_HU))
    everything = check_lesions(image, [lesion(SOUND, FINE)], Settings())
    assert [one.finding.code for one in everything] == ["lesion.air"]
    assert (
        17 <= float(text_of(everything, "lesion.air").split()[0]) <= 30
    )  # (5 / 9)^3 of all, more of the inner
    assert found(noisy(FINE), lesion(SOUND, FINE)) == {}


def test_the_lungs_share_of_voxels_along_the_contour_is_no_air_inside():
    rim = ball(FINE, 9) & ~ball(FINE, 8.2)
    image = noisy(FINE, np.where(rim | ~SOUND, LUNG_HU, TISSUE_HU))
    assert np.count_nonzero(rim) > 0.2 * np.count_nonzero(SOUND)
    assert found(image, lesion(SOUND, FINE)) == {}


def test_metal_inside_is_warned_of_and_gone_when_the_metal_is():
    seed = ball(FINE, 1.5)
    assert found(noisy(FINE, np.where(seed, 3000, TISSUE_HU)), lesion(SOUND, FINE)) == {"lesion.metal": WARN}
    assert found(noisy(FINE, np.where(seed, 1500, TISSUE_HU)), lesion(SOUND, FINE)) == {}


def test_a_thin_piece_apart_is_a_piece_and_no_spur():
    apart = SOUND.copy()
    apart[20, 22, 40:43] = True
    assert found(noisy(FINE), lesion(apart, FINE)) == {"lesion.components": WARN}


def test_a_voxel_that_hangs_by_an_edge_is_a_spur_and_one_on_a_face_is_none():
    block = np.zeros(FINE.shape, bool)
    block[10:22, 10:22, 10:22] = True
    on_face, by_edge = block.copy(), block.copy()
    on_face[15, 15, 22] = by_edge[15, 22, 22] = True
    assert found(noisy(FINE), lesion(on_face, FINE)) == {}
    assert found(noisy(FINE), lesion(by_edge, FINE)) == {"lesion.spurs": WARN}


def test_overlap_is_told_to_both_lesions():
    first, second = lesion(SOUND, FINE), lesion(ball(FINE, 8, (0, 0, 10)), FINE, "2")
    everything = check_lesions(noisy(FINE), [first, second], Settings())
    assert [(one.lesion_id, one.finding.code) for one in everything] == [
        ("1", "lesion.overlap"),
        ("2", "lesion.overlap"),
    ]


def test_a_clipped_ring_is_warned_of_and_not_once_the_neighbour_is_gone():
    shell = ball(FINE, 14) & ~ball(FINE, 9.2)
    settings = Settings(ring=RingSettings(inner_mm=0.5, outer_mm=3.0))
    pair = lesion(SOUND, FINE), lesion(shell, FINE, "2")
    assert found(noisy(FINE), *pair, settings=settings) == {"ring.clipped": WARN}
    assert found(noisy(FINE), pair[0], settings=settings) == {}


def test_what_reading_found_comes_first_and_a_refusal_of_it_counts():
    resampled = Finding("mask.geometry", Severity.REFUSE, "The segmentation lies on another grid.")
    everything = check_lesions(
        noisy(FINE), [lesion(spiked(SOUND), FINE)], Settings(), findings={"1": (resampled,)}
    )
    assert [one.finding.code for one in everything] == ["mask.geometry", "lesion.spurs"]


def test_thick_slices_are_told_for_every_lesion():
    thick = Lattice((14, 60, 64), (6.0, 0.9, 0.9), (0.0, 0.0, 0.0))
    pair = lesion(ball(thick, 20), thick), lesion(ball(thick, 12, (0, 0, 10)), thick, "2")
    everything = check_lesions(noisy(thick), pair, Settings())
    assert [o.lesion_id for o in everything if o.finding.code == "domain.slice_thickness"] == ["1", "2"]


def test_what_the_scan_lacks_is_told_as_scoring_tells_it():
    scan = Acquisition(kernel="B30f", slice_thickness_mm=1.0, source="DICOM header")
    everything = check_lesions(noisy(FINE), [lesion(SOUND, FINE)], Settings(), scan)
    assert [one.finding for one in everything] == check_domain(scan, FINE.spacing)
    assert [one.finding.code for one in everything] == ["domain.no_contrast"]


@pytest.mark.parametrize("code", ["ct.non_finite", "ct.padding"])
def test_voxels_without_an_intensity_refuse_as_in_scoring(code):
    values = noisy(FINE).values.astype(float)
    values[ball(FINE, 5)] = np.nan if code == "ct.non_finite" else -2000
    assert found(Image(values, FINE), lesion(SOUND, FINE))[code] is REFUSE


def test_a_lesion_is_refused_here_exactly_when_measuring_refuses_it():
    masks = [*REFUSALS.values(), *(faulty for faulty, _ in FAULTS.values())]
    for settings in (Settings(), Settings(ExtractionSettings(bin_width_hu=0.5))):
        lesions = [lesion(mask, FINE, str(n)) for n, mask in enumerate(masks)]
        measured = extract(noisy(FINE), lesions, settings, ["lesion.statistics.mean", "ring.statistics.mean"])
        checked = check_lesions(noisy(FINE), lesions, settings)
        refused = {one.lesion_id for one in checked if one.finding.refuses}
        assert refused == {row.id for row in measured if row.refused}


def test_scoring_says_nothing_of_what_only_the_check_looks_at():
    for code in ("lesion.spurs", "lesion.jagged", "lesion.few_voxels"):
        (row,) = extract(noisy(FINE), [lesion(FAULTS[code][0], FINE)], Settings(), ["lesion.statistics.mean"])
        assert row.findings == ()


def test_progress_counts_up_to_its_end_and_may_stop_the_work():
    steps = []
    lesions = [lesion(SOUND, FINE), lesion(TWO, FINE, "2")]
    check_lesions(noisy(FINE), lesions, Settings(), progress=lambda *step: steps.append(step))
    assert steps == [(n, 4) for n in range(1, 5)]

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_lesions(noisy(FINE), lesions, Settings(), progress=stop)


def test_repairs_are_offered_for_these_codes_and_for_no_others():
    offered = {code: [repair.title for repair in repairs_of(code, noisy(FINE))] for code in TABLE}
    assert {code: len(titles) for code, titles in offered.items() if titles} == {
        "lesion.components": 2,
        "lesion.holes": 1,
        "lesion.spurs": 1,
        "lesion.slice_gaps": 1,
        "lesion.jagged": 1,
        "lesion.overlap": 1,
        "lesion.outside_body": 1,
    }
    assert repairs_of("lesion.outside_body") == ()
