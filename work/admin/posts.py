"""Posts, who may hold them, and who has had the duty."""

from typing import Any

from django.contrib.admin import display
from django.db.models import Field, Prefetch, QuerySet
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from work.admin import reach
from work.admin.base import OwnOnly, SiteAdmin
from work.admin.filters import InForce
from work.admin.parts import SHOWN, Part, adding, cut, listing, moment, page_of
from work.admin.steps import step
from work.models import Duty, Post, PostHolder, WorkItem
from work.permissions import Scope, visible
from work.reads import item as items
from work.services import posts


class PostAdmin(SiteAdmin):
    """Posts: a role at a place, held by whoever has the duty."""

    adds = staticmethod(posts.create_post)
    changes = staticmethod(posts.change_post)
    known_as = "post_id"
    overtakes = True
    fixed = ("site", "place", "code", "role")
    fields = ("site", "place", "code", "name", "role", "is_active")
    add_fieldsets = ((None, {"fields": ("site", "place", "code", "name", "role")}),)
    list_display = ("name", "code", "role", "place", "on_duty", "is_active")
    list_filter = (("site", OwnOnly), "role", "is_active")
    list_select_related = ("place",)
    search_fields = ("code", "name", "place__code")
    autocomplete_fields = ("place",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With who is on duty now."""
        now = Duty.objects.filter(ends=None).select_related("user")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("duties", queryset=now, to_attr="duty_now"))
        )

    @display(description=gettext_lazy("on duty"), empty_value=gettext_lazy("vacant"))
    def on_duty(self, post: Post) -> str | None:
        """Who has the duty now."""
        return post.duty_now[0].user.name if post.duty_now else None  # type: ignore[attr-defined]

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """Only the roles that a post may have."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "role":
            field.choices = [  # type: ignore[attr-defined]
                (value, label)
                for value, label in field.choices  # type: ignore[attr-defined]
                if value not in posts.NOT_POSTS
            ]
        return field

    def parts(self, request: HttpRequest, obj: Post) -> list[Part]:
        """Who may take the duty, the latest who did, and the open work that it owns."""
        return [_holders(obj), _duties(obj), _owned(obj, reach.who(request))]


def _holders(post: Post) -> Part:
    holders = post.holders.select_related("user").order_by("ends", "deputy", "-starts", "-pk")
    shown, more = cut(holders[: SHOWN + 1], listing(PostHolder, post__id__exact=post.pk))
    return Part(
        title=_("Who may take the duty"),
        head=(_("person"), _("as"), _("from"), _("until")),
        rows=[
            [
                (row.user.name, page_of(row)),
                (_("deputy") if row.deputy else _("holder"), ""),
                (moment(row.starts), ""),
                (moment(row.ends), ""),
            ]
            for row in shown
        ],
        empty=_("Nobody is named for this post: nobody can take its duty."),
        add=(adding(PostHolder, post=post.pk), _("Name a holder or deputy")),
        more=more,
    )


def _duties(post: Post) -> Part:
    duties = post.duties.select_related("user").order_by("-starts", "-pk")[: SHOWN + 1]
    shown, more = cut(duties, listing(Duty, post__id__exact=post.pk))
    return Part(
        title=_("Duties"),
        head=(_("person"), _("from"), _("until")),
        rows=[
            [(row.user.name, ""), (moment(row.starts), ""), (moment(row.ends), "")] for row in shown
        ],
        empty=_("Nobody has had this duty yet."),
        more=more,
    )


def _owned(post: Post, who: Scope) -> Part:
    """What keeps it in use; of work what the reader may see."""
    work = WorkItem.objects.open().filter(visible(who), owner_post=post).select_related("site")
    shown, _more = cut(work.order_by("-number")[: SHOWN + 1], "")
    return Part(
        title=_("Owns"),
        head=(_("number"), _("what"), _("status")),
        rows=[
            [
                (items.label(each.number), items.url(each.site, each.number)),
                (each.what, ""),
                (each.get_status_display(), ""),
            ]
            for each in shown
        ],
        empty=_("Owns no open work."),
        more=f"{reverse('work:item_list', args=[post.site.slug])}?owner=post:{post.pk}"
        if shown
        else "",
    )


class HolderAdmin(SiteAdmin):
    """Who may take the duty of a post: named for it, or as its deputy, from and until."""

    to_site = "post__site"
    adds = staticmethod(posts.name_holder)
    optional = ("starts",)
    fields = ("post", "user", "deputy", "starts", "ends")
    list_display = ("user", "post", "deputy", "starts", "ends")
    list_select_related = ("user", "post")
    list_filter = (("post__site", OwnOnly), ("post", OwnOnly), "deputy", InForce)
    search_fields = ("user__name", "post__name", "post__code")
    autocomplete_fields = ("post", "user")
    ordering = ("-starts", "-pk")
    actions_detail = ("end",)

    @action(description=gettext_lazy("End"), url_path="end", permissions=["view"])
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The person is named for the post no longer, from now on."""

        def do(row: PostHolder, door: dict[str, Any], said: dict[str, Any]) -> str:
            posts.end_holder(**door, holder_id=row.pk)
            return _("The person is named for that post no longer.")

        return step(
            self,
            request,
            object_id,
            title=_("End"),
            button=_("End"),
            text=_("An open duty lasts until somebody takes it over."),
            do=do,
        )


class DutyAdmin(SiteAdmin):
    """Who has and had the duty of which post. A duty is taken over on the pages of the work."""

    to_site = "post__site"
    fields = ("post", "user", "starts", "ends")
    list_display = ("post", "user", "starts", "ends")
    list_select_related = ("user", "post")
    list_filter = (("post__site", OwnOnly), ("post", OwnOnly), InForce)
    search_fields = ("user__name", "post__name", "post__code")
    ordering = ("-starts", "-pk")
