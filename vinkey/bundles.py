"""Styles and scripts that every page asks for, as one file each.

`css/vinkey.css` and `js/vinkey.js` import their parts, in their order; where names are not hashed a
browser follows the imports itself. Collected under hashed names the parts stand in them.
"""

import re
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

NAMES = ("css/vinkey.css", "js/vinkey.js")
_IMPORT = re.compile(r'^@?import "\./([^"]+)";$', re.MULTILINE)


def parts(name: str, text: str) -> list[str]:
    """Names of the files that a bundle imports, in their order."""
    folder = name.rpartition("/")[0]
    return [f"{folder}/{part}" for part in _IMPORT.findall(text)]


def whole(name: str, read: Callable[[str], str]) -> str:
    """A bundle with its parts in the place of their imports; `read` gives the text of a file."""
    folder = name.rpartition("/")[0]
    return _IMPORT.sub(lambda found: read(f"{folder}/{found[1]}").rstrip("\n"), read(name))


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names with a hash, compressed; a bundle's is that of all its parts together."""

    def post_process(self, paths, dry_run=False, **options):
        """As Django does, after the parts were put into their bundles."""

        def read(name: str) -> str:
            if name not in paths:
                raise ImproperlyConfigured(f"{name} is no static file, and a bundle needs it.")
            storage, path = paths[name]
            with storage.open(path) as file:
                return file.read().decode()

        if not dry_run:
            made = {name: whole(name, read) for name in NAMES}
            for name, text in made.items():
                self.delete(name)
                self._save(name, ContentFile(text.encode()))
            paths = paths | {name: (self, name) for name in made}
        yield from super().post_process(paths, dry_run, **options)
