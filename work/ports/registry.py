"""What is registered, by key."""

from typing import Any

from work.ports.shown import Words


class Registry[T]:
    """What is registered of one port, by key. Filled at start-up, read afterwards."""

    def __init__(self) -> None:
        self._by_key: dict[str, T] = {}

    def register(self, thing: T) -> None:
        """Add one; a key is registered once."""
        key = thing.key  # type: ignore[attr-defined]
        if key in self._by_key:
            raise ValueError(f"{key} is registered already")
        self._by_key[key] = thing

    def unregister(self, key: str) -> None:
        """Take one out; for tests."""
        del self._by_key[key]

    def get(self, key: str) -> T | None:
        """The one with this key, or None."""
        return self._by_key.get(key)

    def all(self) -> list[T]:
        """All, in the order of registration."""
        return list(self._by_key.values())


class Glossary(Registry[Words]):
    """The words of all domains: a code has one sentence, whoever asks."""

    def register(self, thing: Words) -> None:
        """Add a domain's; refuses a code that is not its own or is there already."""
        for code in {*thing.sentences, *thing.general}:
            if not code.removeprefix("need.").startswith(f"{thing.key}."):
                raise ValueError(f"{code} does not begin with {thing.key}.")
            if self.sentence(code) is not None:
                raise ValueError(f"{code} has a sentence already")
        if strange := set(thing.general) - set(thing.sentences):
            raise ValueError(f"{sorted(strange)} have no sentence of their own")
        super().register(thing)

    def sentence(self, code: str) -> Any | None:
        """The sentence of a code, or None where no domain has that code."""
        return next((w.sentences[code] for w in self.all() if code in w.sentences), None)

    def general(self, code: str) -> Any | None:
        """What is said of a code to who may not see what it is about, where that is special."""
        return next((w.general[code] for w in self.all() if code in w.general), None)
