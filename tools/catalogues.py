"""Compile translation catalogues without gettext's programs; check that the committed are fresh.

python tools/catalogues.py compile | check
"""

import ast
import gettext
import io
import struct
import sys
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def read(text: str) -> dict[str, str]:
    """The messages of a .po file that count: translated, not fuzzy, not obsolete."""
    messages: dict[str, str] = {}
    for block in text.split("\n\n"):
        lines = [line.strip() for line in block.splitlines()]
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        if fuzzy and 'msgid ""' not in lines:
            continue
        parts: dict[str, str] = {}
        current = ""
        for line in lines:
            if line.startswith("msg"):
                current, _, line = line.partition(" ")
                parts[current] = ""
            if line.startswith('"') and current:
                parts[current] += ast.literal_eval(line)
        if "msgid" not in parts:
            continue
        key = parts["msgid"]
        if "msgctxt" in parts:
            key = f"{parts['msgctxt']}\x04{key}"
        if "msgid_plural" in parts:
            key += f"\0{parts['msgid_plural']}"
            values = [parts[name] for name in sorted(parts) if name.startswith("msgstr[")]
            value = "\0".join(values) if all(values) else ""
        else:
            value = parts.get("msgstr", "")
        if value:
            messages[key] = value
    return messages


def compiled(messages: dict[str, str]) -> bytes:
    """The .mo file: a header, two tables of length and offset, the strings, each closed by NUL."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    count = len(pairs)
    tables, strings = [], b""
    start = 28 + 16 * count
    for column in (0, 1):
        for pair in pairs:
            tables.append((len(pair[column]), start + len(strings)))
            strings += pair[column] + b"\0"
    numbers = [0x950412DE, 0, count, 28, 28 + 8 * count, 0, start]
    numbers += [number for entry in tables for number in entry]
    return struct.pack(f"<{len(numbers)}I", *numbers) + strings


def same(one: bytes, other: bytes) -> bool:
    """Whether two compiled catalogues say the same, whoever compiled them."""
    first, second = (gettext.GNUTranslations(io.BytesIO(data)) for data in (one, other))
    return first._catalog == second._catalog  # type: ignore[attr-defined]


def stale(folder: Path) -> list[Path]:
    """Catalogues whose compiled form is missing or says something else."""
    found = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        fresh = compiled(read(source.read_text(encoding="utf-8")))
        if not target.exists() or not same(fresh, target.read_bytes()):
            found.append(source)
    return found


def main(verb: str) -> int:
    left = stale(LOCALE)
    if verb == "compile":
        for source in left:
            source.with_suffix(".mo").write_bytes(
                compiled(read(source.read_text(encoding="utf-8")))
            )
            print(f"compiled {source.relative_to(LOCALE)}")
        return 0
    for source in left:
        print(f"{source.relative_to(LOCALE)} is not compiled: python tools/catalogues.py compile")
    if not left:
        print("Translation catalogues: good.")
    return bool(left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
