"""`python tools/squash.py APP LAST`: migrations of an app to LAST become one, which makes the same.

Its tables are written from the state that the migrations lead to, its triggers after them. Before
them stand the extensions and the statements that are not marked `elidable`: look whether a new
database still needs each. The files that it replaces are removed; what depends on them stays true.
Only what every database has by the last release may be squashed.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "vinkey.settings"
# As MigrationWriter knows a dependency on a setting.
USER = ("__setting__", "AUTH_USER_MODEL")


def main(label: str, last: str) -> None:
    import django

    django.setup()
    from django.apps import apps
    from django.db.migrations import Migration
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.writer import MigrationWriter

    from work.together import Together

    loader = MigrationLoader(None)
    leaf = loader.get_migration_by_prefix(label, last)
    keys = loader.graph.forwards_plan((label, leaf.name))
    plan = [loader.graph.nodes[key] for key in keys if key[0] == label]
    replaced = [key for one in plan for key in one.replaces or [(label, one.name)]]
    squashed = type("Migration", (Migration,), {})
    squashed.initial = True
    squashed.replaces = replaced if len(replaced) > 1 else []
    asked = {key for one in plan for key in one.dependencies if key[0] != label}
    squashed.dependencies = sorted({USER if _swappable(key) else key for key in asked})
    state = loader.project_state((label, leaf.name))
    squashed.operations = [Together([*_first(plan), *_tables_and_triggers(label, state)])]
    name = f"0001_squashed_{leaf.name}" if squashed.replaces else leaf.name

    room = Path(apps.get_app_config(label).path) / "migrations"
    text = MigrationWriter(squashed(name, label)).as_string()
    for one in plan:
        (room / f"{one.name}.py").unlink()
    (room / f"{name}.py").write_text(text)
    print(f"{label}: {len(plan)} migrations are {name}.")


def _swappable(key: tuple) -> bool:
    return hasattr(key, "setting")


def _first(plan: list) -> list:
    """What must be there before the tables, each extension once."""
    from django.contrib.postgres.operations import CreateExtension

    from work.together import Together

    found, known = [], set()
    for one in plan:
        for whole in one.operations:
            for part in whole.operations if isinstance(whole, Together) else [whole]:
                if isinstance(part, CreateExtension) and part.name not in known:
                    known.add(part.name)
                    found.append(part)
                elif type(part).__name__ in ("RunSQL", "RunPython") and not part.elidable:
                    found.append(part)
    return found


def _tables_and_triggers(label: str, state) -> list:
    from django.db.migrations import CreateModel
    from pgtrigger.migrations import AddTrigger

    tables, triggers = [], []
    for (app, name), model in state.models.items():
        if app == label:
            said = {key: value for key, value in model.options.items() if value not in ([], ())}
            triggers += [AddTrigger(name, trigger) for trigger in said.pop("triggers", [])]
            fields = list(model.fields.items())
            tables.append(CreateModel(model.name, fields, said, model.bases, model.managers))
    return [*tables, *triggers]


if __name__ == "__main__":
    main(*sys.argv[1:])
