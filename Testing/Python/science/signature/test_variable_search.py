"""A variable is found by any of its names; what is unknown or ambiguous is refused with names like it."""

import pytest

from radioimmuno.features.catalog import ALL
from radioimmuno.findings import SignatureError
from radioimmuno.signature.variable_search import matches, measurable, nearest, summing_note, variable_by_name
from radioimmuno.site import Site


def refusal(name):
    with pytest.raises(SignatureError) as caught:
        variable_by_name(name)
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ring.glcm.contrast", "ring.glcm.contrast"),
        ("ring_glcm_Contrast", "ring.glcm.contrast"),
        ("peritumoral_GLCM_Contrast", "ring.glcm.contrast"),
        ("GLRLM_ShortRunsEmphasis(IBSI:22OV)", "lesion.glrlm.short_runs_emphasis"),
        ("22OV", "lesion.glrlm.short_runs_emphasis"),
        (" kVp ", "acquisition.kvp"),
        ("location.lymph_node", "location.lymph_node"),
        ("clinical.pdl1", "clinical.pdl1"),
        ("learned.niche.3", "learned.niche.3"),
        ("table.wavelet-LLH_glcm_Contrast", "table.wavelet-LLH_glcm_Contrast"),
        ("delta.ring_glcm_Contrast", "delta.ring.glcm.contrast"),
        (" delta_abs.22OV", "delta_abs.lesion.glrlm.short_runs_emphasis"),
        ("delta_abs.firstorder_Kurtosis", "delta_abs.lesion.statistics.kurtosis"),
        ("clinical.delta", "clinical.delta"),
        ("ring.log_sigma_3mm.glcm.contrast", "ring.log_sigma_3mm.glcm.contrast"),
    ],
)
def test_every_vocabulary_names_the_same_variable(name, key):
    assert variable_by_name(name)[0].key == key


@pytest.mark.parametrize("name", ["Contrast", "contrast", "ring_Contrast"])
def test_a_name_of_several_families_is_refused_with_all_of_them(name):
    code, text = refusal(name)
    region = "ring_" if name.startswith("ring_") else ""
    assert code == "signature.ambiguous_variable"
    assert f"{region}glcm_Contrast or {region}ngtdm_Contrast" in text


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("glcm_Contrst", "glcm_Contrast"),
        ("GLCM_Contrst", "GLCM_Contrast"),
        ("ring_glcm_Contrst", "ring_glcm_Contrast"),
        ("ring.ngtdm.coarsness", "ring.ngtdm.coarseness"),
        ("location.livr", "location.liver"),
        ("liver", "location.liver"),
        ("Busyness", "ngtdm_Busyness"),
        ("GLRLM_SRHGE", "GLRLM_ShortRunHighGreyLevelEmphasis"),
        ("ring_GLRLM_HGRE", "ring_GLRLM_HighGreyLevelRunEmphasis"),
        ("GLZLM_LZE", "GLSZM_LargeZoneEmphasis"),
        ("GLZLM_ZLNU", "GLSZM_ZoneSizeNonUniformity"),
        ("GLRLM_RP", "GLRLM_RunPercentage"),
        ("NGLDM_Coarseness", "NGTDM_Coarseness"),
    ],
)
def test_an_unknown_name_is_refused_with_the_one_that_was_meant_first(name, suggestion):
    code, text = refusal(name)
    assert code == "signature.unknown_variable"
    assert text.partition("Like it: ")[2].rstrip(".").split(", ")[0] == suggestion
    assert variable_by_name(suggestion)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("zzzz", "no name is like it"),
        ("(Intercept)", "a field of its own"),
        ("square_glcm_Contrast", "of a filtered image that is not measured here. The filter square is none"),
        (
            "wavelet-LH_glcm_Contrast",
            "Its name is none of a filter here. As a column of a table it is table.wav",
        ),
        ("wavelet-LLH_glcm_MCC", "There is no feature glcm_MCC here. As a column of a table it is table.wav"),
        (
            "log-sigma-3-0-mm-3D_glcm_Contrast",
            "is another value here, as lesion.log_sigma_3mm.glcm.contrast: ",
        ),
        ("wavelet2-LLH_glcm_Contrast", "repeats the kernels of the first level"),
        ("lesion.Log_Sigma_3mm.glcm.contrast", "Like it: lesion.log_sigma_3mm.glcm.contrast."),
        ("ring.log_sigma_3mm.glcm.contrst", "Like it: ring.log_sigma_3mm.glcm.contrast,"),
        ("ring.log_sigma_3mm.morphology.volume", "shape and local intensity are those of the image itself"),
        ("original_glcm_Contrst", "Like it: glcm_Contrast"),
        ("table.", "no name is like it"),
        ("delta.kVp", "a change that a person gives as clinical.NAME"),
        ("delta.clinical.pdl1", "a change is that of a measured feature"),
        ("delta.firstorder_Kurtosis", "another zero under this name"),
        ("delta.glcm_Contrst", "Like it: glcm_Contrast"),
    ],
)
def test_why_a_name_is_unknown(name, words):
    code, text = refusal(name)
    assert code == "signature.unknown_variable"
    assert words in text


def test_suggestions_are_of_different_variables():
    keys = [variable_by_name(name)[0].key for name in nearest("glrlm_RunEntropi")]
    assert len(keys) == len(set(keys)) > 1


def test_a_name_that_leaves_the_directions_open_says_which_way_was_taken():
    for name in ("glcm_Contrast", "GLCM_Contrast", "ACUI"):
        assert "lesion.glcm_merged.contrast" in summing_note(name, variable_by_name(name)[0])
    for name in ("lesion.glcm.contrast", "cm_contrast_3D_avg", "cm_contrast_3D_comb", "ngtdm_Contrast"):
        assert summing_note(name, variable_by_name(name)[0]) == ""
    changed = "delta.glcm_Contrast"
    assert "it is delta.lesion.glcm_merged.contrast" in summing_note(changed, variable_by_name(changed)[0])
    assert summing_note("delta.lesion.glcm.contrast", variable_by_name(changed)[0]) == ""


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("delta busyness", ["delta.lesion.ngtdm.busyness", "delta.ring.ngtdm.busyness"]),
        ("delta_abs.ring.ngtdm.busy", ["delta_abs.ring.ngtdm.busyness"]),
        ("delta liver", []),
        ("delta.liver.glcm.contrast", []),
        ("clinical.delta", ["clinical.delta"]),
    ],
)
def test_changes_are_found_behind_their_word(text, keys):
    assert [entry.variable.key for entry in matches(text)] == keys


def test_all_that_is_measured_can_be_found():
    keys = [entry.variable.key for entry in measurable()]
    assert len(keys) == len(set(keys)) == 2 * len(ALL) + len(Site) + 1
    found = [entry.variable.key for entry in matches("glrlm_ShortRunEmphasis")]
    assert "ring.glrlm.short_runs_emphasis" in found
    assert [entry.variable.key for entry in matches("BUSYNESS ring")] == ["ring.ngtdm.busyness"]
    assert matches("no such thing") == ()
    averaged, merged = matches("lesion ACUI")
    assert averaged.names[:2] == ("lesion.glcm.contrast", "GLCM_Contrast")
    assert merged.names == ("lesion.glcm_merged.contrast", "cm_contrast_3D_comb")


def test_every_name_that_is_shown_beside_a_variable_is_taken_for_it():
    for entry in measurable():
        region, _, key = entry.variable.key.partition(".")
        for name in entry.names[1:]:
            assert variable_by_name(f"{region}_{name}")[0].key == f"{region}.{key}"


def test_the_number_of_matches_is_limited():
    assert len(matches("", most=7)) == 7


def test_a_filter_s_name_among_the_words_finds_its_features():
    """Of a wavelet's name those of each band; no shape."""
    found = [entry.variable.key for entry in matches("delta pet ring wavelet_haar glcm.contrast")]
    assert len(found) == 8
    assert found[0] == "delta.pet.ring.wavelet_haar_lll.glcm.contrast"
    assert matches("log_sigma_3mm morphology") == ()
    whole = "pet.ring.log_sigma_3mm.glcm.contrast"
    assert [entry.variable.key for entry in matches(whole)] == [whole]
    assert matches("ring.sobel.glcm.contrast") == ()
