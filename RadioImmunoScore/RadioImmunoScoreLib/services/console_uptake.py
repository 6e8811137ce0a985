"""The console's command of uptake on a PET."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radioimmuno.pet.patient_uptake import PatientUptake


class UptakeCommands:
    """What `console.ConsoleCommands` does with a PET."""

    def uptake(
        self, petNode: Any, segmentationNode: Any, references: Any = None, *, volumeNode: Any = None
    ) -> PatientUptake:
        """SUVmax, mean, peak, metabolic volumes, glycolysis and ratios of the lesions on a PET.

        Parameters
        ----------
        petNode : vtkMRMLScalarVolumeNode
            The PET; SUV are made as in `score`.
        segmentationNode : vtkMRMLSegmentationNode
            Each segment is one lesion, but for reference regions.
        references : dict of str to str, optional
            Name of a reference region -> ID or name of its segment, as `{"muscle": "Segment_3"}`; by default
            those that the panel was told.
        volumeNode : vtkMRMLScalarVolumeNode, optional
            The image that the lesions were drawn on, whose frame the PET has to share; the PET by default.

        Returns
        -------
        PatientUptake
            A `LesionUptake` for each lesion, the reference regions, totals, Dmax, the hottest lesion, and
            what is to be known of the values. Nothing in the scene is changed.

        Raises
        ------
        InputError
            When nothing can be measured on the PET; the text says what to do.
        ValueError
            When there is no such segment, or the region's name is none.

        Examples
        --------
        >>> uptake = logic.uptake(getNode("PET"), getNode("Lesions"), {"muscle": "Muscle"})
        >>> {one.name: (one.maximum, one.ratios["muscle"].maximum) for one in uptake.lesions}
        """
        from .lesion_values import measureNodes

        return measureNodes(petNode, segmentationNode, volumeNode or petNode, references)
