"""What a method has returned, kept for whoever asks next; for any number of threads at once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import signature
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar, cast

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Memo")

MOST = 128  # results of one method, each for other arguments


class Memo:
    """An object that keeps what its methods marked `once` return, as long as it lives."""

    def __init__(self) -> None:
        self.known: dict[str, OrderedDict[Hashable, object]] = {}
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def kept(self, name: str, arguments: Hashable, make: Callable[[], object], most: int = MOST) -> object:
        """What ``make`` returns, made once: who asks while it is being made waits for it.

        Of one name the last ``most`` that were asked for are kept. Arrays in a result can no longer be written into,
        since all who ask get the same ones. What ``make`` raises is not kept.
        """
        with self._lock:
            results = self.known.setdefault(name, OrderedDict())
            if arguments in results:
                results.move_to_end(arguments)
                return results[arguments]
            making = self._making.setdefault((name, arguments), Lock())
        with making:
            with self._lock:
                if arguments in results:
                    return results[arguments]
            try:
                made = make()
                protect(made)
                with self._lock:
                    results[arguments] = made
                    while len(results) > most:
                        results.popitem(last=False)
            finally:
                with self._lock:
                    self._making.pop((name, arguments), None)
        return made


def once(most: int = MOST) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    """Keep what a method of a `Memo` returns, for each of the last ``most`` arguments that it was asked with."""

    def keeping(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        parameters = signature(method)

        @wraps(method)
        def kept(self: S, *args: P.args, **kwargs: P.kwargs) -> R:
            bound = parameters.bind(self, *args, **kwargs)
            bound.apply_defaults()  # the same asked for in another way is the same
            arguments = tuple(bound.arguments.values())[1:]
            return cast(R, self.kept(method.__name__, arguments, lambda: method(self, *args, **kwargs), most))

        return cast(Callable[Concatenate[S, P], R], kept)

    return keeping


def protect(value: object) -> None:
    """Let nobody write into the arrays of a result, at any depth of dataclasses, dicts, lists and tuples."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            protect(getattr(value, field.name))
    elif isinstance(value, dict):
        for inner in value.values():
            protect(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            protect(inner)
