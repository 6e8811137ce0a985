"""Lesions in the colors of what a person chooses: uptake, any feature; their own colors come back exactly."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from patients import draw, select, waitFor, waitIdle
from pet_patients import MUSCLE_SUV, SUV, addMuscle, addPetPatient

from radioimmuno.extraction.extract import extract
from radioimmuno.geometry.image import Image
from radioimmuno.signature.color_scale import UNSCORED
from radioimmuno.signature.value_scale import value_scale
from RadioImmunoScoreLib.scene.legend import legendOf
from RadioImmunoScoreLib.scene.nodes import ownedNode
from RadioImmunoScoreLib.scene.reading import readImage, readLesions
from RadioImmunoScoreLib.scene.surfaces import surfacesOf
from RadioImmunoScoreLib.scene.tables import TABLE
from RadioImmunoScoreLib.services.lesion_values import featuresLike
from slicerbench.hands import choose, click

LESION, SCORE, VALUE = 0, 1, 9
MAXIMUM, TO_MUSCLE = "uptake.maximum", "uptake.ratio_muscle"


def colorsOf(nodes):
    segmentation = nodes[1].GetSegmentation()
    return {i: segmentation.GetSegment(i).GetColor() for i in segmentation.GetSegmentIDs()}


@pytest.fixture
def patient(panel):
    """(panel, nodes, own colors) with CT, lesions and PET chosen, uptake measured, nothing scored."""
    nodes = addPetPatient()
    own = colorsOf(nodes)
    select(panel, nodes)
    panel.panel.ui.petSelector.setCurrentNode(nodes[2])
    settle(panel)
    return panel, nodes, own


def settle(panel):
    waitFor(lambda: panel.panel.session.isSettled)
    waitIdle(panel)
    waitFor(lambda: panel.panel.session.isSettled)


def colorBy(panel, by):
    """Choose an entry of the box by what it stands for."""
    section = panel.panel.section("DisplaySection")
    index = section._choices.index(by)
    panel.panel.ui.coloringBox.setCurrentIndex(index)
    panel.panel.ui.coloringBox.activated.emit(index)
    settle(panel)


def columnOf(nodes, name="value"):
    table = ownedNode(nodes[1], TABLE)
    array = table.GetTable().GetColumnByName(name)
    ids = table.GetTable().GetColumnByName("id")
    return {ids.GetValue(row): array.GetValue(row) for row in range(array.GetNumberOfValues())}


def cells(panel):
    table, order = panel.panel.ui.lesionTable, panel.panel.section("LesionsSection").table.order
    return {segmentID: table.item(row, VALUE).text() for row, segmentID in enumerate(order)}


def test_lesions_get_the_colors_of_suvmax_without_any_score_and_their_own_ones_back(patient):
    panel, nodes, own = patient
    colorBy(panel, MAXIMUM)
    scale = value_scale(SUV.values())
    assert colorsOf(nodes) == {i: pytest.approx(scale.rgb(suv), abs=1e-6) for i, suv in SUV.items()}
    assert cells(panel) == {"liver_1": "4.00", "liver_2": "8.00", "node": "12.00"}
    legend = legendOf(nodes[1])
    assert legend.GetTitleText() == "SUVmax"
    assert nodes[1].GetDisplayNode().GetScalarRange() == (scale.low, scale.high)
    waitFor(lambda: set(surfacesOf(nodes[1])) == set(SUV))
    shown = {i: model.GetDisplayNode().GetColor() for i, model in surfacesOf(nodes[1]).items()}
    assert shown == colorsOf(nodes)
    colorBy(panel, "score")
    assert colorsOf(nodes) == own
    assert legendOf(nodes[1]) is None


def test_table_legend_and_node_say_the_same_number_and_unit(patient):
    panel, nodes, _own = patient
    click(panel.panel.ui.scoreButton)
    settle(panel)
    colorBy(panel, MAXIMUM)
    assert columnOf(nodes) == cells(panel)
    table = ownedNode(nodes[1], TABLE)
    assert (table.GetColumnTitle("value"), table.GetColumnUnitLabel("value")) == ("SUVmax", "SUV")
    # After an edit all follow, and the scores' colors do not come in between.
    draw(nodes[:2], "node", (18, 34, 28), 6.0)
    panel.panel.session._edits.schedule()
    settle(panel)
    assert columnOf(nodes) == cells(panel)
    assert cells(panel)["node"] == "4.00"


def test_scores_and_values_take_turns_and_off_is_their_own_color(patient):
    panel, nodes, own = patient
    click(panel.panel.ui.scoreButton)
    settle(panel)
    scores = colorsOf(nodes)
    title = legendOf(nodes[1]).GetTitleText()
    colorBy(panel, MAXIMUM)
    values = colorsOf(nodes)
    assert len(set(values.values())) == 3
    assert not set(values.values()) & {*scores.values(), *own.values()}
    click(panel.panel.ui.colorCheckBox)
    settle(panel)
    assert colorsOf(nodes) == own
    click(panel.panel.ui.colorCheckBox)
    settle(panel)
    assert colorsOf(nodes) == values
    colorBy(panel, "score")
    assert colorsOf(nodes) == scores
    assert legendOf(nodes[1]).GetTitleText() == title
    panel.logic.restoreColors(nodes[1])
    assert colorsOf(nodes) == own


def test_any_feature_is_found_by_words_and_measured(patient):
    panel, nodes, _own = patient
    ui = panel.panel.ui
    last = ui.coloringBox.count - 1
    ui.coloringBox.activated.emit(last)
    ui.featureEdit.setText("lesion intensity mean")
    keys = [ui.featureList.item(row).data(0x100) for row in range(ui.featureList.count)]
    row = keys.index("pet.lesion.statistics.mean")
    ui.featureList.itemClicked.emit(ui.featureList.item(row))
    settle(panel)
    assert cells(panel) == {"liver_1": "4.000", "liver_2": "8.000", "node": "12.00"}
    # After a filter: of each feature but shape and local intensity, on both images.
    ui.coloringBox.activated.emit(ui.coloringBox.count - 1)
    choose(ui.filterBox, "LoG 2 mm")
    ui.featureEdit.setText("skewness")
    keys = [ui.featureList.item(row).data(0x100) for row in range(ui.featureList.count)]
    of_images = [
        f"{image}{region}.log_sigma_2mm.statistics.skewness"
        for image in ("", "pet.")
        for region in ("lesion", "ring")
    ]
    assert [key for key in keys if ".statistics." in key] == of_images
    assert ui.featureList.item(keys.index(of_images[1])).text() == "ring (LoG 2 mm), intensity: skewness"
    ui.featureEdit.setText("sphericity")
    assert ui.featureList.count == 0
    ui.featureEdit.setText("skewness")
    ui.featureList.itemClicked.emit(ui.featureList.item(keys.index(of_images[1])))
    settle(panel)
    found = panel.panel.session.state.coloring.values
    lesions = readLesions(nodes[1], nodes[0]).lesions
    settings = panel.panel.session.inputs.signature.settings
    expected = extract(readImage(nodes[0]), lesions, settings, of_images[1:2])
    assert found.values == {one.id: one.values[of_images[1]] for one in expected}
    assert found.heading == legendOf(nodes[1]).GetTitleText().replace("\n", " ")
    assert ui.coloringBox.currentText == "ring (LoG 2 mm), intensity: skewness"
    panel.panel.session.coloring.choose("feature.lesion.morphology.approximate_volume")
    settle(panel)
    volumes = panel.panel.session.state.coloring.values
    # The voxels as they were drawn are within some percent of those of the resampled lesion.
    for lesion in readLesions(nodes[1], nodes[0]).lesions:
        assert volumes.values[lesion.id] == pytest.approx(1000 * lesion.volume_cc, rel=0.05)
    assert volumes.unit == "mm³"
    assert isinstance(readImage(nodes[0]), Image)


def test_tumor_to_muscle_is_offered_with_a_muscle_reference_which_is_no_lesion_then(patient):
    panel, nodes, _own = patient
    section = panel.panel.section("DisplaySection")
    assert TO_MUSCLE not in section._choices
    muscle = addMuscle(nodes)
    settle(panel)
    panel.panel.session.notes.setReference(muscle, "muscle")
    settle(panel)
    assert "muscle reference" in panel.panel.session.inputs.leftOut[muscle]
    colorBy(panel, TO_MUSCLE)
    assert {i: float(text) for i, text in cells(panel).items() if text} == {
        i: suv / MUSCLE_SUV for i, suv in SUV.items()
    }
    # Ticked, it is a lesion again.
    panel.panel.session.notes.setIncluded(muscle, True)
    settle(panel)
    assert muscle not in panel.panel.session.inputs.leftOut
    reasons = panel.panel.session.state.coloring.values.reasons
    assert set(reasons) == {*SUV, muscle}
    assert all("no muscle reference" in reason for reason in reasons.values())


def test_a_lesion_without_the_value_is_gray_and_says_why(patient):
    panel, nodes, _own = patient
    nodes[1].GetSegmentation().AddEmptySegment("empty", "empty one")
    settle(panel)
    colorBy(panel, MAXIMUM)
    assert colorsOf(nodes)["empty"] == pytest.approx(UNSCORED)
    order = panel.panel.section("LesionsSection").table.order
    item = panel.panel.ui.lesionTable.item(order.index("empty"), VALUE)
    assert item.text() == "-"
    assert "no voxel" in item.toolTip()


def test_a_saved_scene_comes_back_in_these_colors_and_knows_its_own(patient, tmp_path, bench):
    panel, nodes, own = patient
    colorBy(panel, MAXIMUM)
    painted = colorsOf(nodes)
    file = bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear()
    bench.host.loadScene(file)
    bench.process(100)
    settle(panel)
    (node,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    close = {i: pytest.approx(color, abs=1e-5) for i, color in painted.items()}
    assert colorsOf((None, node)) == close
    colorBy(panel, "score")
    assert colorsOf((None, node)) == own


def labels():
    points = slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")
    return {one.GetNthControlPointLabel(n) for one in points for n in range(one.GetNumberOfControlPoints())}


def test_names_in_the_views_have_the_value_and_unit_that_the_colors_show(patient):
    panel, _nodes, _own = patient
    panel.panel.selectLesion("node")
    click(panel.panel.ui.labelsCheckBox)
    # Without any score, too.
    colorBy(panel, MAXIMUM)
    assert "lymph node  12.00 SUV" in labels()
    click(panel.panel.ui.scoreButton)
    settle(panel)
    colorBy(panel, "uptake.tlg_41")
    (label,) = (text for text in labels() if text.startswith("lymph node"))
    assert label == f"lymph node  {cells(panel)['node']} SUV·cc"
    colorBy(panel, "score")
    (label,) = (text for text in labels() if text.startswith("lymph node"))
    assert label == f"lymph node  {panel.panel.session.scoreOf('node').score:.2f}"


def test_beside_lesions_in_another_values_colors_no_spot_has_that_of_the_score(patient):
    panel, _nodes, _own = patient
    click(panel.panel.ui.scoreButton)
    settle(panel)
    panel.panel.selectLesion("node")
    ui = panel.panel.ui
    assert ui.selectedChip.visible
    assert not ui.scaleLabel.visible
    colorBy(panel, MAXIMUM)
    assert not ui.selectedChip.visible
    assert ui.scaleLabel.visible
    assert "SUVmax 12.00" in ui.selectedNameLabel.text
    assert not ui.ringsCheckBox.enabled
    assert "score" in ui.ringsCheckBox.toolTip
    click(ui.colorCheckBox)
    assert ui.selectedChip.visible


def test_a_feature_that_cannot_be_measured_leaves_no_colors_of_another_value(patient):
    panel, nodes, own = patient
    colorBy(panel, MAXIMUM)

    def fails(*_args):
        raise ValueError("this cannot be measured")

    panel.panel.session.coloring.measurer = fails
    panel.panel.session.coloring.choose("feature.lesion.morphology.sphericity")
    settle(panel)
    assert colorsOf(nodes) == own
    assert legendOf(nodes[1]) is None
    assert "this cannot be measured" in panel.panel.status.text


def test_another_segmentation_has_no_values_of_the_last_one(patient):
    from synthetic import addSegmentation

    panel, nodes, _own = patient
    colorBy(panel, MAXIMUM)
    other = addSegmentation(slicer.mrmlScene, nodes[0])
    own = colorsOf((None, other))
    panel.panel.ui.segmentationSelector.setCurrentNode(other)
    assert panel.panel.session.state.coloring.values is None
    assert colorsOf((None, other)) == own
    settle(panel)
    assert cells(panel) == {"liver_1": "4.00", "liver_2": "8.00", "node": "12.00"}


def test_a_narrow_panel_shows_all_columns_beside_that_of_the_value(patient):
    panel, _nodes, _own = patient
    click(panel.panel.ui.scoreButton)
    settle(panel)
    colorBy(panel, MAXIMUM)
    table = panel.panel.ui.lesionTable
    table.resize(330, 300)
    panel.panel.section("LesionsSection").table._fit()
    shown = [column for column in range(table.columnCount) if not table.isColumnHidden(column)]
    assert VALUE in shown
    assert sum(table.columnWidth(column) for column in shown) <= 330


def test_a_narrow_panel_with_a_reference_region_needs_no_scrolling_sideways(patient):
    panel, nodes, _own = patient
    panel.panel.session.notes.setReference(addMuscle(nodes), "muscle")
    settle(panel)
    table = panel.panel.ui.lesionTable
    table.resize(268, 300)
    panel.panel.section("LesionsSection").table._fit()
    shown = [column for column in range(table.columnCount) if not table.isColumnHidden(column)]
    assert sum(table.columnWidth(column) for column in shown) <= 268


def test_a_title_too_wide_for_a_narrow_panel_gives_way(patient):
    panel, _nodes, _own = patient
    click(panel.panel.ui.scoreButton)
    settle(panel)
    colorBy(panel, "uptake.tlg_41")
    table, view = panel.panel.ui.lesionTable, panel.panel.section("LesionsSection").table
    title = table.horizontalHeaderItem(VALUE)
    titles, areWhole = [], []
    for widthPx in range(370, 290, -2):
        table.resize(widthPx, 300)
        view._fit()
        shown = [column for column in range(table.columnCount) if not table.isColumnHidden(column)]
        titles.append(title.text())
        areWhole.append(sum(table.columnWidth(column) for column in shown) <= widthPx)
    # Only where that is too wide, and as long as it helps.
    assert titles[0] == "TLG at 41 %"
    assert areWhole[titles.index("Value")]
    assert title.toolTip() == "TLG at 41 % (SUV·cc)"


def test_features_of_an_image_are_found_once_by_words_that_name_it():
    keys = [one.key for one in featuresLike("pet co-occurrence contrast", ["pet"])]
    assert "pet.lesion.glcm.contrast" in keys
    assert len(set(keys)) == len(keys)
    assert {key.split(".")[0] for key in keys} == {"pet"}
    assert not [key for key in keys if key.startswith("pet.pet.")]
    # Without a PET there is nothing to measure them on.
    assert featuresLike("pet co-occurrence contrast", []) == ()


def test_another_muscle_reference_does_not_make_a_lesion_of_the_one_before(patient):
    panel, nodes, _own = patient
    muscle = addMuscle(nodes)
    nodes[1].GetSegmentation().AddEmptySegment("another", "Another muscle")
    draw(nodes[:2], "another", (40, 60, 30), 10.0)
    settle(panel)
    for region in (muscle, "another"):
        panel.panel.session.notes.setReference(region, "muscle")
        settle(panel)
    assert {muscle, "another"} <= set(panel.panel.session.inputs.leftOut)
    assert {one.id for one in panel.panel.session.uptake.patient.lesions} == set(SUV)
    # A person may say that it is one after all.
    panel.panel.session.notes.setIncluded(muscle, True)
    settle(panel)
    assert muscle not in panel.panel.session.inputs.leftOut


def test_without_the_pet_nothing_is_colored_by_it(patient, bench):
    panel, nodes, own = patient
    colorBy(panel, MAXIMUM)
    slicer.mrmlScene.RemoveNode(nodes[2])
    bench.process(100)
    settle(panel)
    assert colorsOf(nodes) == own
    assert np.array_equal(sorted(cells(panel).values()), ["", "", ""])


def test_there_is_no_color_by_what_is_not_known(patient):
    panel, _nodes, _own = patient
    for by in ("uptake.brightness", "feature.acquisition.kvp", "feature.nonsense"):
        with pytest.raises(ValueError, match="cannot be colored"):
            panel.panel.session.coloring.choose(by)


def test_a_reference_region_shows_its_mean_and_one_too_small_is_refused_in_words(patient):
    panel, nodes, _own = patient
    muscle = addMuscle(nodes)
    settle(panel)
    panel.panel.selectLesion(muscle)
    ui = panel.panel.ui
    ui.roleBox.activated.emit(3)
    settle(panel)
    assert ui.lesionUptakeLabel.text.startswith("Muscle: mean 0.50, SD 0.00")
    assert "Muscle: mean 0.50" in ui.uptakeLabel.text
    assert "to muscle: maximum" not in ui.lesionUptakeLabel.text
    panel.panel.selectLesion("node")
    settle(panel)
    assert "to muscle: maximum" in ui.lesionUptakeLabel.text
    draw(nodes[:2], muscle, (40, 60, 30), 3.0)
    panel.panel.session._edits.schedule()
    settle(panel)
    panel.panel.selectLesion(muscle)
    settle(panel)
    assert "Draw it larger" in ui.lesionUptakeLabel.text


def test_the_patients_uptake_has_totals_distance_and_the_hottest_lesion(patient):
    panel, _nodes, _own = patient
    text = panel.panel.ui.uptakeLabel.text
    uptake = panel.panel.session.uptake.patient
    # Each lesion has one value everywhere: its whole volume is above 41 % and 2.5, TLG is volume times value.
    volumes = {lesion.id: lesion.volume_cc for lesion in uptake.lesions}
    assert uptake.totals["41"].tlg == pytest.approx(sum(SUV[i] * volumes[i] for i in SUV), rel=1e-6)
    assert uptake.hottest == "node"
    for words in ("MTV, 41 %", "TLG, SUV 2.5", "SUV·cc", "Dmax, ", "Hottest, lymph node: SUVpeak"):
        assert words in text


def test_the_selected_lesion_has_its_uptake_with_units(patient):
    panel, _nodes, _own = patient
    panel.panel.selectLesion("liver_2")
    settle(panel)
    text = panel.panel.ui.lesionUptakeLabel.text
    assert "SUVmax" in text
    assert "8.00" in text
    assert panel.panel.ui.roleBox.currentText.startswith("a lesion")


def test_the_report_says_the_same_numbers(patient, tmp_path):
    import json

    panel, _nodes, _own = patient
    click(panel.panel.ui.scoreButton)
    settle(panel)
    colorBy(panel, MAXIMUM)
    section = panel.panel.section("SaveSection")
    section._offerReport = lambda path: None
    section.save(str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text()
    assert "SUVmax" in page
    assert all(f"<td>{text}</td>" in page for text in cells(panel).values())
    of_filter = "lesion.wavelet_coif1_lhl.statistics.variance"
    panel.panel.session.coloring.choose(f"feature.{of_filter}")
    settle(panel)
    heading = panel.panel.session.coloring.values.heading
    assert heading == "lesion (wavelet coif1 LHL), intensity: variance (a.u.²)"
    section.save(str(tmp_path / "patient.json"))
    record = json.loads((tmp_path / "patient.json").read_text())
    values = panel.panel.session.coloring.values.values
    saved = {row["id"]: row["features"][of_filter] for row in record["lesions"]}
    assert saved == values
    assert {one["suv_max"] for one in record["uptake"]["pet"]["lesions"]} == set(SUV.values())
