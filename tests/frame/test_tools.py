"""The checks of `make check` and `make audit` see what they are for."""

import gettext
import io
import json

import pytest

from tests.database import ROOT
from tools import audit, catalogues, lock

HASH = "--hash=sha256:" + "a" * 64


def test_the_lock_file_is_good():
    asked = lock.wanted((ROOT / "pyproject.toml").read_text())
    assert lock.faults((ROOT / "requirements.lock").read_text(), asked) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("django==6.1.3", "has no hash: django"),
        (f"django>=6.1 \\\n    {HASH}", "is not a pinned package: django>=6.1 \\"),
        (f"django @ https://h.example/d.whl \\\n    {HASH}", "names a host or an index: https://"),
        (f"--index-url=pypi.internal\ndjango==6.1 \\\n    {HASH}", "names a host or an index"),
        ("", "lacks django"),
    ],
)
def test_a_lock_file_that_does_not_pass(text, fault):
    assert any(found.startswith(fault) for found in lock.faults(text, ["django"]))


def test_a_lock_file_that_passes():
    text = f"# a note\ndjango==6.1.3 \\\n    {HASH} \\\n    {HASH}\n    # via vinkey\n"
    assert lock.faults(text, ["Django"]) == []


def test_an_audit_that_asked_nobody_is_a_failure():
    clean = {"name": "django", "version": "6.1.3", "vulns": []}
    holed = clean | {"vulns": [{"id": "CVE-1", "fix_versions": ["6.1.4"]}]}
    skipped = {"name": "django", "skip_reason": "could not be asked"}
    assert audit.verdict("") == ["pip-audit gave no report: nobody was asked."]
    assert audit.verdict(json.dumps({"dependencies": []})) == ["No package was audited."]
    assert audit.verdict(json.dumps({"dependencies": [clean]})) == []
    assert audit.verdict(json.dumps({"dependencies": [skipped]})) == [
        "django: not audited: could not be asked"
    ]
    assert audit.verdict(json.dumps({"dependencies": [holed]})) == [
        "django 6.1.3: CVE-1, mended in 6.1.4"
    ]


PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#: work/views.py:1
msgid "Blocked"
msgstr "Geblokkeerd \\"nu\\""

msgctxt "verb"
msgid "Close"
msgstr "Sluiten"

msgid "%(n)s item"
msgid_plural "%(n)s items"
msgstr[0] "%(n)s klus"
msgstr[1] "%(n)s "
"klussen"

#, fuzzy
msgid "Ready"
msgstr "Gereed?"

msgid "Untranslated"
msgstr ""
"""


def test_a_catalogue_is_compiled_without_gettexts_programs():
    words = gettext.GNUTranslations(io.BytesIO(catalogues.compiled(catalogues.read(PO))))
    assert words.gettext("Blocked") == 'Geblokkeerd "nu"'
    assert words.pgettext("verb", "Close") == "Sluiten"
    assert words.ngettext("%(n)s item", "%(n)s items", 1) == "%(n)s klus"
    assert words.ngettext("%(n)s item", "%(n)s items", 2) == "%(n)s klussen"
    assert words.gettext("Ready") == "Ready"
    assert words.gettext("Untranslated") == "Untranslated"


def test_a_stale_catalogue_is_seen(tmp_path):
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, target = folder / "django.po", folder / "django.mo"
    source.write_text(PO)
    assert catalogues.stale(tmp_path) == [source]
    target.write_bytes(catalogues.compiled(catalogues.read(PO)))
    assert catalogues.stale(tmp_path) == []
    source.write_text(PO.replace("Sluiten", "Dicht"))
    assert catalogues.stale(tmp_path) == [source]


def test_the_committed_catalogues_are_fresh():
    assert catalogues.stale(ROOT / "locale") == []
