"""Listening to what is registered at a port: what fails there is logged and stops no act."""

import logging
from collections.abc import Callable, Mapping, Sequence

from django.db import OperationalError

from work.services._savepoint import savepoint

log = logging.getLogger(__name__)


def guarded[T](key: str, ask: Callable[[], T]) -> T | None:
    """What it says, or None where it fails; what it did to the database by then is undone.

    A deadlock or a lost connection is the act's own, whose door knows what to do.
    """
    try:
        with savepoint():
            return ask()
    except OperationalError:
        raise
    except Exception:
        log.exception("a port failed", extra={"port": key})
        return None


def guarded_each[T](asks: Mapping[str, Callable[[], T]]) -> dict[str, T | None]:
    """What each says, by its key, or None where it fails.

    All of them share a savepoint; only where one fails is each asked again in one of its own.
    """
    if len(asks) > 1:
        try:
            with savepoint():
                return {key: ask() for key, ask in asks.items()}
        except OperationalError:
            raise
        except Exception:
            log.warning("a port failed; each is asked by itself")
    return {key: guarded(key, ask) for key, ask in asks.items()}


def one_each[T](answers: Sequence[T], asked: Sequence[object]) -> Sequence[T]:
    """The answers, where there is one for each that was asked."""
    if len(answers) != len(asked):
        raise ValueError(f"{len(answers)} answers to {len(asked)} questions")
    return answers
