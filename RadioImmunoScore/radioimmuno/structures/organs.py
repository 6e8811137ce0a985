"""What organs are called in planning systems, nomenclatures and by people.

English, French, German, and the names of AAPM TG-263 and TotalSegmentator where they differ; without accents,
which make no difference (`words.tokens`). A word that a lesion is called by as well ("adrenal", "lymph node",
"pleura", "hilum") is not in this table.
"""

from __future__ import annotations

from typing import NamedTuple


class Organ(NamedTuple):
    """A row of the table; names have commas between.

    Parameters
    ----------
    title : str
        What a message calls it.
    whole_cc : float or None
        Least volume of the organ, cc (ours, for adults): a smaller structure that is called by the
        organ's bare name may be a lesion in it. None where nobody calls a lesion by the organ's name alone.
    numbered : bool
        Its own name has a number ("vertebra L1", "rib 5").
    """

    title: str
    english: str
    french: str = ""
    german: str = ""
    other: str = ""
    whole_cc: float | None = None
    numbered: bool = False


ORGANS = (
    # Chest
    Organ("lung", "lung", "poumon", "Lunge", "pulmo", whole_cc=400),
    Organ(
        "lungs",
        "lungs, both lungs, total lung, lung total, bilateral lung, lung tissue, lung parenchyma, lung "
        "vessels",
        "poumons, deux poumons, poumons totaux, parenchyme pulmonaire",
        "Lungen, Lunge gesamt, Gesamtlunge, Lungengewebe, Lungenparenchym",
        "pulmones, lung trachea bronchia",
    ),
    Organ(
        "heart",
        "heart, pericardium, pericardial effusion, myocardium, heart atrium, heart ventricle, left "
        "atrium, right atrium, atrial appendage, sinoatrial node, atrioventricular node, sa node, av "
        "node, coronary arteries, lad, lcx, rca",
        "coeur, pericarde, myocarde, ventricule gauche, ventricule droit, oreillette gauche, oreillette "
        "droite",
        "Herz, Perikard, Myokard, Herzbeutel, linker Ventrikel, rechter Ventrikel, linker Vorhof, Vorhof",
        "cor, atrium, A LAD, A coronary, heart coronary, Valve aortic, Valve mitral",
    ),
    Organ(
        "esophagus",
        "esophagus, oesophagus, oesoph, esoph, gullet",
        "oesophage, oeso",
        "Speiserohre, Osophagus, Oesophagus",
    ),
    Organ("trachea", "trachea, windpipe", "trachee", "Luftrohre, Luftroehre"),
    Organ(
        "bronchi",
        "bronchus, bronchi, bronchial tree, proximal bronchial tree, main bronchus, airway, airways, carina",
        "bronche, bronches, bronche souche, br souche, br souches, arbre bronchique, carene",
        "Bronchien, Hauptbronchus, Bronchialbaum, Atemwege, Luftwege",
        "pbt, bronch, bronchia, Bronchus Prox",
    ),
    Organ(
        "great vessels",
        "aorta, great vessels, vena cava, superior vena cava, inferior vena cava, pulmonary artery, pulm "
        "artery, pulmonary vein, brachiocephalic trunk, brachiocephalic vein, subclavian artery, carotid "
        "artery, common carotid artery, carotid, portal vein, portal vein and splenic vein, iliac artery,"
        " iliac vein, iliac vena, jugular vein, blood vessels, vessels, blood pool, pulmonary trunk",
        "aorte, gros vaisseaux, veine cave, vci, vcs, artere pulmonaire, veine pulmonaire, carotide, "
        "vaisseaux, artere carotide, veine porte",
        "Hauptschlagader, Hohlvene, grosse Gefasse, Gefasse, Lungenarterie, Pulmonalarterie, Karotis, "
        "Pfortader",
        "ivc, svc, GreatVes, V Venacava, A Carotid, A Pulmonary, V Pulmonary, A Aorta, V Portal",
    ),
    Organ(
        "chest wall",
        "chest wall, thoracic wall",
        "paroi thoracique, paroi",
        "Brustwand, Thoraxwand",
        "cw",
        whole_cc=200,
    ),
    Organ("breast", "breast, mamma", "sein, mammaire", "Brust", "breasts", whole_cc=150),
    Organ("mediastinum", "mediastinum", "mediastin", "Mediastinum", whole_cc=200),
    Organ("diaphragm", "diaphragm", "diaphragme", "Zwerchfell"),
    Organ("thymus", "thymus", "thymus", "Thymusdruse", whole_cc=30),
    # Abdomen and pelvis
    Organ("liver", "liver, hepar", "foie", "Leber", whole_cc=500),
    Organ("liver vessels", "liver vessels, livers", "vaisseaux hepatiques", "Lebergefasse"),
    Organ("kidney", "kidney", "rein", "Niere", "ren", whole_cc=60),
    Organ(
        "kidneys",
        "kidneys, both kidneys, kidney total, kidney cortex, renal cortex, renal pelvis, kidney hilum, "
        "kidney cyst",
        "reins, deux reins, cortex renal",
        "Nieren, Nierenrinde, Nierenbecken",
        "renes",
    ),
    Organ("spleen", "spleen", "rate", "Milz", "lien", whole_cc=60),
    Organ("pancreas", "pancreas", "pancreas", "Pankreas, Bauchspeicheldruse", whole_cc=30),
    Organ(
        "adrenal gland",
        "adrenal gland, adrenal glands",
        "glande surrenale",
        "",
        "Glnd Adrenal, Glnd Adrenals",
    ),
    Organ("gallbladder", "gallbladder, gall bladder", "vesicule biliaire", "Gallenblase"),
    Organ(
        "bile duct",
        "bile duct, common bile duct",
        "voie biliaire, choledoque",
        "Gallengang",
        "BileDuct Common",
    ),
    Organ("stomach", "stomach, gaster", "estomac", "Magen", "ventriculus"),
    Organ("duodenum", "duodenum", "duodenum", "Zwolffingerdarm, Duodenum"),
    Organ(
        "bowel",
        "bowel, bowels, small bowel, large bowel, bowel bag, bowel space, bowel loops, intestine, small "
        "intestine, large intestine, peritoneal cavity, jejunum, ileum, cecum, caecum, appendix",
        "grele, intestin, intestin grele, anses, cavite peritoneale, sac intestinal, anses greles, tube "
        "digestif",
        "Darm, Dunndarm, Dickdarm, Darmschlingen, Darmsack",
        "Bowel Small, Bowel Large, Spc Bowel, Spc Bowel Small, BowelBag, sb, lb",
    ),
    Organ(
        "colon",
        "colon, sigmoid, sigmoid colon, ascending colon, descending colon, transverse colon",
        "colon, sigmoide",
        "Kolon, Sigma, Sigmoid, Querkolon",
        "Colon Sigmoid",
    ),
    Organ(
        "rectum",
        "rectum, rectal wall, rectum wall, anorectum, mesorectum",
        "rectum, paroi rectale",
        "Rektum, Enddarm, Mastdarm, Rektumwand",
        "rect",
    ),
    Organ("anal canal", "anal canal, anus, anal sphincter", "canal anal", "Analkanal", "Canal Anal"),
    Organ(
        "bladder",
        "bladder, urinary bladder, bladder wall, trigone",
        "vessie, paroi vesicale",
        "Blase, Harnblase, Blasenwand",
        "bladd, blad",
    ),
    Organ("ureter", "ureter, ureters, urethra", "uretere, uretre", "Harnleiter, Harnrohre, Ureter"),
    Organ(
        "prostate",
        "prostate, prostate gland, pros, prost, prosta, pr sv, base sv, seminal vesicle, seminal "
        "vesicles, prostate bed, prostatic bed, neurovascular bundle",
        "prostate, vesicule seminale, vesicules seminales, loge prostatique",
        "Prostata, Samenblase, Samenblasen, Prostataloge",
        "SeminalVes, sv, svs, Prostate SV",
    ),
    Organ(
        "genital organs",
        "uterus, cervix, uterine cervix, ovary, ovaries, testis, testes, testicle, testicles, penile "
        "bulb, penis, vulva, genitals, genitalia, scrotum",
        "uterus, uterin, col uterin, ovaire, ovaires, testicule, testicules, bulbe penien, verge",
        "Gebarmutter, Zervix, Eierstock, Eierstocke, Hoden, Penis, Bulbus penis",
        "PenileBulb, UteroCervix",
    ),
    Organ("vagina", "vagina", "vagin", "Scheide", whole_cc=20),
    # Nervous system and head
    Organ(
        "spinal cord",
        "cord, spinal cord, spine cord, spinal canal, vertebral canal, cauda equina, cauda, thecal sac, "
        "myelon, myelum, medulla spinalis, spinal medulla",
        "moelle, moelle epiniere, canal medullaire, canal rachidien, queue de cheval, cone medullaire",
        "Myelon, Ruckenmark, Spinalkanal, Wirbelkanal, Ruckenmarkskanal",
        "SpinalCord, SpinalCanal, CaudaEquina, sc, me",
    ),
    Organ("brain", "brain, cerebrum", "cerveau, encephale", "Gehirn, Hirn, Grosshirn", whole_cc=600),
    Organ(
        "brainstem",
        "brainstem, brain stem, bstem, b stem, brainstem core, pons, midbrain, medulla oblongata",
        "tronc, tronc cerebral",
        "Hirnstamm, Stammhirn",
        "bs",
    ),
    Organ(
        "part of the brain",
        "cerebellum, cerebral hemisphere, hemisphere, hemispheres, cribriform plate, hippocampus, "
        "hippocampi, thalamus, hypothalamus, pituitary, pituitary gland, basal ganglia, caudate nucleus, "
        "lentiform nucleus, internal capsule, corpus callosum, insular cortex, central sulcus, temporal "
        "lobe, temp lobe, frontal lobe, parietal lobe, occipital lobe, septum pellucidum, subarachnoid "
        "space, venous sinuses, pineal gland, amygdala, brain ventricle, brain ventricles",
        "cervelet, hippocampe, hippocampes, hypophyse, lobe temporal, lobe frontal",
        "Kleinhirn, Hypophyse, Temporallappen, Frontallappen",
        "Lobe Temporal, Lobe Frontal, Lobe Occipital, Lobe Parietal, hypothalmus, hypophysis, hippo",
    ),
    Organ(
        "optic nerve",
        "optic nerve, optic nerves, optics, o nerve, op nerve, op n, optic chiasm, chiasm, optic chiasma,"
        " chiasma, optic tract, optic apparatus",
        "nerf optique, nerfs optiques, chiasma optique",
        "Sehnerv, Sehnerven, Nervus opticus, Optikus, Sehnervenkreuzung",
        "OpticNrv, OpticChiasm, OptNerve, OptChiasm, opt nrv, opticus, optchiasm, on, n opticus, optic n",
    ),
    Organ(
        "eye",
        "eye, eyes, eyeball, globe, orbit, lens, lenses, retina, retinas, cornea, lacrimal gland, "
        "lacrimal, eye lens",
        "oeil, yeux, globe oculaire, cristallin, cristallins, retine, glande lacrymale, orbite",
        "Auge, Augen, Augapfel, Linse, Linsen, Augenlinse, Tranendruse, Netzhaut, Hornhaut",
        "Glnd Lacrimal, bulbus oculi, lense",
    ),
    Organ(
        "ear",
        "ear, ears, cochlea, cochleas, inner ear, middle ear, external auditory, auditory canal, ext "
        "auditory, external auditory canal, vestibule, semicircular canals, mastoid, ear canal",
        "oreille, oreille interne, oreille moyenne, cochlee, conduit auditif",
        "Ohr, Innenohr, Mittelohr, Gehorgang",
        "Ear Internal, Ear Middle, Ear Internals, Ear Externals, VestibulSemi, iac, eac",
    ),
    Organ(
        "salivary gland",
        "parotid, parotids, submandib, submandibular glands, sub gland, sm gland, smgland, subman, subm "
        "gland, parotid gland, parotid glands, submandibular, submandibular gland, sublingual gland, "
        "salivary gland, salivary glands, submand",
        "parotide, parotides, glande parotide, glande sous maxillaire, sous maxillaire, submandibulaire, "
        "glandes salivaires, sous mandibulaire",
        "Parotis, Ohrspeicheldruse, Speicheldruse, Unterkieferspeicheldruse, Submandibularis, Glandula "
        "parotis, Glandula submandibularis",
        "Glnd Submand, Glnd Sublingual, Glnd Subling, glnd, smg, parotis",
    ),
    Organ("thyroid gland", "thyroid, thyroid gland", "thyroide", "Schilddruse", "Glnd Thyroid, parathyroid"),
    Organ(
        "mouth and throat",
        "oral cavity, tongue, tongue base, base of tongue, lip, lips, larynx, glottis, supraglottis, "
        "glottic larynx, supraglottic larynx, pharynx, nasopharynx, oropharynx, hypopharynx, pharyngeal "
        "constrictor, pharyngeal constrictors, constrictor muscle, constrictor muscles, constrictors, "
        "soft palate, hard palate, palate, vocal cord, vocal cords, epiglottis, uvula, cricopharyngeus, "
        "cricoid, cricoid cartilage, thyroid cartilage, nasal cavity, nose, buccal mucosa, arytenoid, "
        "cheek, tonsil, tonsils, laryngopharynx",
        "cavite buccale, langue, levre, levres, larynx, pharynx, palais, corde vocale, cordes vocales, "
        "constricteur, constricteurs, fosse nasale, bouche",
        "Mundhohle, Zunge, Lippe, Lippen, Kehlkopf, Rachen, Gaumen, Stimmbander, Mund, Nase, "
        "Schluckmuskel, Nasenhohle",
        "Cavity Oral, Musc Constrict, Bone Hyoid, hyoid, OCavity, Larynx SG, crico, larynx air, pcm, mouth",
    ),
    Organ(
        "brachial plexus",
        "brachial plexus, plexus",
        "plexus brachial",
        "Plexus brachialis",
        "BrachialPlex, BrachialPlexs",
    ),
    # Bones, joints, muscles, skin and lymph nodes
    Organ(
        "mandible",
        "mandible, jaw, maxilla, temporomandibular joint, tmj, teeth, tooth",
        "mandibule, machoire, maxillaire, articulation temporo mandibulaire, dent, dents",
        "Unterkiefer, Kiefer, Oberkiefer, Mandibula, Kiefergelenk, Zahn, Zahne",
        "Bone Mandible, Joint TM, mandib",
    ),
    Organ(
        "femoral head",
        "femoral head, femoral heads, head fem, fh, nof, femur head, femur heads, head of femur, femoral "
        "neck, femoral head neck, hip joint, humeral head, femheads, femhead, fem head, fem heads, prox "
        "femur, proximal femur",
        "tete femorale, tetes femorales, tete de femur, tf, tfg, tfd",
        "Huftkopf, Huftkopfe, Hufte, Femurkopf, Femurkopfe, Oberschenkelkopf",
        "Femur Head, Joint Hip, caput femoris, Femur Head Neck, Femur Neck, Head Humerus, FemoralJoint",
    ),
    Organ("femur", "femur, thigh bone", "femur", "Oberschenkelknochen", whole_cc=150),
    Organ(
        "long bone",
        "humerus, tibia, fibula, radius, ulna, patella, clavicle, clavicula, scapula",
        "clavicule, omoplate, rotule, tibia",
        "Schlusselbein, Schulterblatt, Schienbein, Wadenbein, Oberarmknochen",
        whole_cc=40,
    ),
    Organ(
        "bone",
        "bone, bones, skeleton, all bones",
        "os, squelette",
        "Knochen, Skelett",
        "bony anatomy",
        whole_cc=500,
    ),
    Organ(
        "vertebra",
        "vertebra, vertebrae, vertebral body, vertebral bodies, vertebra t, vertebra th, vertebra c, "
        "vertebra l, vertebra s",
        "vertebre, vertebres, corps vertebral",
        "Wirbel, Wirbelkorper",
        "vb",
        whole_cc=20,
        numbered=True,
    ),
    Organ(
        "spine",
        "spine, spinal column, vertebral column, cervical spine, thoracic spine, lumbar spine",
        "rachis, colonne vertebrale",
        "Wirbelsaule",
        whole_cc=100,
    ),
    Organ(
        "rib",
        "rib, ribs, rib cage, costal cartilages, costae",
        "cote, cotes",
        "Rippe, Rippen",
        "costa",
        whole_cc=15,
        numbered=True,
    ),
    Organ(
        "pelvic bones",
        "pelvis, pelvic bones, pelvic bone, hip, hips, iliac crest, ilium, ischium, pubis, pubic bone",
        "bassin, hanche, os iliaque, aile iliaque",
        "Becken, Beckenknochen, Darmbein",
        "Bone Pelvic, Bone Ilium",
        whole_cc=400,
    ),
    Organ("sacrum", "sacrum, coccyx", "sacrum", "Kreuzbein", whole_cc=80),
    Organ("sternum", "sternum, manubrium", "sternum", "Brustbein", whole_cc=30),
    Organ("skull", "skull, cranium, calvarium", "crane", "Schadel", whole_cc=200),
    Organ(
        "bone marrow",
        "bone marrow, marrow",
        "moelle osseuse",
        "Knochenmark",
        "BoneMarrow, BoneMarrow Act, nasal bone, zygomatic arch",
    ),
    Organ(
        "muscle",
        "muscle, muscles, skeletal muscle, psoas, iliopsoas, gluteus maximus, gluteus medius, gluteus "
        "minimus, autochthon, masseter, sternocleidomastoid, quadriceps, abdominal wall",
        "muscle, muscles, psoas, masseter",
        "Muskel, Muskulatur, Muskeln",
        "Musc, Musc Masseter, Musc Sclmast",
        whole_cc=150,
    ),
    Organ(
        "fat",
        "fat, subcutaneous fat, torso fat, visceral fat, intermuscular fat, adipose tissue",
        "graisse, tissu adipeux",
        "Fett, Fettgewebe",
    ),
    Organ("skin", "skin, skin rind, surface skin", "peau", "Haut", "Skin 5mm", whole_cc=100),
    Organ(
        "joint",
        "knee, elbow, joint, shoulder joint, glenohumeral joint, ankle, growth plate",
        "genou, coude, cheville",
        "Knie, Ellenbogen",
    ),
    Organ(
        "hand or foot",
        "carpal, metacarpal, tarsal, metatarsal, phalanges hand, phalanges feet, phalanges",
        "carpe, tarse",
        "Handwurzel, Fusswurzel",
    ),
    Organ("effusion", "pleural effusion, ascites", "epanchement pleural, ascite", "Pleuraerguss, Aszites"),
    Organ(
        "region of lymph nodes",
        "level i, level ii, level iii, level iv, level v, levels ii iv, lymph node level, lymph node "
        "levels, node level, node levels, nodal level, nodal levels, nodal volume, lymph node region, "
        "lymph nodes region, elective nodes, elective node, ln level, ln levels, ln neck, ln pelvic, ln "
        "pelvics, ln ax apical, ln ax central, ln inguinofem, ln sclav, ln imn, ln mediastinals, ln "
        "portahepatis, ln presacral, ln obturator",
        "niveau ganglionnaire, aires ganglionnaires, aire ganglionnaire, niveaux ganglionnaires",
        "Lymphabfluss, Lymphabflussgebiet, Lymphknotenlevel, LK Level, Lymphabflusswege",
        "LN Neck IA, LN Neck IB, LN Neck II, LN Neck III, LN Neck IV, LN Neck V, LN Neck VI, LN Pelvic, "
        "LN Ax",
        numbered=True,
    ),
)
