"""What follows from a study alone is worked out once for it, and kept as long as the study is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from safetybook.study import Study

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


def once_per_study(
    function: Callable[Concatenate[Study, Arguments], Value],
) -> Callable[Concatenate[Study, Arguments], Value]:
    """A function of a study and of further hashable arguments that is called once for each.

    Nobody may change what it returns: whoever asks again gets the same object.
    """
    memory: WeakKeyDictionary[Study, dict[object, Value]] = WeakKeyDictionary()

    @wraps(function)
    def remembered(study: Study, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
        known, key = memory.setdefault(study, {}), (args, tuple(kwargs.items()))
        if key not in known:
            known[key] = function(study, *args, **kwargs)
        return known[key]

    return remembered
