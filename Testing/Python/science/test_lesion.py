import numpy as np
import pytest

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Site, from_labels

LATTICE = Lattice((4, 5, 6), (3.0, 1.0, 2.0), (0.0, 0.0, 0.0))


def test_each_label_becomes_a_lesion_cropped_to_its_voxels():
    labels = np.zeros(LATTICE.shape, np.uint8)
    labels[1, 1:3, 2] = 7
    labels[3, 4, 5] = 2
    two, seven = from_labels(Image(labels, LATTICE))
    assert (two.id, seven.id) == ("2", "7")
    assert seven.voxels == 2
    assert seven.volume_cc == pytest.approx(2 * 6 / 1000)
    assert seven.mask.offset == (1, 1, 2)
    assert seven.mask.values.shape == (1, 2, 1)


def test_a_named_label_without_voxels_is_an_empty_lesion():
    (lesion,) = from_labels(Image(np.zeros(LATTICE.shape, np.uint8), LATTICE), {3: "liver 1"})
    assert lesion.name == "liver 1"
    assert lesion.voxels == 0
    assert lesion.box is None


@pytest.mark.parametrize("text", ["Lymph node", "lymph-node", " LYMPH_NODE "])
def test_sites_are_read_as_people_write_them(text):
    assert Site.parse(text) is Site.LYMPH_NODE


def test_an_unknown_site_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="known are: lymph node, head and neck"):
        Site.parse("spleen")


def test_sites_and_their_snomed_codes_map_both_ways():
    coded = [site for site in Site if site.snomed_code]
    assert len(coded) == len(Site) - 1
    assert all(Site.from_snomed(site.snomed_code) is site for site in coded)
    assert Site.from_snomed("78961009") is None
