"""What follows from a study is worked out once for it, and goes with it."""

import gc
import weakref

import pandas as pd

from safetybook.remembered import once_per_study
from safetybook.study import Study


def empty() -> Study:
    return Study({"adsl": pd.DataFrame({"USUBJID": ["A"]})}, ())


def test_once_for_each_study_and_each_choice_of_arguments():
    calls = []

    @once_per_study
    def told(study: Study, one: str, other: int = 0) -> list[str]:
        calls.append((study, one, other))
        return [one] * other

    first, second = empty(), empty()
    assert told(first, "a", 2) is told(first, "a", 2)
    assert told(first, "a", other=3) == ["a"] * 3
    assert told(first, "b", 2) == ["b", "b"]
    assert told(second, "a", 2) == ["a", "a"]
    assert calls == [(first, "a", 2), (first, "a", 3), (first, "b", 2), (second, "a", 2)]
    assert told.__name__ == "told"


def test_nothing_keeps_a_study_alive():
    @once_per_study
    def told(study: Study) -> tuple[str, ...]:
        return study.names

    study = empty()
    assert told(study) == ("adsl",)
    gone = weakref.ref(study)
    del study
    gc.collect()
    assert gone() is None
