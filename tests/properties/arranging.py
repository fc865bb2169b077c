"""Random acts of who arranges the site: its places, posts, crews and shifts."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis.stateful import rule

from tests.properties.choosing import AHEAD, HOUR, PAUSES, PICK, Choosing, of
from work.services import holds, places, posts, teams


class Arranging(Choosing):
    """Windows are planned, places moved, posts taken out of use, crews changed."""

    @rule(pause=PAUSES, pick=PICK, who=PICK, ahead=AHEAD)
    def plan_window(self, pause, pick, who, ahead):
        self.pause(pause)
        given = {
            "site_id": self.world.site.pk,
            "place_id": of(self.ground.places, pick).pk,
            "name": "Short stop",
            "planned_from": self.at + ahead,
            "planned_to": self.at + ahead + (who % 4) * HOUR,
        }
        self.do(holds.create_window, self.arranger("supervisor", who), given)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def move_place(self, pause, pick, who, other):
        self.pause(pause)
        world = self.world
        given = {
            "place_id": of([world.l3, world.l4, world.u310], pick).pk,
            "parent_id": of([world.packaging, world.process, world.root, world.l4], other).pk,
        }
        self.do(places.move_place, self.arranger("site_admin", who), given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def post(self, pause, pick, who, other):
        self.pause(pause)
        actor, post = self.arranger("site_admin", who), of(self.set_up.posts, pick)
        standing = [row for row in self.set_up.holders if row.ends is None]
        if other % 4 == 0:
            given = {"post_id": post.id, "is_active": not post.is_active}
            self.do(posts.change_post, actor, given, sets_up=True)
        elif other % 4 == 1 and standing:
            self.do(posts.end_holder, actor, {"holder_id": of(standing, pick).id}, sets_up=True)
        else:
            given = {"post_id": post.id, "user_id": of(sorted(self.people), other // 4)}
            self.do(posts.name_holder, actor, given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, ahead=AHEAD)
    def crew(self, pause, pick, who, other, ahead):
        self.pause(pause)
        actor = self.arranger("site_admin", who)
        members = [row for row in self.set_up.members if row.ends is None]
        if other % 3 == 0:
            given = {"team_id": self.ground.crew_id, "user_id": of(sorted(self.people), pick)}
            given["starts"] = self.at + ahead if other % 2 else None
            self.do(teams.add_member, actor, given, sets_up=True)
        elif other % 3 == 1 and members:
            self.do(teams.end_member, actor, {"member_id": of(members, pick).id}, sets_up=True)
        else:
            zone = ZoneInfo(self.world.site.time_zone)
            begin = (self.at + ahead).astimezone(zone).replace(tzinfo=None)
            given = {
                "crew_id": self.ground.crew_id,
                "name": "Late",
                "starts": begin,
                "ends": begin + timedelta(hours=1 + pick % 9),
            }
            self.do(teams.create_shift, actor, given, sets_up=True)
