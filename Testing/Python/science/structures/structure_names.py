"""Names of structures as people and planning systems write them, and whether each is a lesion's."""

from __future__ import annotations

# English, French, German; nomenclatures (TG-263, TotalSegmentator); abbreviations and slips of the pen.
NO_LESIONS = """
lung | lungs | Lung_L | LUNG-R | lung left | LungL | Lungs | LTLUNG | Lt Lung | lung_upper_lobe_left
Total Lung
poumon | poumons | Poumon G | poumon droit | Poumons totaux | Lunge | Lungen | Lunge li | Lunge_re
Lunge gesamt
cord | spinal cord | SpinalCord | Spinal_Cord | spinal_cord | spinal canal | Cord_PRV5
SpinalCord_PRV05 | cord 2
moelle | Moelle épinière | canal medullaire | Canal médullaire | Myelon | Rueckenmark | Rückenmark
RÜCKENMARK
heart | Heart | heart_JB | Heart 1 | coeur | cœur | Herz | pericardium | A_LAD | heart_ventricle_left
liver | foie | Leber | liver total | kidney | kidneys | Kidney_L | rein | Rein G | Niere | Niere li
Nieren
esophagus | Esophagus | oesophagus | Œsophage | oesophage | Ösophagus | Speiseröhre | Speiseroehre
body | BODY | External | EXTERNAL | skin | peau | contour externe | Körper | Koerper | Haut
Außenkontur | Aussenkontur
PTV | PTV60 | PTV_6000 | PTV1 | PTVp | CTV | CTVn | CTV_High | ITV | PTV liver met | PTV GTV | Boost
boost 66
isodose 50 | Isodose 95% | dose | 50 Gy | 95% | couch | CouchSurface | Couch Interior | table | Tisch
bolus
brain | Brain | cerveau | Hirn | Gehirn | brainstem | BrainStem | brain stem | tronc cérébral | Tronc
Hirnstamm
Parotid_L | parotid right | Parotis re | parotide G | OpticNrv_L | optic nerve L | nerf optique droit
Sehnerv li
Chiasm | OpticChiasm | chiasma | Eye_L | Auge re | oeil G | Lens_R | Linse links | cristallin D
Cochlea_L | Ear
Bowel_Bag | bowel | small bowel | grêle | Dünndarm | stomach | estomac | Magen | rectum | Rektum
Enddarm
bladder | Bladder | vessie | Blase | prostate | Prostata | spleen | rate | Milz | aorta | A_Aorta
aorte
trachea | trachée | Luftröhre | bronchus | bronche souche D | Femur_Head_L | femoral head L
Hüftkopf re
têtes fémorales | mandible | Bone_Mandible | Unterkiefer | vertebrae_L1 | vertebrae_T5
Ipsilateral lung | poumon homolatéral | PulmArtery | Cauda | rib_left_5
iliac_artery_right
BrachialPlex_L | Glnd_Submand_L | Glnd_Thyroid | Cavity_Oral | Larynx | Musc_Constrict | Kehlkopf
Mundhöhle
artefact | Artefakte | metal artifact | air | Luft | ring | Ring 5mm | zRing | PRV | avoidance | dummy
Opt PTV
Lungs-GTV | Lungs - ITV | Lung-PTV | liver minus GTV | Leber ohne Tumor | foie sans lésion | Body-PTV
LPTV60 | RCTVn | ctv65node | PRVBrainstem | Bolus real | Lt shoulder block | Density override
dental artefact | Rt prosthetic hip
L FH | Bstem | Lt Submandib | ProsSVs | rhip | OPTIC AVIOD | left o nerve | lens L PRV | SHELL NODES
not used | ICRU point
GTV+5mm | GTV ring | ring tumor | BR SOUCHE | tumor bed | Tumorbett | lit tumoral
LN_Neck_II_L | healthy liver
pacemaker
"""
LESIONS = """
Liver 2 | Lung 1 | Lung 6 | Bone 5 | Soft tissue 8 | Lymph node 3 | Lymph node 4 | Liver 7 | Liver1
kidney 2
lung tumor | GTV lung | GTVp | GTV-1 | GTV_1 | GTV | gtv | iGTV | GTVnodal | Nodal GTV | GTV boost
GTV_Mass_CT
liver met | Lung nodule | lesion lung L | mass in heart | neoplasm | cardiac mass
body of sternum lesion | LungMet2
métastase foie | Métastases hépatiques | tumeur du rein | nodule LSD | adénopathie hilaire | ganglion 4R
masse
Lebermetastase | Tumor Leber | Lungenrundherd | Hirnmetastase | Raumforderung Niere | LK axillär
Läsion 3
Adrenal | adrenal left | RUL | liver dome | seg6liver | pancreas tail | hilar left | paraaorticLN
retroperitoneum
RGTV | gvt65 | prechemoGTV | PET pos disease | GTV T2 | tumour with stent | GTV-lung | lung-tumor
brain met 3 | Lesion | lesion 1 | Segment_1 | Segment 12 | Structure 1 | ROI1
region_1
Volume 2 | new | L1 | T1 | target 1 | node 4R | abdominal deposit | Leftsidedabdmass
ring enhancing lesion brain
tonsil ca L | ganglion médiastinal 7 | Nebennierenmetastase | peritoneal implant | psoas 2 | Lesion no 3
lung tumor no 2 | tumor 60 Gy | hepatocellular carcinoma | Lungenkarzinom | sarcome cuisse
Weichteil 2
"""


def listed(table: str) -> list[str]:
    """The names of a table."""
    return [name.strip() for line in table.strip().splitlines() for name in line.split("|")]
