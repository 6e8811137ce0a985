"""Feature values as MIRP computes them, under the tags of the IBSI table."""

import logging
import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from cases import Case
from mirp import extract_features_and_images

FAMILIES = [
    "morphological",
    "local_intensity",
    "statistics",
    "intensity_histogram",
    "intensity_volume_histogram",
    "glcm",
    "glrlm",
    "glszm",
    "gldzm",
    "ngtdm",
    "ngldm",
]

_ALL_FEATURES: dict[str, Any] = {
    "image_modality": "ct",
    "by_slice": False,
    "ibsi_compliant": False,
    "base_feature_families": FAMILIES,
    "glcm_distance": 1.0,
    "glcm_spatial_method": ["3d_average", "3d_volume_merge"],
    "glrlm_spatial_method": ["3d_average", "3d_volume_merge"],
    "ngldm_distance": 1.0,
    "ngldm_difference_level": 0.0,
    "no_approximation": True,
}

_LINEAR: dict[str, Any] = {"spline_order": 1, "roi_spline_order": 1, "anti_aliasing": False}

DEFAULT_SETTINGS: dict[str, Any] = {
    **_ALL_FEATURES,
    **_LINEAR,
    "new_spacing": 1.0,
    "resegmentation_intensity_range": [-1000.0, 3000.0],
    "base_discretisation_method": "fixed_bin_size",
    "base_discretisation_bin_width": 10.0,
    "ivh_discretisation_method": "none",
    # Cropping comes after resampling; 20 mm is more than the radius (6.2 mm) of the local intensity sphere.
    "crop_around_roi": True,
    "crop_distance": 20.0,
    # All pairs of voxels would take hours on the larger lesions: see `ALL_PAIRS_SETTINGS`.
    "no_approximation": False,
}

ALL_PAIRS_SETTINGS: dict[str, Any] = {**DEFAULT_SETTINGS, "no_approximation": True}

NATIVE_SETTINGS: dict[str, Any] = {**DEFAULT_SETTINGS, "new_spacing": None}

IBSI_SETTINGS: dict[str, dict[str, Any]] = {
    "digital_phantom": {**_ALL_FEATURES, "base_discretisation_method": "none"},
    "ct_c": {
        **_ALL_FEATURES,
        **_LINEAR,
        "new_spacing": 2.0,
        "resegmentation_intensity_range": [-1000.0, 400.0],
        "base_discretisation_method": "fixed_bin_size",
        "base_discretisation_bin_width": 25.0,
        "ivh_discretisation_method": "fixed_bin_size",
        "ivh_discretisation_bin_width": 2.5,
    },
    "ct_d": {
        **_ALL_FEATURES,
        **_LINEAR,
        "new_spacing": 2.0,
        "resegmentation_sigma": 3.0,
        "base_discretisation_method": "fixed_bin_number",
        "base_discretisation_n_bins": 32,
        "ivh_discretisation_method": "none",
    },
    "ct_e": {
        **_ALL_FEATURES,
        **_LINEAR,
        "spline_order": 3,
        "new_spacing": 2.0,
        "resegmentation_intensity_range": [-1000.0, 400.0],
        "resegmentation_sigma": 3.0,
        "base_discretisation_method": "fixed_bin_number",
        "base_discretisation_n_bins": 32,
        "ivh_discretisation_method": "fixed_bin_number",
        "ivh_discretisation_n_bins": 1000,
    },
}

# As in the IBSI's validation (Zwanenburg et al., Radiology 2020): cubic splines, nothing smoothed before.
_VALIDATION: dict[str, Any] = {
    **DEFAULT_SETTINGS,
    "spline_order": 3,
    "base_discretisation_method": "fixed_bin_size",
}

VALIDATION_SETTINGS: dict[str, dict[str, Any]] = {
    "ct": {
        **_VALIDATION,
        "resegmentation_intensity_range": [-200.0, 200.0],
    },
    "pet": {
        **_VALIDATION,
        "image_modality": "pet",
        "new_spacing": 3.0,
        "resegmentation_intensity_range": [0.0, float("nan")],
        "base_discretisation_bin_width": 0.25,
        "ivh_discretisation_method": "fixed_bin_size",
        "ivh_discretisation_bin_width": 0.1,
    },
    "mr": {
        **_VALIDATION,
        "image_modality": "mr",
        "resegmentation_intensity_range": [0.0, float("nan")],
        "ivh_discretisation_method": "fixed_bin_number",
        "ivh_discretisation_n_bins": 1000,
    },
}

#: Tags whose value MIRP does not compute exactly, and how.
APPROXIMATE = {
    "morph_vol_dens_ombb": "search over 12 sequences of rotations, no consensus value in IBSI 1",
    "morph_vol_dens_mvee": "Khachiyan's algorithm stopped at a step of 1e-3, no consensus value in IBSI 1",
    "morph_area_dens_mvee": "Khachiyan's algorithm stopped at a step of 1e-3, no consensus value in IBSI 1",
}

#: Tags that are always left out, and why.
WRONG = {"morph_area_dens_ombb": "MIRP returns the volume density in its place"}

#: Tags that are left out where approximation is allowed, and why.
SAMPLED = {
    "morph_moran_i": "above 1000 voxels MIRP takes means over random samples of 100 voxels",
    "morph_geary_c": "above 1000 voxels MIRP takes means over random samples of 100 voxels",
}

_SETTINGS_IN_NAME = re.compile(r"_d1_a0\.0|_d1|_fb[sn]_[wn][0-9.]+$")
_NOT_OF_IBSI_1 = re.compile(
    r"cm_mcc|stat_\w*(offset|total)|morph_max_2d|ivh_[vi](25|50|75)$|ivh_diff_[vi]25|^(image|sample)_"
)


def mirp_version() -> str:
    """The installed version of MIRP."""
    return version("mirp")


def feature_values(case: Case, settings: dict[str, Any]) -> dict[str, float]:
    """Every IBSI 1 feature of a lesion, with the voxel counts and mean intensities of its masks.

    Parameters
    ----------
    case : Case
        CT and mask.
    settings : dict
        Keyword arguments of `mirp.extract_features_and_images`.

    Returns
    -------
    dict
        Value under each tag of the IBSI table, without those in `WRONG`, nor those in `SAMPLED` unless the
        settings forbid approximation.
    """
    logging.disable(logging.INFO)
    ((table, images, masks),) = extract_features_and_images(
        image=str(case.image),
        mask=str(case.mask),
        export_features=True,
        export_images=True,
        image_export_format="native",
        **settings,
    )
    values = ibsi_values({name: table[name].iloc[0] for name in table.columns})
    omitted = WRONG if settings["no_approximation"] else {**WRONG, **SAMPLED}
    kept = {tag: value for tag, value in values.items() if tag not in omitted}
    return {**_mask_values(images[0], masks[0]), **kept}


def ibsi_values(columns: Mapping[str, Any]) -> dict[str, float]:
    """The columns of a table of MIRP's that are features of IBSI 1, under the tags of its table."""
    return {_tag(name): float(value) for name, value in columns.items() if not _NOT_OF_IBSI_1.search(name)}


def _tag(name: str) -> str:
    name = _SETTINGS_IN_NAME.sub("", name)
    for spatial_method, suffix in (("_3d_avg", "_3D_avg"), ("_3d_v_mrg", "_3D_comb"), ("_3d", "_3D")):
        name = name.replace(spatial_method, suffix)
    return name


def _mask_values(image: Any, mask: Any) -> dict[str, float]:
    voxels = image.get_voxel_grid().astype(float)
    morphological = mask.roi_morphology.get_voxel_grid()
    intensity = mask.roi_intensity.get_voxel_grid()
    return {
        "morph_mask_vox_count_reseg_roi": float(morphological.sum()),
        "int_mask_vox_count_interp_roi": float(morphological.sum()),
        "int_mask_mean_int_interp_roi": float(voxels[morphological].mean()),
        "int_mask_vox_count_reseg_roi": float(intensity.sum()),
        "int_mask_mean_int_reseg_roi": float(voxels[intensity].mean()),
        "int_mask_min_int_reseg_roi": float(voxels[intensity].min()),
        "int_mask_max_int_reseg_roi": float(voxels[intensity].max()),
    }
