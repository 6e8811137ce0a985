"""A signature file that is right, and how to spoil it."""

import copy

DOCUMENT = {
    "format_version": 1,
    "name": "Three terms",
    "version": "2",
    "status": "research",
    "predicts": "CD8 expression",
    "direction": "a higher score means more infiltration",
    "citation": "Müller et al. 2020",
    "patents": ["EP 0000000 B1"],
    "settings": {"extraction": {"spacing_mm": 1.5}, "ring": {"outer_mm": 3}},
    "intercept": 0.25,
    "terms": [
        {
            "variable": "ring.glcm.contrast",
            "coefficient": -0.5,
            "mean": 12.5,
            "scale": 3,
            "training_range": [1, 40.5],
            "when_undefined": "mean",
        },
        {
            "variable": "location.liver",
            "coefficient": 0.125,
            "mean": 0.2,
            "scale": 0.4,
            "training_range": [0, 1],
        },
        {
            "variable": "acquisition.kvp",
            "coefficient": 0.1,
            "mean": 115.0,
            "scale": 14.0,
            "training_range": [80, 140],
        },
    ],
    "cutoffs": {"low": -1, "median": 0, "high": 1},
    "distribution": {"n": 135, "p1": -2, "p99": 2.5, "entropy_edges": [-2, 0, 2.5]},
    "extrapolation_limit": 2.5,
    "patient_rule": "scores_min",
    "patient_cutoffs": {"low": -0.5, "median": 0.5, "high": 0.75},
    "harmonization": {
        "variables": ["ring.glcm.contrast"],
        "covariates": ["clinical.age"],
        "alpha": [12.5],
        "sigma": [3.0],
        "beta": [[0.25]],
        "batches": {
            "north": {"gamma": [0.5], "delta": [1.25], "patients": 70},
            "south": {"gamma": [0.0], "delta": [1.0], "patients": 65},
        },
        "reference": "south",
    },
    "training": {"patients": 135, "notes": ["none"]},
}

DELETE = object()


def changed(place: str, value: object) -> dict:
    """The document with one place ("terms.0.scale") given another value, or deleted."""
    document = copy.deepcopy(DOCUMENT)
    *way, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    inner = document
    for step in way:
        inner = inner[step]
    if value is DELETE:
        del inner[last]
    else:
        inner[last] = value
    return document
