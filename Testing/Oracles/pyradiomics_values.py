"""Feature values of PyRadiomics where its definition is IBSI's, under the tags of the IBSI table."""

import logging
from typing import Any

import numpy as np
import radiomics
from cases import Case
from radiomics.featureextractor import RadiomicsFeatureExtractor

#: No resampling: PyRadiomics anchors its grid elsewhere. A bin width that divides 1000 HU puts its bin edges
#: where bins anchored at -1000 HU have them; only the number of the first level differs.
SETTINGS: dict[str, Any] = {
    "binWidth": 10,
    "distances": [1],
    "symmetricalGLCM": True,
    "gldm_a": 0,
    "force2D": False,
}

#: PyRadiomics name -> IBSI tag. Left out: whatever depends on the level's number (low and high gray level
#: emphases, averages, autocorrelation, busyness) or on the number of levels from the anchor on (normalized
#: inverse differences), histogram features but entropy and uniformity (PyRadiomics has no others), and axis
#: lengths (covariance over n, not n - 1).
TAGS = {
    "original_shape_MeshVolume": "morph_volume",
    "original_shape_VoxelVolume": "morph_vol_approx",
    "original_shape_SurfaceArea": "morph_area_mesh",
    "original_shape_SurfaceVolumeRatio": "morph_av",
    "original_shape_Sphericity": "morph_sphericity",
    "original_shape_Maximum3DDiameter": "morph_diam",
    "original_firstorder_Mean": "stat_mean",
    "original_firstorder_Variance": "stat_var",
    "original_firstorder_Skewness": "stat_skew",
    "original_firstorder_Kurtosis": "stat_kurt",
    "original_firstorder_Median": "stat_median",
    "original_firstorder_Minimum": "stat_min",
    "original_firstorder_10Percentile": "stat_p10",
    "original_firstorder_90Percentile": "stat_p90",
    "original_firstorder_Maximum": "stat_max",
    "original_firstorder_InterquartileRange": "stat_iqr",
    "original_firstorder_Range": "stat_range",
    "original_firstorder_MeanAbsoluteDeviation": "stat_mad",
    "original_firstorder_RobustMeanAbsoluteDeviation": "stat_rmad",
    "original_firstorder_Energy": "stat_energy",
    "original_firstorder_RootMeanSquared": "stat_rms",
    "original_firstorder_Entropy": "ih_entropy",
    "original_firstorder_Uniformity": "ih_uniformity",
    "original_glcm_MaximumProbability": "cm_joint_max_3D_avg",
    "original_glcm_SumSquares": "cm_joint_var_3D_avg",
    "original_glcm_JointEntropy": "cm_joint_entr_3D_avg",
    "original_glcm_DifferenceAverage": "cm_dissimilarity_3D_avg",
    "original_glcm_DifferenceVariance": "cm_diff_var_3D_avg",
    "original_glcm_DifferenceEntropy": "cm_diff_entr_3D_avg",
    "original_glcm_SumEntropy": "cm_sum_entr_3D_avg",
    "original_glcm_JointEnergy": "cm_energy_3D_avg",
    "original_glcm_Contrast": "cm_contrast_3D_avg",
    "original_glcm_Id": "cm_inv_diff_3D_avg",
    "original_glcm_Idm": "cm_inv_diff_mom_3D_avg",
    "original_glcm_InverseVariance": "cm_inv_var_3D_avg",
    "original_glcm_Correlation": "cm_corr_3D_avg",
    "original_glcm_ClusterTendency": "cm_clust_tend_3D_avg",
    "original_glcm_ClusterShade": "cm_clust_shade_3D_avg",
    "original_glcm_ClusterProminence": "cm_clust_prom_3D_avg",
    "original_glcm_Imc1": "cm_info_corr1_3D_avg",
    "original_glcm_Imc2": "cm_info_corr2_3D_avg",
    "original_glrlm_ShortRunEmphasis": "rlm_sre_3D_avg",
    "original_glrlm_LongRunEmphasis": "rlm_lre_3D_avg",
    "original_glrlm_GrayLevelNonUniformity": "rlm_glnu_3D_avg",
    "original_glrlm_GrayLevelNonUniformityNormalized": "rlm_glnu_norm_3D_avg",
    "original_glrlm_RunLengthNonUniformity": "rlm_rlnu_3D_avg",
    "original_glrlm_RunLengthNonUniformityNormalized": "rlm_rlnu_norm_3D_avg",
    "original_glrlm_RunPercentage": "rlm_r_perc_3D_avg",
    "original_glrlm_GrayLevelVariance": "rlm_gl_var_3D_avg",
    "original_glrlm_RunVariance": "rlm_rl_var_3D_avg",
    "original_glrlm_RunEntropy": "rlm_rl_entr_3D_avg",
    "original_glszm_SmallAreaEmphasis": "szm_sze_3D",
    "original_glszm_LargeAreaEmphasis": "szm_lze_3D",
    "original_glszm_GrayLevelNonUniformity": "szm_glnu_3D",
    "original_glszm_GrayLevelNonUniformityNormalized": "szm_glnu_norm_3D",
    "original_glszm_SizeZoneNonUniformity": "szm_zsnu_3D",
    "original_glszm_SizeZoneNonUniformityNormalized": "szm_zsnu_norm_3D",
    "original_glszm_ZonePercentage": "szm_z_perc_3D",
    "original_glszm_GrayLevelVariance": "szm_gl_var_3D",
    "original_glszm_ZoneVariance": "szm_zs_var_3D",
    "original_glszm_ZoneEntropy": "szm_zs_entr_3D",
    "original_ngtdm_Coarseness": "ngt_coarseness_3D",
    "original_ngtdm_Contrast": "ngt_contrast_3D",
    "original_ngtdm_Complexity": "ngt_complexity_3D",
    "original_ngtdm_Strength": "ngt_strength_3D",
    "original_gldm_SmallDependenceEmphasis": "ngl_lde_3D",
    "original_gldm_LargeDependenceEmphasis": "ngl_hde_3D",
    "original_gldm_GrayLevelNonUniformity": "ngl_glnu_3D",
    "original_gldm_DependenceNonUniformity": "ngl_dcnu_3D",
    "original_gldm_DependenceNonUniformityNormalized": "ngl_dcnu_norm_3D",
    "original_gldm_GrayLevelVariance": "ngl_gl_var_3D",
    "original_gldm_DependenceVariance": "ngl_dc_var_3D",
    "original_gldm_DependenceEntropy": "ngl_dc_entr_3D",
}

# What PyRadiomics adds to IBSI's value.
_OFFSETS = {"stat_kurt": 3.0}


def pyradiomics_version() -> str:
    """The installed version of PyRadiomics."""
    return radiomics.__version__.removeprefix("v")


def feature_values(case: Case) -> dict[str, float]:
    """The features of a lesion on its native voxels that PyRadiomics and IBSI define alike.

    Parameters
    ----------
    case : Case
        CT and mask.

    Returns
    -------
    dict
        Value under each tag of the IBSI table.
    """
    radiomics.logger.setLevel(logging.ERROR)
    extracted = RadiomicsFeatureExtractor(**SETTINGS).execute(str(case.image), str(case.mask))
    return {tag: float(np.asarray(extracted[name])) - _OFFSETS.get(tag, 0.0) for name, tag in TAGS.items()}
