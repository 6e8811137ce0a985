"""Words in the names of structures beside the organs: lesions, targets of radiotherapy, devices, sides.

`tokens` is how all names are compared: in small letters, without accents, cut where blanks, signs, digits and
capitals begin; "oe", "ae" and "ue" count as "o", "a" and "u", so that "Ösophagus", "Oesophagus" and
"OSOPHAGUS" are one name.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple


class Group(NamedTuple):
    """One kind of structure that is no lesion: what a message calls it, and its names with commas between."""

    title: str
    names: str


_BREAKS = re.compile(r"(?<=[a-z\u00df-\u00ff])(?=[A-Z\u00c0-\u00de])|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
_PARTS = re.compile(r"[^\W_]+|[-\u2010-\u2015\u2212+%]")
_DIGRAPHS = re.compile(r"(?<=[aou])e")


def tokens(name: str) -> list[str]:
    """The words, numbers and the signs `-`, `+`, `%` of a name, as names are compared."""
    seen = "".join(c for c in name if unicodedata.category(c) != "Cf")  # marks that no reader sees
    spaced = _BREAKS.sub(" ", unicodedata.normalize("NFC", seen))
    return [_plain(part) for part in _PARTS.findall(spaced)]


def _plain(part: str) -> str:
    if not part.isalnum():
        return part if part in "+%" else "-"
    letters = unicodedata.normalize("NFKD", part.casefold())
    text = "".join(c for c in letters if not unicodedata.combining(c)).replace("\u0153", "oe")
    return _DIGRAPHS.sub("", text.replace("\u00e6", "ae").replace("\u00f8", "o"))


def words(names: str) -> list[str]:
    """Names with commas between, each as one word without blanks."""
    return ["".join(t for t in tokens(name) if t.isalnum()) for name in names.split(",") if name.strip()]


# A name with one of these words is a lesion's, whatever organ it names too.
LESIONS = """
    tumor, tumors, tumour, tumours, tumoral, tumorous, lesion, lesions, met, mets,
    metastasis, metastases, metastatic, nodule, nodules, node, nodes, nodal, lymph node, lymph nodes,
    ln, lns, mass, masses, neoplasm, neoplasms, neoplasia, cancer, carcinoma, ca, hcc, nsclc, sclc, rcc,
    scc, malignancy, disease, primary, recurrence, relapse, deposit, deposits, growth, ring enhancing, rim
    enhancing, adenopathy, lymphadenopathy, blastoma, index lesion, target lesion, lymphangitis,
    satellite, infiltrate, infiltration, opacity, consolidation, ggo, tumeur, tumeurs, metastase,
    metastases, nodules, ganglion, ganglions, adp, adenopathie, adenopathies, masse, neoplasie, cancers,
    carcinome, carcinose, recidive, foyer, carcinomatose, nodosite, Tumore, Tumoren, Lasion, Lasionen,
    Metastase, Metastasen, Filia, Filiae, Herd, Herde, Rundherd, Rundherde, Knoten, Lymphknoten, LK,
    LKs, Raumforderung, Neubildung, Krebs, Karzinom, Rezidiv, Primarius, Primartumor
"""
# ... and a word that ends so: Lungenmetastase, Lebertumor, livermets, abdmass, schwannoma, Sarkom.
LESION_ENDINGS = tuple(
    words(
        "tumor, tumour, tumoren, tumors, metastase, metastasen, metastasis, metastases, metas, lesion, "
        "lesions, lasion, lasionen, nodule, nodules, knoten, herd, herde, mass, mets, karzinom, sarkom, "
        "melanom, lymphom, carcinome, sarcome, melanome, lymphome, krebs, carcinoma, sarcoma, melanoma, "
        "lymphoma, glioma, noma, thymoma, gliom, blastom, lns"
    )
)
# Gross tumor volume, with whatever letters are around: GTVp, GTVnodal, RGTV; GVT is a frequent slip.
GROSS = re.compile(r"[a-z]{0,5}(gtv|gvt)[a-z]*")

TARGETS = re.compile(r"[a-z]{0,5}(ptv|ctv|cvt)[a-z]*|i?itv[a-z]*")
TARGET_TITLES = {"p": "planning target volume", "c": "clinical target volume", "i": "internal target volume"}

# Of structures that are made from others; they win over a lesion's word in the same name.
DERIVED = (
    Group(
        "bed of a removed tumor, cavity",
        "tumor bed, tumour bed, lumpectomy cavity, surgical cavity, resection cavity, surgical bed, "
        "seroma, lit tumoral, lit operatoire, cavite operatoire, Tumorbett, Resektionshohle, "
        "Operationshohle",
    ),
    Group(
        "margin or ring around a structure",
        "prv, expansion, expanded, margin, rind, penumbra, marge, Saum",
    ),
    Group(
        "ring",
        "ring, rings, peritumoral, peritumoral ring, shell, anneau, anneaux, couronne, Ringe, Schale, halo",
    ),
    Group(
        "help structure",
        "avoid, avoidance, aviod, lavoid, ravoid, help, helper, dummy, opti, hilfe, hilfs, Hilfsstruktur,"
        " Hilfskontur, Schonung, aide, a eviter, evitement, tuning, nontarget, rest body, dosecontrol",
    ),
    Group(
        "healthy tissue",
        "healthy, normal tissue, normal liver, normal lung, normal brain, background, sain, saine, tissu "
        "sain, gesund, gesundes, Normalgewebe, uninvolved, reference region, remaining volume",
    ),
)
# A structure without another one: "Lungs-GTV", "Leber ohne Tumor", "foie sans lesion".
WITHOUT = frozenset(
    words(
        "minus, without, no, excl, excluding, exclude, sub, subtract, free, wo, moins, sans, hors, ohne, "
        "abzuglich"
    )
)
# What follows a sign that subtracts.
SUBTRACTED = re.compile(r"[a-z]?(gtv|ptv|ctv|itv)[a-z]*")

# These count in any name without a lesion's word.
DEVICES = (
    Group(
        "couch",
        "couch, couch surface, couch interior, couch outer, couch inner, couch top, couch rail, tabletop,"
        " treatment table, Tischplatte, Lagerungstisch, base plate, baseplate, headrest, immobilization, "
        "immobilisation, thermoplastic mask, mask thermoplastic, body frame, Lagerung, Lagerungshilfe, "
        "vacuum bag",
    ),
    Group("bolus", "bolus"),
    Group(
        "artifact or implant",
        "artifact, artifacts, artefact, artefacts, artefakt, artefakte, artefakten, dental, prosthesis, "
        "prosthetic, prothese, Endoprothese, artificial hip, art hip, hip implant, breast implant, thr, "
        "pacemaker, Schrittmacher, icd, stent, stents, fiducial, fiducials, goldmarker, catheter, "
        "katheter, applicator, hydrogel, tissue expander, amalgam, Zahnfullung, high density, low "
        "density, metal pin",
    ),
    Group(
        "help structure",
        "block, blocks, override, do not plan, icru point, icru pt, icrupt, icrupoint, treated volume",
    ),
)
# These count only where a name says nothing else: "body" is the patient's outline, "body of pancreas" is not.
OTHERS = (
    Group("target of radiotherapy", "boost, sib, Zielvolumen, volume cible, treated volume"),
    Group(
        "outline of the body",
        "patient, body, external, outline, skin outline, body outline, body contour, patient outline, "
        "ext, outer contour, contour externe, corps, enveloppe, externe, Korper, Koerper, Aussenkontur, "
        "Korperkontur, Korperumriss, Aussenhaut, extern, Korperoberflache, body trunc, body extremities, "
        "trunk, torso, body surface, patient contour, external contour",
    ),
    Group(
        "table",
        "table, tables, table top, table ct, Tisch, plateau, support, fixation, contention, cale, rails",
    ),
    Group("head", "head, face, scalp, tete, visage, cuir chevelu, Kopf, Gesicht, Kopfhaut"),
    Group(
        "dose",
        "dose, isodose, isodoses, iso, gy, cgy, idl, isodosis, Dosis, Isodosen, prescription dose, dose "
        "region",
    ),
    Group(
        "air",
        "air, luft, gas, air cavity, bowel gas, stomach air, lufteinschluss, air pocket, gaz",
    ),
    Group(
        "artifact or implant",
        "metal, metall, implant, implants, clip, clips, marker, markers, seed, seeds, Gold, sonde, "
        "needle, needles, spacer, filling, fillings, contrast, contraste, overlap, streak, streaks, "
        "drain, expander, tube, pin, nail, wax, wires",
    ),
    Group(
        "help structure",
        "z, zz, opt, isocenter, isocentre, isozentrum, poi, point, control, nt, match, matchstruct, "
        "normal, ntcp, oars, inner, outer, buffer, rvr, fov, ofov, icru, sparing, not used, not to be "
        "used, missing tissue, density, unit density",
    ),
)

SIDES = frozenset(
    words(
        "l, r, lt, rt, left, right, bilat, bilateral, both, li, re, links, rechts, linke, rechte, linker,"
        " rechter, linkes, rechtes, g, d, gauche, droit, droite, gche, dte, gch, drt, sin, dex, dext, "
        "beide, deux"
    )
)
# Words that change nothing about what a structure is.
NEUTRAL = frozenset(
    words(
        "total, whole, all, entire, complete, ganz, ganze, gesamt, entier, toute, totale, contour, organ,"
        " roi, auto, ai, dl, mbs, atlas, final, new, neu, old, alt, copy, edit, edited, rev, version, v, "
        "ct, plan, planning, eval, phys, md, ed, mrt, mr, upper, lower, middle, mid, superior, inferior, "
        "sup, inf, ant, post, anterior, lobe, posterior, proximal, distal, lateral, medial, part, "
        "partial, tot, segmentation, segment, the, of, and, in, de, du, la, le, les, des, der, die, das, "
        "und, et, mm, cm, cc, ml, combined, comb, sum, full, contralateral, contralat, contra, "
        "ipsilateral, ipsilat, ipsi, homolateral, controlateral, ts, approved, draft, temp, tmp, mod, "
        "true, oar, organe"
    )
)
UNITS = frozenset(words("mm, cm, cc, ml, gy, cgy, kv, hu, percent"))
