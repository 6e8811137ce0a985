"""Names of other programs are translated, the same for the columns of a table and the terms of a signature.

Tests of: names, plain_names.
"""

import pytest

from radioimmuno.signature.names import variable_named


@pytest.mark.parametrize(
    ("column", "variable", "shift"),
    [
        ("ring.glrlm.run_percentage", "ring.glrlm.run_percentage", 0),
        ("original_glcm_Contrast", "lesion.glcm.contrast", 0),
        ("firstorder_Kurtosis", "lesion.statistics.kurtosis", -3),
        ("peritumoral_original_ngtdm_Busyness", "ring.ngtdm.busyness", 0),
        ("MORPHOLOGICAL_Volume(IBSI:RNU0)[mm3]", "lesion.morphology.volume", 0),
        ("IBSI:Q4LE", "lesion.statistics.mean", 0),
        ("cm_contrast_3D_comb", "lesion.glcm_merged.contrast", 0),
        ("ring_stat_mean", "ring.statistics.mean", 0),
        ("kVp", "acquisition.kvp", 0),
        ("ring_kvp", "table.ring_kvp", 0),
        ("wavelet-LLH_glcm_Contrast", "lesion.wavelet_coif1_llh.glcm.contrast", 0),
        ("ring_wavelet-HHL_firstorder_Kurtosis", "ring.wavelet_coif1_hhl.statistics.kurtosis", -3),
        ("pet.wavelet-LLL_firstorder_Mean", "pet.lesion.wavelet_coif1_lll.statistics.mean", 0),
        ("lesion.log_sigma_3mm.glcm.contrast", "lesion.log_sigma_3mm.glcm.contrast", 0),
        # What is measured otherwise here stays a column.
        ("wavelet2-LLH_glcm_Contrast", "table.wavelet2-LLH_glcm_Contrast", 0),
        ("square_firstorder_Mean", "table.square_firstorder_Mean", 0),
        ("wavelet-LLH_glcm_MCC", "table.wavelet-LLH_glcm_MCC", 0),
        ("log-sigma-2-0-mm-3D_firstorder_Mean", "table.log-sigma-2-0-mm-3D_firstorder_Mean", 0),
    ],
)
def test_names_of_other_programs_are_translated(column, variable, shift):
    assert variable_named(column) == (variable, shift)
