"""What organs of chest, abdomen and pelvis are called in planning systems, nomenclatures and by people.

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
    title : what a message calls it
    whole_cc : least volume of the organ, cc (ours, for adults): a smaller structure that is called by the
        organ's bare name may be a lesion in it. None where nobody calls a lesion by the organ's name alone.
    numbered : its own name has a number ("vertebra L1", "rib 5")
    """

    title: str
    english: str
    french: str = ""
    german: str = ""
    other: str = ""
    whole_cc: float | None = None
    numbered: bool = False


TRUNK = (
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
)
