"""Competences and rules as an administrator sets them up."""

from competence.models import Competence, Rule
from tests.work.admin.conftest import admin  # noqa: F401  fixture
from tests.work.admin.forms import errors, send
from work.models import Event


def test_a_competence_and_a_rule_that_asks_for_it(world, admin):  # noqa: F811
    typed = {"code": "WELD", "name": "Welding", "kind": "training", "levels": "Assists\n\nAlone\n"}
    site = {"site": str(world.site.pk)}
    answer = send(admin, "/admin/competence/competence/add/", **site, **typed)
    assert errors(answer) == ["Only a skill has levels."]
    answer = send(admin, "/admin/competence/competence/add/", **site, **(typed | {"kind": "skill"}))
    assert answer.status_code == 302, errors(answer)
    weld = Competence.objects.get()
    assert weld.levels == ["Assists", "Alone"]
    page = f"/admin/competence/competence/{weld.pk}/change/"
    answer = send(admin, page, name="Welding, all", levels="Assists\nAlone\nTeaches")
    assert answer.status_code == 302, errors(answer)
    weld.refresh_from_db()
    assert (weld.name, len(weld.levels), weld.version) == ("Welding, all", 3, 2)

    asked = {"asks": "competence", "competence": str(weld.pk)}
    answer = send(admin, "/admin/competence/rule/add/", **site, **asked, level="4")
    assert errors(answer) == ["This competence has no such level."]
    answer = send(
        admin, "/admin/competence/rule/add/", **site, **asked, level="2", place=str(world.l3.pk)
    )
    assert answer.status_code == 302, errors(answer)
    rule = Rule.objects.get()
    assert (rule.level, rule.place, rule.ends) == (2, world.l3, None)
    answer = send(admin, f"/admin/competence/rule/{rule.pk}/change/", supervised="on")
    assert answer.status_code == 302, errors(answer)
    assert admin.post(f"/admin/competence/rule/{rule.pk}/end/").status_code == 302
    rule.refresh_from_db()
    assert (rule.supervised, rule.ends is not None) == (True, True)
    events = Event.objects.filter(subject_type="competence.rule").exclude(verb="refused")
    assert [event.verb for event in events.order_by("pk")] == ["created", "changed", "rule_ended"]
