"""A valid study of three patients, small enough to work every number out by hand.

T-01 is randomised to IVIg, has a thromboembolic event in the extension and ends on the reduced
dose. T-02 is randomised to placebo and gets IVIg in the extension. T-03 is randomised to placebo
and switches to IVIg at week 8. All derived variables were worked out by hand.
"""
# ruff: noqa: E501  (a row of a CSV file is a line)

import csv
import io
from pathlib import Path

import pytest

ADSL = """\
STUDYID,USUBJID,SUBJID,ARTNO,TRT01P,SAFFL,RANDDT,AGE,SEX,RACE,WEIGHTBL,HEIGHTBL,BMIBL,DIAGDUR,MMT8BL,DMDIAG,GDABL,GCBLFL,NGCBLFL,XOVERFL,XOVERWK,P1COMPFL,EXTFL,EXTCOMFL,EOSSTT,DCSREAS
TINY,T-01,01,2,IVIg,Y,2018-03-01,67,M,WHITE,70.0,170,24.2,2.6,120,DEFINITE,MODERATE,Y,N,N,,Y,Y,N,DISCONTINUED,ADVERSE EVENT
TINY,T-02,02,,Placebo,Y,2018-05-02,45,F,ASIAN,60.5,165,22.2,0.5,131,PROBABLE,MILD,Y,Y,N,,Y,Y,Y,COMPLETED,
TINY,T-03,03,,Placebo,Y,2018-05-10,58,F,WHITE,81.0,168,28.7,11.4,109,DEFINITE,SEVERE,N,Y,Y,8,Y,Y,Y,COMPLETED,
"""

ADEX = """\
USUBJID,TRTA,APERIOD,APERIODC,CYCLE,EPISODE,ASTDTM,AENDTM,EXDOSE,DOSEGKG,DOSEPGKG,EXRATMAX,PROTVER
T-01,IVIg,1,First period,1,1,2018-03-05T09:30,2018-03-05T13:10,70.1,2.0,2.0,0.08,1
T-01,IVIg,1,First period,1,2,2018-03-06T09:00,2018-03-06T12:40,70.2,2.0,2.0,0.12,1
T-01,IVIg,1,First period,2,1,2018-04-02T09:00,2018-04-02T12:30,70,2.0,2.0,0.12,1
T-01,IVIg,1,First period,2,2,2018-04-03T09:00,2018-04-03T12:30,70,2.0,2.0,0.12,1
T-01,IVIg,2,Extension period,5,1,2018-06-25T09:00,2018-06-25T12:00,50,2.0,2.0,0.04,1
T-01,IVIg,2,Extension period,5,2,2018-06-26T09:00,2018-06-26T12:00,50,2.0,2.0,0.04,1
T-01,IVIg,2,Extension period,5,3,2018-06-27T09:00,2018-06-27T12:00,40,2.0,2.0,0.04,1
T-01,IVIg,2,Extension period,8,1,2018-09-17T10:00,2018-09-17T14:00,35,1.0,1.0,0.04,2
T-01,IVIg,2,Extension period,8,2,2018-09-18T10:00,2018-09-18T14:00,35,1.0,1.0,0.03,2
T-02,Placebo,1,First period,1,1,2018-05-07T09:00,2018-05-07T11:00,,,,0.12,1
T-02,Placebo,1,First period,1,2,2018-05-08T09:00,2018-05-08T11:00,,,,0.12,1
T-02,Placebo,1,First period,2,1,2018-06-04T09:00,2018-06-04T11:00,,,,0.12,1
T-02,Placebo,1,First period,2,2,2018-06-05T09:00,2018-06-05T11:00,,,,0.12,1
T-02,IVIg,2,Extension period,5,1,2018-08-27T09:00,2018-08-27T13:00,60,1.983,2.0,0.04,2
T-02,IVIg,2,Extension period,5,2,2018-08-28T09:00,2018-08-28T13:00,60,1.983,2.0,0.04,2
T-03,Placebo,1,First period,1,1,2018-05-14T10:00,2018-05-14T12:00,,,,0.12,1
T-03,Placebo,1,First period,1,2,2018-05-15T10:00,2018-05-15T12:00,,,,0.12,1
T-03,Placebo,1,First period,2,1,2018-06-11T10:00,2018-06-11T12:00,,,,0.12,1
T-03,Placebo,1,First period,2,2,2018-06-12T10:00,2018-06-12T12:00,,,,0.12,1
T-03,IVIg,1,First period,3,1,2018-07-09T10:00,2018-07-09T14:00,81,2.0,2.0,0.12,1
T-03,IVIg,1,First period,3,2,2018-07-10T10:00,2018-07-10T14:00,81,2.0,2.0,0.12,1
T-03,IVIg,2,Extension period,5,1,2018-09-03T10:00,2018-09-03T14:00,81,2.0,2.0,0.04,2
T-03,IVIg,2,Extension period,5,2,2018-09-04T10:00,2018-09-04T14:00,81,2.0,2.0,0.04,2
"""

ADAE = """\
USUBJID,AESEQ,AEDECOD,AEGRPTRM,AEBODSYS,ASTDTM,AENDTM,TRTEMFL,TRTA,APERIOD,CYCLE,AESEV,AESER,AESHOSP,AESLIFE,AESMIE,AESDTH,AESDISAB,AEREL,AEACN,AEOUT,INFUSFL,AELATENC,ADURN,CQ01NAM,CQ02NAM
T-01,1,Headache,Headache,Nervous system disorders,2018-03-05T20:15,2018-03-06T08:00,Y,IVIg,1,1,MILD,N,N,N,N,N,N,PROBABLE,DOSE NOT CHANGED,RECOVERED/RESOLVED,Y,0,2,,
T-01,2,Nausea,Nausea,Gastrointestinal disorders,2018-03-09T12:40,2018-03-09T18:00,Y,IVIg,1,1,MODERATE,N,N,N,N,N,N,POSSIBLE,DOSE NOT CHANGED,RECOVERED/RESOLVED,Y,4.1319,1,,
T-01,3,Pulmonary embolism,Pulmonary embolism,"Respiratory, thoracic and mediastinal disorders",2018-07-19T08:00,2018-08-01T12:00,Y,IVIg,2,5,MODERATE,Y,Y,N,Y,N,N,POSSIBLE,DOSE NOT CHANGED,RECOVERED/RESOLVED WITH SEQUELAE,N,23.9583,14,THROMBOEMBOLIC EVENT,
T-01,4,Pyrexia,Fever,General disorders and administration site conditions,2018-09-18T16:30,,Y,IVIg,2,8,MILD,N,N,N,N,N,N,UNLIKELY,DRUG WITHDRAWN,NOT RECOVERED/NOT RESOLVED,Y,1.2708,,,
T-02,1,Headache,Headache,Nervous system disorders,2018-05-07T09:00,2018-05-07T21:00,Y,Placebo,1,1,MILD,N,N,N,N,N,N,POSSIBLE,DOSE NOT CHANGED,RECOVERED/RESOLVED,Y,0,1,,
T-02,2,Arthralgia,Arthralgia,Musculoskeletal and connective tissue disorders,2018-08-27T08:59,2018-09-02T10:00,Y,Placebo,1,2,MODERATE,N,N,N,N,N,N,NOT RELATED,DOSE NOT CHANGED,RECOVERED/RESOLVED,N,83.9993,7,,
T-03,1,Myalgia,Myalgia,Musculoskeletal and connective tissue disorders,2018-07-09T09:00,2018-07-10T09:00,Y,Placebo,1,2,MILD,N,N,N,N,N,N,NOT RELATED,DOSE NOT CHANGED,RECOVERED/RESOLVED,N,27.9583,2,,
T-03,2,Headache,Headache,Nervous system disorders,2018-07-13T14:01,2018-07-13T20:00,Y,IVIg,1,3,SEVERE,N,N,N,N,N,N,PROBABLE,DOSE NOT CHANGED,RECOVERED/RESOLVED,N,4.1674,1,,
"""

ADMH = """\
USUBJID,MHSEQ,MHCAT,MHGRPTRM,MHDECOD
T-01,1,TEE RISK FACTOR,Hypertension,Hypertension
T-01,2,TEE RISK FACTOR,Dyslipidaemia,Dyslipidaemia
T-01,3,TEE RISK FACTOR,Ex-smoker,Ex-smoker
T-03,1,TEE RISK FACTOR,Obesity,Obesity
T-03,2,TEE RISK FACTOR,Obesity,Central obesity
"""

ADCM = """\
USUBJID,CMSEQ,CMCAT,CMCLAS,CMDECOD,ASTDTM,TRTA,APERIOD,CYCLE
T-01,1,PREMEDICATION,ANALGESICS,PARACETAMOL,2018-09-17T09:30,IVIg,2,8
"""

ADWELLS = """\
USUBJID,PARAMCD,AVISITN,AVAL,ADT
T-01,WELLSDVT,16,0,2018-06-25
T-01,WELLSPE,16,0,2018-06-25
"""

FILES = {"adsl": ADSL, "adex": ADEX, "adae": ADAE, "admh": ADMH, "adcm": ADCM, "adwells": ADWELLS}


def write_tiny_study(folder: Path) -> Path:
    """Write the six files into a folder, made if need be, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
    return folder


@pytest.fixture
def tiny_study(tmp_path: Path) -> Path:
    """The folder of a fresh copy of the tiny study."""
    return write_tiny_study(tmp_path / "tiny")


def read_rows(folder: Path, name: str) -> list[list[str]]:
    """The cells of a file, header first."""
    return list(csv.reader(io.StringIO((folder / f"{name}.csv").read_text(encoding="utf-8"))))


def write_rows(folder: Path, name: str, rows: list[list[str]]) -> None:
    """Write the cells of a file, header first."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def change(folder: Path, name: str, row: int, variable: str, value: str) -> None:
    """Put a value into one cell: `row` is the line of the file, the header being line 1."""
    rows = read_rows(folder, name)
    rows[row - 1][rows[0].index(variable)] = value
    write_rows(folder, name, rows)
