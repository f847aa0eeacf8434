"""What an estimand means, as text: stored answers are recognised by it."""

from safetybook.estimands import Combination, Count, Unit, definition, where
from safetybook.predicates import Has

MILD, SEVERE = where(AESEV="MILD"), where(AESEV=("SEVERE", "MODERATE"))


def patients(condition, label="Patients"):
    return Count("a.patients", label, "adae", condition, Unit.PATIENTS)


def test_it_says_what_is_counted_and_where():
    assert definition(patients(SEVERE)) == (
        "Count('a.patients', 'adae', Where((('AESEV', {'MODERATE', 'SEVERE'})), ()), "
        "<Unit.PATIENTS: 'patients'>)"
    )


def test_words_for_readers_change_nothing_and_everything_else_does():
    assert definition(patients(MILD)) == definition(patients(MILD, "Others"))
    assert definition(patients(MILD)) != definition(patients(SEVERE))


def test_predicates_of_the_same_filters_differ():
    both, either = (
        Combination("a", "A", predicate, where())
        for predicate in (Has(MILD) & Has(SEVERE), Has(MILD) | Has(SEVERE))
    )
    assert definition(both) != definition(either)
