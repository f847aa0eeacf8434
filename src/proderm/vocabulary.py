"""Preferred terms: system organ class, the group the article counts them in, and how plausible each is.

The article prints the terms of its tables and lists; all other terms of the reconstruction come from
here. They are plausible for patients with dermatomyositis on intravenous immunoglobulin and are
`illustrative`, never findings. Primary system organ classes are given as far as public sources show
them; a MedDRA licence would be needed to confirm them for version 18.1.
"""

from __future__ import annotations

from dataclasses import dataclass

BLOOD = "Blood and lymphatic system disorders"
CARDIAC = "Cardiac disorders"
EAR = "Ear and labyrinth disorders"
EYE = "Eye disorders"
GASTRO = "Gastrointestinal disorders"
GENERAL = "General disorders and administration site conditions"
IMMUNE = "Immune system disorders"
INFECTIONS = "Infections and infestations"
INJURY = "Injury, poisoning and procedural complications"
INVESTIGATIONS = "Investigations"
METABOLISM = "Metabolism and nutrition disorders"
MUSCULO = "Musculoskeletal and connective tissue disorders"
NEOPLASMS = "Neoplasms benign, malignant and unspecified (incl cysts and polyps)"
NERVOUS = "Nervous system disorders"
PSYCHIATRIC = "Psychiatric disorders"
RENAL = "Renal and urinary disorders"
REPRODUCTIVE = "Reproductive system and breast disorders"
RESPIRATORY = "Respiratory, thoracic and mediastinal disorders"
SKIN = "Skin and subcutaneous tissue disorders"
VASCULAR = "Vascular disorders"


@dataclass(frozen=True)
class Term:
    """A preferred term.

    Attributes:
        decod: the preferred term (AEDECOD).
        bodsys: its primary system organ class (AEBODSYS).
        group: the term as the article counts it (AEGRPTRM), if it differs.
        infusional, late, unrelated: relative plausibility as a related event near an infusion, as a
            related event later, and as an unrelated event (0: never).
        days: typical duration in days.
    """

    decod: str
    bodsys: str
    group: str = ""
    infusional: int = 0
    late: int = 0
    unrelated: int = 0
    days: float = 3.0

    @property
    def grouped(self) -> str:
        """The term as the article counts it."""
        return self.group or self.decod


FEVER, PAIN, PRESSURE = "Fever", "Musculoskeletal pain", "Blood pressure increased"

# Terms whose numbers of patients or events are published: the solver chooses who had them.
COUNTED = (
    Term("Headache", NERVOUS, days=1.4),
    Term("Pyrexia", GENERAL, FEVER, days=1.6),
    Term("Body temperature increased", INVESTIGATIONS, FEVER, days=1.2),
    Term("Nausea", GASTRO, days=1.8),
    Term("Vomiting", GASTRO, days=1.3),
    Term("Chills", GENERAL, days=1.1),
    Term("Musculoskeletal pain", MUSCULO, PAIN, days=5),
    Term("Musculoskeletal discomfort", MUSCULO, PAIN, days=4),
    Term("Blood pressure increased", INVESTIGATIONS, PRESSURE, days=1.5),
    Term("Blood pressure systolic increased", INVESTIGATIONS, PRESSURE, days=1.3),
    Term("Condition aggravated", GENERAL, days=30),
    Term("Myalgia", MUSCULO, days=4),
    Term("Arthralgia", MUSCULO, days=8),
    Term("Heart rate increased", INVESTIGATIONS, days=1.2),
    Term("Dyspnoea", RESPIRATORY, days=3),
    Term("Infusion site pain", GENERAL, days=2),
    Term("Infusion site erythema", GENERAL, days=2),
    Term("Infusion site reaction", GENERAL, days=2),
)

# Terms that the article names in single patients; further events of some of them may occur elsewhere.
SINGLE = (
    Term("Muscle spasms", MUSCULO, infusional=3, late=1, unrelated=5, days=2),
    Term("Sinus tachycardia", CARDIAC, days=2),
    Term("Back pain", MUSCULO, infusional=5, late=1, unrelated=9, days=6),
    Term("Deep vein thrombosis", VASCULAR),
    Term("Pulmonary embolism", RESPIRATORY),
    Term("Cerebrovascular accident", NERVOUS),
    Term("Loss of consciousness", NERVOUS),
    Term("Cerebral infarction", NERVOUS),
    Term("Hypoaesthesia", NERVOUS),
    Term("Vertigo", EAR, infusional=2, late=1, unrelated=2, days=3),
    Term("Vision blurred", EYE, infusional=2, late=1, days=2),
    Term("Paraesthesia", NERVOUS, infusional=2, late=1, unrelated=2, days=4),
    Term("Dizziness", NERVOUS, infusional=8, late=1, unrelated=4, days=1.5),
    Term("Hypersensitivity", IMMUNE, days=2),
    Term("Sepsis", INFECTIONS),
    Term("Ventricular extrasystoles", CARDIAC, days=3),
    Term("Tropical spastic paraparesis", INFECTIONS),
    Term("Hypertension", VASCULAR, days=10),
    Term("Squamous cell carcinoma", NEOPLASMS),
    Term("Atypical pneumonia", INFECTIONS),
    Term("Pneumonia", INFECTIONS),
    Term("Cardiac failure congestive", CARDIAC),
    Term("Acute respiratory failure", RESPIRATORY),
    Term("Acute kidney injury", RENAL),
    Term("Escherichia bacteraemia", INFECTIONS),
    Term("Basilar artery stenosis", NERVOUS, days=60),
)

# Everything else, at most a few patients each (no other related term exceeds 5 % of patients).
OTHER = (
    Term("Fatigue", GENERAL, infusional=8, late=3, unrelated=7, days=4),
    Term("Asthenia", GENERAL, infusional=4, late=2, unrelated=3, days=5),
    Term("Malaise", GENERAL, infusional=4, late=1, unrelated=2, days=2),
    Term("Influenza like illness", GENERAL, infusional=5, unrelated=2, days=2),
    Term("Feeling cold", GENERAL, infusional=3, days=1),
    Term("Feeling hot", GENERAL, infusional=3, days=1),
    Term("Chest discomfort", GENERAL, infusional=4, unrelated=2, days=1),
    Term("Oedema peripheral", GENERAL, infusional=2, late=2, unrelated=5, days=9),
    Term("Pain", GENERAL, infusional=2, unrelated=2, days=3),
    Term("Rash", SKIN, infusional=4, late=5, unrelated=6, days=7),
    Term("Pruritus", SKIN, infusional=5, late=4, unrelated=4, days=5),
    Term("Urticaria", SKIN, infusional=3, late=2, unrelated=2, days=3),
    Term("Erythema", SKIN, infusional=3, late=2, unrelated=3, days=4),
    Term("Hyperhidrosis", SKIN, infusional=4, days=1),
    Term("Eczema", SKIN, late=3, unrelated=4, days=14),
    Term("Dry skin", SKIN, late=2, unrelated=3, days=14),
    Term("Alopecia", SKIN, unrelated=3, days=40),
    Term("Diarrhoea", GASTRO, infusional=4, late=2, unrelated=9, days=3),
    Term("Abdominal pain", GASTRO, infusional=3, late=1, unrelated=4, days=2),
    Term("Abdominal pain upper", GASTRO, infusional=3, unrelated=4, days=2),
    Term("Dyspepsia", GASTRO, infusional=2, unrelated=4, days=5),
    Term("Constipation", GASTRO, unrelated=4, days=6),
    Term("Toothache", GASTRO, unrelated=4, days=4),
    Term("Pain in extremity", MUSCULO, infusional=4, late=2, unrelated=6, days=5),
    Term("Neck pain", MUSCULO, infusional=4, late=1, unrelated=4, days=3),
    Term("Muscular weakness", MUSCULO, late=1, unrelated=4, days=14),
    Term("Joint swelling", MUSCULO, unrelated=3, days=9),
    Term("Migraine", NERVOUS, infusional=3, unrelated=2, days=1.5),
    Term("Somnolence", NERVOUS, infusional=3, days=1),
    Term("Lethargy", NERVOUS, infusional=3, days=2),
    Term("Tremor", NERVOUS, infusional=2, unrelated=2, days=2),
    Term("Dysgeusia", NERVOUS, infusional=2, late=1, unrelated=1, days=3),
    Term("Insomnia", PSYCHIATRIC, infusional=2, late=1, unrelated=5, days=9),
    Term("Anxiety", PSYCHIATRIC, infusional=2, unrelated=4, days=9),
    Term("Depression", PSYCHIATRIC, unrelated=4, days=40),
    Term("Palpitations", CARDIAC, infusional=4, unrelated=3, days=1),
    Term("Tachycardia", CARDIAC, infusional=4, unrelated=2, days=1),
    Term("Flushing", VASCULAR, infusional=4, days=1),
    Term("Hot flush", VASCULAR, infusional=3, unrelated=2, days=1),
    Term("Hypotension", VASCULAR, infusional=4, unrelated=2, days=1),
    Term("Cough", RESPIRATORY, infusional=2, late=1, unrelated=8, days=7),
    Term("Oropharyngeal pain", RESPIRATORY, infusional=3, late=1, unrelated=6, days=4),
    Term("Nasal congestion", RESPIRATORY, infusional=2, unrelated=3, days=5),
    Term("Epistaxis", RESPIRATORY, infusional=1, unrelated=3, days=1),
    Term("Photophobia", EYE, infusional=3, unrelated=1, days=1),
    Term("Eye pain", EYE, infusional=2, unrelated=2, days=2),
    Term("Conjunctivitis", INFECTIONS, unrelated=4, days=6),
    Term("Tinnitus", EAR, infusional=1, late=1, unrelated=2, days=7),
    Term("Decreased appetite", METABOLISM, infusional=2, late=1, unrelated=2, days=4),
    Term("Hyperglycaemia", METABOLISM, unrelated=4, days=20),
    Term("Hypokalaemia", METABOLISM, unrelated=3, days=9),
    Term("Anaemia", BLOOD, late=3, unrelated=5, days=28),
    Term("Leukopenia", BLOOD, late=4, unrelated=2, days=15),
    Term("Neutropenia", BLOOD, late=4, unrelated=1, days=12),
    Term("Lymphopenia", BLOOD, late=2, unrelated=3, days=20),
    Term("Haemoglobin decreased", INVESTIGATIONS, late=4, unrelated=3, days=20),
    Term("Alanine aminotransferase increased", INVESTIGATIONS, late=2, unrelated=4, days=21),
    Term("Weight increased", INVESTIGATIONS, unrelated=3, days=30),
    Term("Nasopharyngitis", INFECTIONS, unrelated=14, days=8),
    Term("Upper respiratory tract infection", INFECTIONS, unrelated=12, days=9),
    Term("Urinary tract infection", INFECTIONS, unrelated=10, days=8),
    Term("Bronchitis", INFECTIONS, unrelated=7, days=11),
    Term("Sinusitis", INFECTIONS, unrelated=6, days=10),
    Term("Influenza", INFECTIONS, unrelated=5, days=7),
    Term("Gastroenteritis", INFECTIONS, unrelated=5, days=4),
    Term("Herpes zoster", INFECTIONS, unrelated=4, days=16),
    Term("Oral herpes", INFECTIONS, unrelated=4, days=7),
    Term("Pharyngitis", INFECTIONS, unrelated=4, days=7),
    Term("Tooth infection", INFECTIONS, unrelated=3, days=8),
    Term("Fungal infection", INFECTIONS, unrelated=3, days=18),
    Term("Fall", INJURY, unrelated=7, days=1),
    Term("Contusion", INJURY, unrelated=6, days=9),
    Term("Ligament sprain", INJURY, unrelated=4, days=14),
    Term("Skin laceration", INJURY, unrelated=3, days=9),
    Term("Dysmenorrhoea", REPRODUCTIVE, unrelated=2, days=3),
    Term("Nephrolithiasis", RENAL, unrelated=2, days=6),
)

CAN_BE_SEVERE = frozenset(
    (
        "Anaemia",
        "Back pain",
        "Bronchitis",
        "Depression",
        "Diarrhoea",
        "Gastroenteritis",
        "Herpes zoster",
        "Migraine",
        "Muscular weakness",
        "Nephrolithiasis",
        "Pain in extremity",
    )
)
"""Of the other terms, those that may keep a patient from all routine activities."""

TERMS = {term.decod: term for term in (*COUNTED, *SINGLE, *OTHER)}
