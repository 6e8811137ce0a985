"""Filtered images in the panel: scored, explained in words, chosen, or said why not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from patients import addPatient, select, waitFor, waitIdle

import qt
from radioimmuno.extraction.extract import extract
from radioimmuno.filters.response_settings import responses_of
from radioimmuno.signature.color_scale import UNSCORED
from radioimmuno.signature.signature import Term, default_signature, write_signature
from slicerbench.hands import choose, click, clickCell


def test_a_signature_of_filtered_images_scores_explains_in_words_and_offers_its_filters(panel, tmp_path):
    smooth = {"smooth": {"kind": "mean", "support": 3}}
    settings = replace(default_signature().settings, filters=responses_of(smooth))
    weights = {
        "lesion.log_sigma_2mm.statistics.variance": 3.0,
        "ring.wavelet_haar_lhl.histogram.entropy": -0.2,
        "lesion.smooth.statistics.mean": 0.01,
    }
    terms = tuple(Term(variable, weight, 0.0, 1.0) for variable, weight in weights.items())
    base = replace(
        default_signature(), distribution=None, extrapolation_limit=None, cutoffs=None, training={}
    )
    write_signature(replace(base, settings=settings, terms=terms, intercept=0.5), tmp_path / "signature.json")
    select(panel, addPatient())
    panel.panel.session.setSignature(str(tmp_path / "signature.json"))
    ui, inputs = panel.panel.ui, panel.panel.session.inputs
    click(ui.scoreButton)
    waitIdle(panel)
    clickCell(ui.lesionTable, 0, 0)
    measured = extract(inputs.study().image, inputs.study().lesions, settings, weights)
    expected = {
        one.id: 0.5 + sum(weights[name] * value for name, value in one.values.items()) for one in measured
    }
    assert {row.id: row.score for row in panel.panel.session.rows} == pytest.approx(expected)
    for words in ("lesion (LoG 2 mm), intensity: variance", "ring (wavelet haar LHL)", "lesion (smooth)"):
        assert words in ui.contributionsPicture.accessibleDescription
    # What is defined under a name of its own, or not common, is offered, too.
    offered = [ui.mapBox.itemText(row) for row in range(ui.mapBox.count)]
    assert {"smooth (a.u.)", "wavelet haar LHL (a.u.)", "LoG 2 mm (a.u.)"} <= set(offered)
    assert offered.count("LoG 2 mm (a.u.)") == 1
    tip = ui.mapBox.itemData(offered.index("smooth (a.u.)"), qt.Qt.ToolTipRole)
    assert tip.startswith("mean of 3 voxels along each axis; 3D, border mirrored")
    choose(ui.mapBox, "smooth (a.u.)")
    waitIdle(panel)
    assert "smooth (a.u.) of metastasis and its ring" in ui.mapLabel.toolTip
    ui.coloringBox.activated.emit(ui.coloringBox.count - 1)
    choose(ui.filterBox, "smooth")
    ui.featureEdit.setText("intensity mean")
    assert ui.featureList.item(0).text() == "lesion (smooth), intensity: mean"
    # With another signature it has no definition, which is said; the choice can still be seen.
    panel.panel.session.setSignature("")
    waitIdle(panel)
    assert ui.mapBox.currentText == "smooth (a.u.)"
    assert "There is no filter 'smooth'" in ui.messageLabel.text
    assert not ui.mapLabel.visible


def test_a_filter_that_reaches_too_far_leaves_all_gray_and_each_lesion_says_why(panel):
    nodes, coloring = addPatient(), panel.panel.session.coloring
    select(panel, nodes)
    coloring.choose("feature.lesion.log_sigma_40mm.statistics.mean")
    waitFor(lambda: coloring.values is not None)
    waitIdle(panel)
    assert coloring.values.values == {}
    for reason in coloring.values.reasons.values():
        assert reason.startswith("After log_sigma_40mm nothing is measured: The filter needs an image of at")
    segmentation = nodes[1].GetSegmentation()
    colors = [segmentation.GetSegment(i).GetColor() for i in segmentation.GetSegmentIDs()]
    assert all(color == pytest.approx(UNSCORED) for color in colors)
