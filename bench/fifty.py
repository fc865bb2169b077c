"""Many people acting on one board: `python -m bench.fifty --people 50 --seconds 60`.

Serves a throw-away home of its own. Everybody takes moves from the menus of the same cards, one in
five is sent twice. Afterwards the history is held against what was answered: an update that was
acknowledged and is not there, one that is there twice, a step that does not follow from the one
before it, an answer of 500 and above. Any of these ends it with 1.
"""

import argparse
import html
import random
import re
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field

from bench.client import Browser, report
from bench.served import Served, served

BOARD = "/s/hvk/board/?type=RUN"
_ENTRY = re.compile(r'form="(move|ask)" formaction="([^"]+)"( class="held)?')
_OF_PAGE = re.compile(r'name="page" value="([^"]+)"')
_TYPED = {
    "stop": {"condition": "Guard on"},
    "give-back": {"missing": "Loose", "clears": "role:supervisor"},
    "clear": {"word": "Tightened"},
}
_OPEN_BLOCKER = re.compile(r'action="([^"]+/clear/\?of=\d+)"')
_SEEN = re.compile(r'name="seen" value="(\d*)"')


@dataclass
class Person:
    """Somebody with a browser. done: the acts that the server said were done."""

    browser: Browser
    think: float
    done: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    refused: int = 0
    _tag: str = ""
    _page: str = ""

    def act(self, until: float) -> None:
        """Look at the board, take one step that it offers, think."""
        while time.monotonic() < until:
            self._look()
            steps = [
                (path, form == "move")
                for form, path, held in _ENTRY.findall(self._page)
                if not held and re.search(r"/(start|complete|stop|give-back)/", path)
            ]
            blocked = re.findall(r'<li class="card is-blocked" id="card-([^"]+)"', self._page)
            if blocked and random.random() < 0.3:
                self._clear(random.choice(blocked))
            elif steps:
                self._step(*random.choice(steps))
            time.sleep(random.expovariate(1 / self.think) if self.think else 0)

    def _look(self) -> None:
        known = {"If_None_Match": self._tag} if self._tag else {}
        answer = self.browser.get("board", BOARD, X_Live="1", **known)
        if answer.status == 200:
            self._page = answer.body
            self._tag = answer.tag

    def _step(self, path: str, at_once: bool) -> None:
        path = html.unescape(path)
        verb = path.split("?")[0].rstrip("/").rsplit("/", 1)[1]
        of_page = _OF_PAGE.search(self._page)
        if at_once and of_page:
            act = uuid.uuid5(uuid.UUID(of_page[1]), f"{path} []")
            self._send(verb, path, {"page": of_page[1], "back": BOARD}, act)
            return
        form = self.browser.get("form", path, HX_Request="true")
        seen = _SEEN.search(form.body)
        if form.status == 200 and seen:
            act = uuid.uuid4()
            self._send(verb, path, {"seen": seen[1], "act": str(act), "back": BOARD}, act)

    def _clear(self, label: str) -> None:
        page = self.browser.get("item", f"/s/hvk/work/{label}/")
        found, seen = _OPEN_BLOCKER.search(page.body), _SEEN.search(page.body)
        if found and seen:
            act = uuid.uuid4()
            self._send("clear", html.unescape(found[1]), {"seen": "", "act": str(act)}, act)

    def _send(self, verb: str, path: str, form: dict[str, str], act: uuid.UUID) -> None:
        sent = form | _TYPED.get(verb, {})
        for _time in range(2 if random.random() < 0.2 else 1):
            answer = self.browser.post("act", path, sent)
            if answer.status in (204, 303):
                self.done.append(str(act))
            elif answer.status in (403, 409, 422):
                self.refused += 1
            else:
                self.unsure.append(str(act))


def main() -> None:
    """Read the arguments, let them act, and look at what came of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=50)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--think", type=float, default=1.0, help="seconds between acts, in the mean")
    asked.add_argument("--items", type=int, default=40)
    given = asked.parse_args()
    with served() as server:
        people = _people(server, given)
        began = time.monotonic()
        threads = [
            threading.Thread(target=person.act, args=(began + given.seconds,)) for person in people
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        seconds = time.monotonic() - began
        wrong = _wrong(people)
        done = len({act for person in people for act in person.done})
        print(f"{given.people} people for {seconds:.0f} s: {done} acts done, "
              f"{sum(person.refused for person in people)} refused or stale")  # fmt: skip
        print("\n".join(report([person.browser for person in people], seconds)))
        print("\n".join(wrong) if wrong else "nothing lost, nothing doubled, no 5xx")
    sys.exit(1 if wrong else 0)


def _people(server: Served, given: argparse.Namespace) -> list[Person]:
    """Supervisors, and planned items of a type whose outcome they may give back."""
    from tests import factories
    from work.states import Role

    world = server.world
    kind = factories.work_type(world.site, "RUN", name="Run", accept_role=Role.SUPERVISOR)
    for _ in range(given.items):
        factories.planned_item(world, type_id=kind.pk)
    found = []
    for number in range(given.people):
        user = factories.person(world.site, Role.SUPERVISOR, username=f"sup-{number}")
        browser = Browser(server.host, server.port, server.cookies(user))
        found.append(Person(browser, given.think))
    return found


def _wrong(people: list[Person]) -> list[str]:
    """What is not as it was answered."""
    from work.models import Event, WorkItem
    from work.states import MOVES, Status, Verb

    moves = {str(verb) for verb in MOVES}
    done = {act for person in people for act in person.done}
    unsure = {act for person in people for act in person.unsure}
    events = list(
        Event.objects.filter(verb__in=[*moves, "unblocked"], act__isnull=False)
        .order_by("pk")
        .values_list("act", "verb", "item_id")
    )
    by_act: dict[str, list[str]] = {}
    for act, verb, _item in events:
        by_act.setdefault(str(act), []).append(verb)
    found = [f"lost: {act}" for act in done if act not in by_act]
    found += [f"twice: {act} {verbs}" for act, verbs in by_act.items() if len(verbs) != 1]
    status: dict[int, str] = {}
    for act, verb, item in events:
        if verb not in moves:
            continue
        move, before = MOVES[Verb(verb)], status.get(item, str(Status.REQUESTED))
        if before not in move.sources:
            found.append(f"does not follow: {verb} of {item} from {before} ({act})")
        status[item] = str(move.to)
    now = dict(WorkItem.objects.values_list("pk", "status"))
    found += [
        f"is {now[item]}, was left {each}" for item, each in status.items() if now[item] != each
    ]
    bad = [
        (name, code)
        for person in people
        for name, code, _took in person.browser.took
        if code >= 500 or code == 0
    ]
    found += [f"{len(bad)} answers like {bad[0]}"] if bad else []
    found += [f"{len(unsure)} acts without an answer"] if unsure - done else []
    return found


if __name__ == "__main__":
    main()
