"""Templates are indented to be read; pages are sent without that indentation.

A line of tags that say nothing (`if`, `for`, `with` …) is left out, and every other line begins at
its first character. Where white space stood between two things that are said, some still stands, as
long as a block that begins inside a line also ends in it and a sentence over several lines is
`trimmed` (tests/ui/test_loader.py). What a variable holds is never touched.
"""

import re

from django.template import Origin
from django.template.loaders import filesystem

_SILENT = "block|comment|elif|else|empty|end[a-z]+|extends|for|if|load|partialdef|with"
# A tag that only keeps something under a name is silent too.
_TAG = rf"{{%\s*(?:(?:{_SILENT})\b(?:(?!%}}).)*|(?:(?!%}}).)*\sas\s\w+\s*)%}}"
_SILENT_LINE = re.compile(rf"^({_TAG})[ \t]*\n", re.MULTILINE)
_INDENT = re.compile(r"\n\s+")
# These ends say something: a sentence is over, a box is closed.
_ENDS_WORDS = re.compile(r"{%\s*end(?:blocktrans|panel|note|row|datatable)")


def flat(source: str) -> str:
    """The source of a template without its indentation and its silent lines."""
    source = _INDENT.sub("\n", source)
    begin = "\n" if _SILENT_LINE.match(source) else ""
    return begin + _SILENT_LINE.sub(_tag_alone, source)


def _tag_alone(line: re.Match[str]) -> str:
    """The tag without its line, unless something is said where it ends."""
    return line[0] if _ENDS_WORDS.match(line[1]) else line[1]


class Loader(filesystem.Loader):
    """Our own templates, flat."""

    def get_contents(self, origin: Origin) -> str:
        """The flat source."""
        return flat(super().get_contents(origin))
