"""A page read as a flat list of tags, enough to ask it questions."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Tag:
    name: str
    attrs: dict[str, str]
    path: tuple[str, ...]
    text: str = ""
    inside: list["Tag"] = field(default_factory=list)


class Markup(HTMLParser):
    """`tags` in document order; `unbalanced` names every tag closed in the wrong place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.unbalanced: list[str] = []
        self._open: list[Tag] = []
        self.feed(html)
        self.unbalanced += [tag.name for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list) -> None:
        path = tuple(outer.name for outer in self._open)
        made = Tag(tag, {key: value or "" for key, value in attrs}, path)
        self.tags.append(made)
        for outer in self._open:
            outer.inside.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].name != tag:
            self.unbalanced.append(tag)
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            tag.text += data

    def all(self, *names: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name in names]

    def by_id(self, key: str) -> Tag | None:
        return next((tag for tag in self.tags if tag.attrs.get("id") == key), None)
