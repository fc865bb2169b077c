"""What migrations are made of here: many operations whose models are rendered once.

Between two operations Django renders every model that is related to the changed one, and in one
house nearly all are: a new database took a minute to migrate, of which SQL was two seconds.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

_ANYWHERE = (CreateExtension, migrations.RunSQL, migrations.AlterModelOptions, AddTrigger)
_OF_FIELDS = (migrations.AddField, migrations.AlterField)
_OF_TABLES = (
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.AddConstraint,
    migrations.RemoveConstraint,
    RemoveTrigger,
)


class Together(Operation):
    """Its operations in their order, each between the state before all and the state after all.

    A table is made from the state after all: with all its columns, constraints and indexes; its
    foreign keys follow at the end of the migration. So of a table that is made here only triggers
    may be added besides, and a field changes once. What would be wrong is refused.
    """

    category = OperationCategory.MIXED
    reversible = False
    serialization_expand_args = ["operations"]

    def __init__(self, operations: list[Operation]) -> None:
        if wrong := list(_wrong(operations)):
            raise TypeError(f"{wrong[0]!r} depends on the state right before it: it stands alone.")
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # As ProjectState.clear_delayed_apps_cache: rendered again when somebody asks, once.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "Together: " + "; ".join(operation.describe() for operation in self.operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [], {"operations": self.operations}

    def __repr__(self) -> str:
        return f"<Together {len(self.operations)} operations>"


def _wrong(operations: list[Operation]) -> Iterator[Operation]:
    """Those that would not do the same as one by one."""
    made: set[str] = set()
    changed: set[tuple[str, str]] = set()
    for operation in operations:
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        elif isinstance(operation, _OF_FIELDS):
            field = operation.model_name_lower, operation.name_lower
            if field in changed or operation.model_name_lower in made:
                yield operation
            changed.add(field)
        elif isinstance(operation, _OF_TABLES):
            if operation.model_name_lower in made:
                yield operation
        elif not isinstance(operation, _ANYWHERE):
            yield operation
