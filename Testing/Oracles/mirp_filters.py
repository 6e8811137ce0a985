"""Response maps of filters as MIRP computes them, at some voxels of a lesion, and features of responses.

MIRP filters the whole of what it is given; what it is given is the image around a lesion, resampled by MIRP
itself with the default settings, and cut at a margin.
"""

import logging
from typing import Any

import numpy as np
from cases import Case
from mirp import extract_features, extract_images
from mirp_values import DEFAULT_SETTINGS, FAMILIES, ibsi_values

#: Name of the filter -> MIRP's settings. Mirrored at the border.
FILTERS: dict[str, dict[str, Any]] = {
    "log_sigma_3mm": {
        "filter_kernels": "laplacian_of_gaussian",
        "laplacian_of_gaussian_sigma": 3.0,
        "laplacian_of_gaussian_kernel_truncate": 4.0,
    },
    "gabor": {
        "filter_kernels": "gabor",
        "gabor_sigma": 3.0,
        "gabor_gamma": 1.5,
        "gabor_lambda": 6.0,
        "gabor_theta": 0.0,
        "gabor_theta_step": 45.0,
        "gabor_response": "modulus",
        "gabor_rotation_invariance": True,
        "gabor_pooling_method": "mean",
    },
    "wavelet_coif1_lhl": {
        "filter_kernels": "separable_wavelet",
        "separable_wavelet_families": "coif1",
        "separable_wavelet_set": "LHL",
        "separable_wavelet_rotation_invariance": False,
    },
}

#: Of the resampling, the voxels around the lesion that are kept: more than any of the filters reaches.
SETTINGS: dict[str, Any] = {
    **{name: DEFAULT_SETTINGS[name] for name in ("spline_order", "roi_spline_order", "anti_aliasing")},
    **{name: DEFAULT_SETTINGS[name] for name in ("image_modality", "by_slice", "new_spacing")},
    "crop_around_roi": True,
    "crop_distance": 20.0,
    "boundary_condition": "reflect",
}

#: Of which features are computed: of a wavelet pooled over rotations, which the maps have as it lies.
FILTERED: dict[str, dict[str, Any]] = {
    "log_sigma_3mm": FILTERS["log_sigma_3mm"],
    "gabor": FILTERS["gabor"],
    "wavelet_pooled": {
        **FILTERS["wavelet_coif1_lhl"],
        "separable_wavelet_rotation_invariance": True,
        "separable_wavelet_pooling_method": "mean",
    },
}

#: What MIRP puts in front of the names of features of a response.
PREFIXES = {
    "log_sigma_3mm": "log_s_3.0_",
    "gabor": "gabor_s_3.0_g_1.5_l_6.0_3D_invar_",
    "wavelet_pooled": "wavelet_coif1_lhl_level_1_invar_",
}

#: Features of a response: no shape and no local intensity; 32 levels, as IBSI 1 has them.
FEATURE_SETTINGS: dict[str, Any] = {
    **DEFAULT_SETTINGS,
    "base_feature_families": "none",
    "response_map_feature_families": [
        family for family in FAMILIES if family not in ("morphological", "local_intensity")
    ],
    "response_map_discretisation_method": "fixed_bin_number",
    "response_map_discretisation_n_bins": 32,
    "ivh_discretisation_method": "fixed_bin_number",
    "ivh_discretisation_n_bins": 1000,
    "boundary_condition": "reflect",
}

#: Every so many voxels of the lesion, in array order, are kept.
EVERY = 997
DIGITS = 8


def map_values(case: Case) -> dict[str, str]:
    """The response of each filter at every 997th voxel of the resampled lesion, in array order, as text."""
    logging.disable(logging.INFO)
    values = {}
    for name, settings in FILTERS.items():
        ((images, masks),) = extract_images(
            image=str(case.image),
            mask=str(case.mask),
            export_images=True,
            write_images=False,
            image_export_format="native",
            **SETTINGS,
            **settings,
        )
        inside = np.asarray(masks[0].roi_morphology.get_voxel_grid(), bool)
        kept = images[1].get_voxel_grid()[inside][::EVERY]
        values[name] = " ".join(f"{value:.{DIGITS}g}" for value in kept)
    return values


def feature_values(case: Case, name: str) -> dict[str, float]:
    """The features of the response of one filter of `FILTERED`, under the tags of the IBSI table."""
    logging.disable(logging.INFO)
    settings = {**FEATURE_SETTINGS, **FILTERED[name]}
    (table,) = extract_features(image=str(case.image), mask=str(case.mask), **settings)
    columns = [column for column in table.columns if column.startswith(PREFIXES[name])]
    return ibsi_values(
        {column.removeprefix(PREFIXES[name]): float(table[column].iloc[0]) for column in columns}
    )
