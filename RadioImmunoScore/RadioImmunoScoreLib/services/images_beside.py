"""Images beside the CT, a PET or an MR: out of the scene as plain values, which are read on any thread.

What a volume of a PET holds is not known by its numbers. Slicer's PET-DICOM extension makes SUV of them and
notes so as the volume's unit; Slicer's own reader leaves Bq/ml or counts, and may cut them to whole numbers.
So the values are read anew from the DICOM files where Slicer's database has them. Else they are what the
volume says, or are taken as SUV and judged whether they can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import slicer

from radioimmuno.findings import Finding, InputError, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.identity import in_part, same_patient
from radioimmuno.modality import CT, MR, PET, image_title, modality_of_role
from radioimmuno.signature.signature import Signature
from radioimmuno.study import Study

from ..scene.ras_geometry import (
    RAS_TO_LPS,
    isRigid,
    linearPart,
    pointMap,
    scalarsOf,
    transformBetween,
    volumeLattice,
)
from .node_origin import INSTANCE_UIDS, MODALITY, PATIENT_ID, headerValues, originOf

if TYPE_CHECKING:
    from radioimmuno.extraction.carried_lesions import PointMap
    from radioimmuno.io.image import ReadImage
    from radioimmuno.pet.scale import UptakeScale

FRAME_OF_REFERENCE = "0020,0052"
DIGEST_BYTES = 16
# Along each axis, places by which two transforms that bend are told apart.
SAMPLED_PLACES = 5
# How far apart voxels may lie, of a volume and of its files, to be the same ones.
SAME_VOXELS = 0.01

# Which SUV a volume holds by the code of its unit (UCUM, as DICOM's context group 85 has them).
SUV_OF_UNITS = {
    "{SUVbw}g/ml": "bw",
    "{SUVlbm}g/ml": "lbm",
    "{SUVlbm(Janma)}g/ml": "lbm",
    "{SUVlbm(James128)}g/ml": "james",
    "{SUVbsa}cm2/ml": "bsa",
    "{SUVibw}g/ml": "ideal",
}
NO_SUV_UNITS = frozenset({"Bq/ml", "Bq/mL", "{counts}", "{counts}/s", "{propcounts}", "{propcounts}/s"})


@dataclass(frozen=True, eq=False)
class Reading:
    """An image beside the CT, read.

    Parameters
    ----------
    image : Image
        In the modality's unit, in the CT's frame of reference.
    findings : tuple of Finding
        What was found of it: a refusal where nothing may be measured on it.
    about : mapping of str to Any
        How it was made and read, as plain values for the provenance.
    scale : UptakeScale or None
        What the values of a PET are.
    source : str
        Where the values are from, in a sentence.
    """

    image: Image
    findings: tuple[Finding, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    scale: UptakeScale | None = None
    source: str = ""


@dataclass(frozen=True, eq=False)
class ImageBeside:
    """A volume beside the CT as the scene has it now.

    Parameters
    ----------
    role : str
        In the study, as `pet`.
    name : str
        Of the node.
    values : ndarray, shape (k, j, i)
        What Slicer holds.
    lattice : Lattice
        Of the node in its own frame.
    toCt : ndarray of float, shape (4, 4)
        From the node's frame to the CT's, RAS mm; the identity where `bent` says it.
    bent : callable or None
        As of `Study.to_main`, of a volume under a transform that bends or stretches it: its voxels stay as
        they are, and lesions are carried to them.
    unit : str
        Code of the unit that the node states; empty for none.
    uids : tuple of str
        Of the DICOM instances that it was loaded from.
    files : tuple of Path
        Where they lie; empty where one of them is not at hand.
    findings : tuple of Finding
        What is known of it without its voxels.
    """

    role: str
    name: str
    values: np.ndarray
    lattice: Lattice
    toCt: np.ndarray
    unit: str = ""
    uids: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()
    bent: PointMap | None = None
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    @cached_property
    def digest(self) -> str:
        """Of all that a value measured on it depends on: the same in a scene that was saved and loaded."""
        digest = blake2b(np.ascontiguousarray(self.values), digest_size=DIGEST_BYTES)
        frame = np.round(self.lattice.index_to_lps, 6).tolist(), np.round(self.lattice.origin, 4).tolist()
        texts = [(one.code, one.text) for one in self.findings]
        toCt = np.round(self.toCt, 6).tolist() if self.bent is None else self._bentPlaces
        digest.update(repr((self.role, frame, toCt, self.unit, self.uids, bool(self.files), texts)).encode())
        return digest.hexdigest()

    @property
    def _bentPlaces(self) -> list[list[float]]:
        """Where the transform takes some places all over the volume."""
        assert self.bent is not None
        share = np.stack(np.meshgrid(*[np.linspace(0, 1, SAMPLED_PLACES)] * 3), axis=-1).reshape(-1, 3)
        places = self.lattice.to_lps(share * (np.array(self.lattice.shape) - 1))
        kept: list[list[float]] = np.round(self.bent(places), 4).tolist()
        return kept

    @property
    def isRead(self) -> bool:
        """Whether it was read already, so that `reading` takes no time."""
        return "_read" in vars(self)

    @property
    def reading(self) -> Reading:
        """The image with what was found of it; may take seconds the first time, on any thread.

        What was given up goes on until its next step: it is waited for, and nothing is read twice.
        """
        with self._lock:
            return self._read

    @cached_property
    def _read(self) -> Reading:
        made = self._ofFiles() if self.files else None
        made = made or self._ofNode()
        image = Image(made.image.values, inFrame(made.image.lattice, self.toCt), made.image.offset)
        return Reading(image, (*self.findings, *made.findings), made.about, made.scale, made.source)

    @property
    def isUnitKnown(self) -> bool:
        """Whether it is known what 1 in the modality's unit is in the values that Slicer holds."""
        return self.isRead or not self.files

    @cached_property
    def valuesPerUnit(self) -> float:
        """What 1 in the modality's unit is in the values that Slicer holds, as soon as that is known."""
        if not self.files:
            return 1.0
        highest = float(np.max(self.reading.image.values, initial=0.0))
        return float(np.max(self.values, initial=0.0)) / highest if highest > 0 else 1.0

    @property
    def identifiers(self) -> dict[str, Any]:
        """What identifies it, for the provenance."""
        return {"name": self.name, "instance_uids": list(self.uids)}

    def _ofFiles(self) -> Reading | None:
        """Of its DICOM files; None where the node's voxels are not theirs any more."""
        from radioimmuno.io.image import read_dicom_files
        from radioimmuno.pet.masses import ACTIVITY

        kind = modality_of_role(self.role)
        refusals: tuple[Finding, ...] = ()
        try:
            read = read_dicom_files(self.files, modality=kind)
        except InputError as problem:
            refusals = (Finding(problem.code, Severity.REFUSE, str(problem)),)
            if kind is not PET:
                return self._refused(refusals)
            # Ratios within the scan need no SUV.
            try:
                read = read_dicom_files(self.files, modality=kind, quantity=ACTIVITY)
            except InputError:
                return self._refused(refusals)
        if not _coincide(read.image.canonical().lattice, self._canonical):
            return None
        return self._ofRead(read, refusals)

    def _ofRead(self, read: ReadImage, refusals: tuple[Finding, ...]) -> Reading:
        from radioimmuno.io.images_beside import about_image
        from radioimmuno.pet.scale import scale_of

        if read.suv is None:
            source = "Read from its DICOM files."
            return Reading(read.image, read.findings, about_image(read), source=source)
        scale = scale_of(read.suv.name, read.suv.acquisition)
        source = f"{read.suv.title}, made from its DICOM files."
        return Reading(read.image, (*refusals, *read.findings), about_image(read), scale, source)

    def _refused(self, refusals: tuple[Finding, ...]) -> Reading:
        return Reading(Image(self.values, self.lattice), refusals)

    def _ofNode(self) -> Reading:
        """Of what Slicer holds."""
        image, kind = Image(self.values, self.lattice), modality_of_role(self.role)
        assert kind is not None
        if kind is not PET:
            source = "Values as the volume has them."
            return Reading(image, kind.check_values(image), source=source)
        return self._ofPetNode(image)

    def _ofPetNode(self, image: Image) -> Reading:
        from radioimmuno.pet.masses import ACTIVITY
        from radioimmuno.pet.scale import UptakeScale

        if self.unit in NO_SUV_UNITS:
            text = (
                f"The volume {self.name} holds {self.unit} and no SUV, and its DICOM files are not at hand: "
                "load the PET from DICOM, so that SUV can be made of it."
            )
            refusal = Finding("pet.units", Severity.REFUSE, text)
            return Reading(image, (refusal,), {"unit": self.unit}, UptakeScale(ACTIVITY), text)
        quantity = SUV_OF_UNITS.get(self.unit, "bw")
        if self.unit in SUV_OF_UNITS:
            source = f"Taken as {self.unit}, as the volume {self.name} says."
            found: tuple[Finding, ...] = ()
            if quantity != "bw":
                text = f"The values of {self.name} are {self.unit}: signatures are mostly made for {{SUVbw}}."
                found = (Finding("pet.taken_as_suv", Severity.WARN, text),)
        else:
            source = (
                f"The volume {self.name} does not say in which unit its values are: they were taken as SUV "
                "by body weight. Make sure that they are, or load the PET from DICOM."
            )
            found = (Finding("pet.taken_as_suv", Severity.WARN, source),)
        about = {"quantity": quantity, "unit": self.unit or "not stated, taken as SUV by body weight"}
        return Reading(image, (*found, *PET.check_values(image)), about, UptakeScale(quantity), source)

    @property
    def _canonical(self) -> Lattice:
        return Image(np.broadcast_to(np.False_, self.lattice.shape), self.lattice).canonical().lattice


def imageBeside(node: Any, role: str, volumeNode: Any) -> ImageBeside:
    """A volume beside a CT as the scene has it now; on the main thread.

    Parameters
    ----------
    node : vtkMRMLScalarVolumeNode
        With voxels of one component.
    role : str
        As of `ImageBeside`.
    volumeNode : vtkMRMLScalarVolumeNode
        The CT.

    Raises
    ------
    InputError
        `study.image_unreadable` when it has no such voxels.
    """
    imageData = node.GetImageData()
    if imageData is None or imageData.GetNumberOfScalarComponents() != 1 or 0 in imageData.GetDimensions():
        text = f"The volume {node.GetName()} holds no voxels of one value each: select another volume."
        raise InputError("study.image_unreadable", text)
    values = scalarsOf(imageData)
    values.flags.writeable = False
    transform = transformBetween(*(n.GetParentTransformNode() for n in (node, volumeNode)))
    toCt = linearPart(transform)
    isMovable = toCt is not None and isRigid(toCt)
    units = node.GetVoxelValueUnits()
    return ImageBeside(
        role,
        node.GetName(),
        values,
        volumeLattice(node),
        toCt if isMovable and toCt is not None else np.eye(4),
        (units.GetCodeValue() or "") if units else "",
        tuple((node.GetAttribute(INSTANCE_UIDS) or "").split()),
        _filesOf(node),
        (*_kindFindings(node, role), *_frameFindings(node, volumeNode, role)),
        None if isMovable else pointMap(transform),
    )


def besideKey(node: Any, role: str, volumeNode: Any) -> Any:
    """What `imageBeside` depends on: looked at often, and cheaper than that."""
    imageData = node.GetImageData()
    scalars = imageData.GetPointData().GetScalars() if imageData else None
    parents = [each.GetParentTransformNode() for each in (node, volumeNode)]
    matrix = linearPart(transformBetween(*parents))
    # A transform that bends has no numbers of its own.
    bends = tuple((parent.GetID(), parent.GetTransformToWorldMTime()) for parent in parents if parent)
    units = node.GetVoxelValueUnits()
    return (
        role,
        *(each.GetID() for each in (node, volumeNode)),
        *(each.GetAttribute(INSTANCE_UIDS) for each in (node, volumeNode)),
        node.GetName(),
        scalars.GetMTime() if scalars else 0,
        volumeLattice(node) if scalars else None,
        bends if matrix is None else tuple(np.round(matrix, 6).ravel().tolist()),
        units.GetCodeValue() if units else "",
    )


def withImages(study: Study, beside: Iterable[ImageBeside]) -> Study:
    """A study with these images, read; on any thread.

    Parameters
    ----------
    study : Study
    beside : iterable of ImageBeside
    """
    images = tuple(beside)
    read = {one.role: one.reading for one in images}
    bent = {one.role: one.bent for one in images if one.bent is not None}
    return replace(
        study,
        to_main={**study.to_main, **bent},
        images={**study.images, **{role: one.image for role, one in read.items()}},
        findings_of_images={**study.findings_of_images, **{r: one.findings for r, one in read.items()}},
        about_images={**study.about_images, **{role: one.about for role, one in read.items()}},
    )


def nodesByRole(signature: Signature, petNode: Any | None, mrNode: Any | None) -> dict[str, Any]:
    """A PET and an MR by the roles that they have in a study; an MR has that which the signature asks for."""
    asked = sorted(role for role in rolesOf(signature) if role.startswith(MR.role))
    nodes = {PET.role: petNode, next(iter(asked), MR.role): mrNode}
    return {role: node for role, node in nodes.items() if node is not None}


def withNodes(
    study: Study, volumeNode: Any, signature: Signature, petNode: Any | None, mrNode: Any | None
) -> Study:
    """A study with these volumes beside its CT.

    Raises
    ------
    InputError
        When a volume is no image.
    """
    nodes = nodesByRole(signature, petNode, mrNode)
    images = [imageBeside(node, role, volumeNode) for role, node in nodes.items()]
    inputs = {**study.inputs, **{one.role: one.identifiers for one in images}}
    return withImages(replace(study, inputs=inputs), images)


def rolesOf(signature: Signature) -> frozenset[str]:
    """The images beside the CT that a signature measures."""
    from radioimmuno.scoring.images import roles_of

    return frozenset(roles_of(signature)) - {CT.role}


def inFrame(lattice: Lattice, matrix: np.ndarray) -> Lattice:
    """A lattice after a rigid (4, 4) transform in RAS."""
    inLps = RAS_TO_LPS @ matrix @ RAS_TO_LPS
    axes = np.array(lattice.axes) @ inLps[:3, :3].T
    x, y, z = (inLps @ [*lattice.origin, 1.0])[:3].tolist()
    k, j, i = (tuple(axis) for axis in axes.tolist())
    return Lattice(lattice.shape, lattice.spacing, (x, y, z), (k, j, i))


def _filesOf(node: Any) -> tuple[Path, ...]:
    """The DICOM files that a volume was loaded from; empty where one of them is not at hand."""
    uids = (node.GetAttribute(INSTANCE_UIDS) or "").split()
    database = getattr(slicer, "dicomDatabase", None)
    if not uids or database is None or not database.isOpen:
        return ()
    files = [database.fileForInstance(uid) for uid in uids]
    return tuple(map(Path, files)) if all(file and Path(file).is_file() for file in files) else ()


def _kindFindings(node: Any, role: str) -> tuple[Finding, ...]:
    kind = modality_of_role(role)
    code = headerValues(node, (MODALITY,))[MODALITY] or originOf(node).modality
    found = kind.check_kind(code, f": select a {kind.name}") if kind and code else None
    return () if found is None else (found,)


def _frameFindings(node: Any, volumeNode: Any, role: str) -> tuple[Finding, ...]:
    """Refusals of an image that does not lie where the CT lies, or is another patient's."""
    title = image_title(role)
    found: list[Finding] = []
    tags = PATIENT_ID, FRAME_OF_REFERENCE
    ofNode, ofCt = (headerValues(each, tags) for each in (node, volumeNode))
    patients = [
        known[PATIENT_ID] or originOf(each).patientID for known, each in ((ofCt, volumeNode), (ofNode, node))
    ]
    if not same_patient(*patients):
        one, other = in_part(*patients)
        text = f"The CT is of patient {one}, the {title} of patient {other} (PatientID)."
        found.append(Finding("patient.mismatch", Severity.REFUSE, text))
    isMoved = any(each.GetParentTransformNode() for each in (node, volumeNode))
    frames = ofCt[FRAME_OF_REFERENCE], ofNode[FRAME_OF_REFERENCE]
    if all(frames) and frames[0] != frames[1] and not isMoved:
        text = (
            f"The {title} was not scanned in the CT's frame of reference (DICOM): a lesion need not lie at "
            f"the same place in both. Register the {title} to the CT and put it under that transform."
        )
        found.append(Finding("study.frame_of_reference", Severity.REFUSE, text))
    return tuple(found)


def _coincide(lattice: Lattice, other: Lattice) -> bool:
    if lattice.shape != other.shape:
        return False
    corners = np.array(list(np.ndindex(2, 2, 2))) * (np.array(lattice.shape) - 1)
    return bool(np.abs(other.to_index(lattice.to_lps(corners)) - corners).max() <= SAME_VOXELS)
