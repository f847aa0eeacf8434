"""The recurring shapes: counts of patients and events of a category in a column, with their percentages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from safetybook.estimands import Column, Count, Estimand, Function, Share, Summary, Unit, Where, where

TREATMENT_EMERGENT = where(TRTEMFL="Y")


@dataclass(frozen=True)
class Category:
    """A kind of treatment-emergent adverse event: a filter on `adae` beyond being treatment-emergent."""

    id: str
    label: str
    where: Where
    rule: str = ""

    def __and__(self, other: "Category") -> "Category":
        """Events of both kinds; the ids join with an underscore."""
        return Category(
            f"{self.id}_{other.id}",
            f"{self.label}: {other.label}",
            self.where & other.where,
            self.rule or other.rule,
        )


def patients(category: Category, column: Column) -> Count:
    """Patients with at least one event of the category in the column."""
    return _count(category, column, Unit.PATIENTS)


def events(category: Category, column: Column) -> Count:
    """Events of the category in the column."""
    return _count(category, column, Unit.ROWS)


def _count(category: Category, column: Column, unit: Unit) -> Count:
    what = "patients" if unit is Unit.PATIENTS else "events"
    return Count(
        f"{category.id}.{column.id}.{what}",
        f"{category.label}, {column.label}: {what}",
        "adae",
        TREATMENT_EMERGENT & category.where & column.where,
        unit,
        category.rule,
    )


def percent(category: Category, column: Column) -> Share:
    """Patients with the category among those at risk in the column, in percent."""
    return share(patients(category, column), column.at_risk, f"{category.id}.{column.id}.percent")


def event_percent(category: Category, of: Category, column: Column) -> Share:
    """Events of the category among the events of a wider category, in percent."""
    return share(events(category, column), events(of, column), f"{category.id}.{column.id}.event_percent")


def share(numerator: Count, denominator: Count, name: str) -> Share:
    """A percentage that is called `name` and labelled by its numerator."""
    return Share(name, f"{numerator.label} (%)", numerator, denominator, numerator.rule)


def safety_family(categories: Iterable[Category], columns: Iterable[Column]) -> Iterator[Estimand]:
    """Patients, percent of patients and events for every category in every column."""
    columns = tuple(columns)
    for category in categories:
        for column in columns:
            yield patients(category, column)
            yield percent(category, column)
            yield events(category, column)


def order_statistics(name: str, label: str, dataset: str, rows: Where, variable: str) -> Iterator[Summary]:
    """Median, minimum and maximum of a variable: `<name>.median`, `<name>.minimum`, `<name>.maximum`."""
    for function in (Function.MEDIAN, Function.MINIMUM, Function.MAXIMUM):
        yield Summary(f"{name}.{function}", f"{label}: {function}", dataset, rows, variable, function)
