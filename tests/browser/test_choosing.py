"""A sign-in from the administrator's page to the person's own, in two browsers."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, Window
from tests.browser.looks import PHONE, looked_at
from tests.factories import make_world
from work.models import User

WORD = "seven green barrels"


def given(window: Window) -> str:
    """Give the sign-in whose page is open: the link to hand on."""
    window.page.get_by_role("button", name="Give").click()
    told = window.page.get_by_label("To hand on")
    expect(told).to_have_value(re.compile("The link works once"))
    return next(word for word in told.input_value().split() if word.startswith("http"))


@pytest.mark.django_db(transaction=True)
def test_a_person_is_given_a_sign_in_and_chooses_the_password(open_window):
    """Where a browser tells of itself what the page lets it, and without scripts."""
    cache.clear()
    world = make_world()
    admin = world.site_admin
    admin.set_password(PASSWORD)
    admin.save()
    theirs = open_window()
    theirs.sign_in(admin.username, PASSWORD)
    theirs.go(f"/admin/work/user/{world.operator.pk}/sign-in/")
    theirs.page.get_by_label("sign-in name").fill("eva")
    link = given(theirs)

    mine = open_window(size=PHONE, script=False)
    mine.page.goto(link)
    for again, said in (("seven", "These are two different passwords."), (WORD, "Sign in")):
        mine.page.get_by_label("Password", exact=True).fill(WORD)
        mine.page.get_by_label("Password, again").fill(again)
        mine.page.get_by_role("button", name="Choose it").click()
        expect(mine.page.locator("main")).to_contain_text(said)
    expect(mine.page).to_have_url(f"{mine.address}/login/")
    mine.page.get_by_label("Username").fill("eva")
    mine.page.get_by_label("Password").fill(WORD)
    mine.page.get_by_role("button", name="Sign in").click()
    expect(mine.page).not_to_have_url(f"{mine.address}/login/")
    assert User.objects.get(username="eva").check_password(WORD)

    again = open_window()
    again.page.goto(link)
    expect(again.page.locator("main")).to_contain_text("This link is good no longer")
    assert looked_at(again.page) == []
    theirs.page.get_by_role("link", name="Back").click()
    theirs.page.wait_for_url(f"**/admin/work/user/{world.operator.pk}/change/")
    theirs.go(f"/admin/work/user/{world.operator.pk}/sign-in/")
    again.page.goto(given(theirs))
    expect(again.page.get_by_role("button", name="Choose it")).to_be_visible()
    assert looked_at(again.page) == []
    assert (theirs.complaints, again.page.url.count("key=")) == ([], 1)
