"""Random acts of who sets the site up."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.properties.choosing import AHEAD, PAUSES, PICK, Choosing, of
from work.services import (
    holds,
    people,
    posts,
    rules,
)
from work.states import Mode


class SettingUp(Choosing):
    """Windows, rules, roles and duties."""

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def window(self, pause, pick, who, other):
        self.pause(pause)
        window = of(self.oracle.work.windows, pick)
        door = (
            holds.open_window
            if window.opened_at is None or other % 7 == 0
            else (holds.close_window)
        )
        seen = window.version if other % 6 else window.version - 1
        actor = self.one("shift_lead") if who % 3 else self.actor(who)
        self.do(door, actor, {"window_id": window.id, "seen": seen})

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, mode=st.sampled_from(list(Mode)))
    def rule_mode(self, pause, pick, who, other, mode):
        self.pause(pause)
        one = of(self.set_up.rules, pick)
        actor = self.one("hse") if who % 4 else self.actor(who)
        given = {"rule_id": one.id, "mode": str(mode)}
        if other % 2:
            given["place_id"] = of(self.ground.places, other).pk
        if other % 5 == 0:
            given = {"rule_id": one.id, "place_id": of(self.ground.places, other).pk}
            standing = of(self.set_up.modes if pick % 3 else None, pick // 3)
            if standing is not None:
                given = {"rule_id": standing.rule_id, "place_id": standing.place_id}
            self.do(rules.end_mode, actor, given, sets_up=True)
        else:
            self.do(rules.set_mode, actor, given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, ahead=AHEAD)
    def rule_time(self, pause, pick, who, other, ahead):
        self.pause(pause)
        one = of(self.set_up.rules, pick)
        actor = self.one("site_admin") if who % 4 else self.actor(who)
        if other % 3 == 0:
            given = {"ends": None if other % 2 else self.at + ahead}
            self.do(rules.end_rule, actor, {"rule_id": one.id, **given}, sets_up=True)
        elif other % 3 == 1:
            given = of(
                [
                    {"ends": None},
                    {"starts": self.at + ahead},
                    {"starts": self.at, "ends": self.at + ahead},
                    {"lead": ahead},
                    {"waivable_by": "hse"},
                    {"params": {"role": "supervisor"}},
                    {"safety_critical_only": not one.safety_critical_only},
                ],
                other // 3,
            )
            self.do(rules.change_rule, actor, {"rule_id": one.id, **given}, sets_up=True)
        else:
            given = {
                "site_id": self.world.site.pk,
                "key": f"new-{len(self.set_up.rules)}",
                "what": "Sealed",
                "supplier": "work.check",
                "params": {"role": "hse"},
                "kind": of(["permit", "isolation", "document"], other // 3),
                "gate": of(["start", "start", "close"], other),
                "starts": self.at + ahead if who % 2 else None,
            }
            self.do(rules.create_rule, actor, given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, ahead=AHEAD)
    def roles(self, pause, pick, who, other, ahead):
        self.pause(pause)
        actor = self.one("site_admin") if who % 4 else self.actor(who)
        if other % 3:
            row = of([row for row in self.set_up.memberships if row.ends is None], pick)
            given = {"membership_id": row.id, "ends": self.at + ahead if other % 2 else None}
            self.do(people.end_role, actor, given, sets_up=True)
            return
        given = {
            "user_id": of(sorted(self.people), pick),
            "site_id": self.world.site.pk,
            "role": of(["technician", "operator", "supervisor", "viewer"], other // 3),
            "place_id": of([None, self.world.l3.pk], other // 6),
            "starts": self.at + ahead if other % 2 else None,
            "ends": self.at + 2 * ahead if other % 4 else None,
        }
        self.do(people.grant_role, actor, given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK)
    def leave(self, pause, pick, who):
        self.pause(pause)
        actor = self.one("site_admin") if who % 4 else self.actor(who)
        given = {"user_id": of(sorted(self.people), pick)}
        self.do(people.deactivate_person, actor, given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK)
    def take_duty(self, pause, pick, who):
        self.pause(pause)
        post = of(self.set_up.posts, pick)
        has_it = {row.user_id for row in self.set_up.duties if not row.ends}
        named = [row.user_id for row in self.set_up.holders if row.post_id == post.id]
        able = [pk for pk in named if pk not in has_it] or named
        actor = self.people[of(able, who // 4)] if who % 4 and able else self.actor(who)
        given = {"post_id": post.id}
        self.do(posts.take_duty, actor, given, sets_up=True)
