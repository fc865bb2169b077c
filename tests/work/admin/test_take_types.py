"""The types of work that come along are given to a site on its page."""

from tests.work.admin.forms import opened
from work.models import Event, WorkType
from work.services import shipped


def test_the_types_that_are_wanted_are_taken_once(world, admin):
    url = f"/admin/work/site/{world.site.pk}/take-types/"
    had = WorkType.objects.filter(site=world.site).count()
    sent = opened(admin, url) | {"codes": ["PUN", "CLN"]}

    for _twice in range(2):
        assert admin.post(url, sent).status_code == 302

    given = WorkType.objects.filter(site=world.site, code__in=["PUN", "CLN"])
    assert given.count() == 2
    assert WorkType.objects.filter(site=world.site).count() == had + 2
    assert all(each.versions.get().published_at for each in given)
    event = Event.objects.get(subject_type="work.site", verb="types_given")
    assert (event.actor, sorted(event.data["types"])) == (
        world.site_admin,
        sorted(given.values_list("pk", flat=True)),
    )


def test_what_the_site_has_is_not_offered(world, admin):
    url = f"/admin/work/site/{world.site.pk}/take-types/"
    shipped.give(actor=None, site_id=world.site.pk)

    page = admin.get(url)

    assert "The site has all the types that come along." in page.text
    assert admin.post(url, {}).status_code == 302
    refused = admin.post(url, {"codes": ["NONE"]})
    assert refused.status_code == 302
    assert not WorkType.objects.filter(code="NONE").exists()
