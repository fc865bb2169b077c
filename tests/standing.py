"""Statements that a test sends very often, planned once a connection."""

from collections.abc import Sequence
from typing import Any


def execute(cursor: Any, name: str, sql: str, values: Sequence[Any] = ()) -> None:
    """Run `sql` with its values ($1, …) by a name; the driver forgets all names at a roll-back."""
    cursor.execute("SELECT FROM pg_prepared_statements WHERE name = %s", [name])
    if cursor.fetchone() is None:
        cursor.execute(f"PREPARE {name} AS {sql}")
    marks = f"({', '.join(['%s'] * len(values))})" if values else ""
    cursor.execute(f"EXECUTE {name}{marks}", list(values) or None)
