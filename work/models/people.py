"""People, teams, memberships, posts, duties and the shifts they need."""

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from work.states import Role, TeamKind


class UserManager(BaseUserManager):
    """Makes people. Passwords are only for those who sign in."""

    use_in_migrations = True

    def create_user(self, username: str | None, password: str | None = None, **fields) -> "User":
        """Make a person; without a username the person cannot sign in."""
        user = self.model(username=username or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields) -> "User":
        """Make somebody who may open configuration; this gives no role at any site."""
        fields.setdefault("name", username)
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """A person, with or without sign-in. Employees have no company, contractors have one."""

    username = models.CharField(
        _("sign-in name"), max_length=150, unique=True, null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    badge = models.CharField(_("badge"), max_length=40, blank=True)
    company = models.ForeignKey(
        "work.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("company"),
    )
    language = models.CharField(_("language"), max_length=8, blank=True)
    theme = models.CharField(_("theme"), max_length=8, blank=True)
    # The short name of the site whose picture comes after signing in.
    home = models.CharField(_("first site"), max_length=20, blank=True, db_default="")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # noqa: RUF012 -- the name Django asks for

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """The person's name, as allauth and the admin ask for it."""
        return self.name

    def get_short_name(self) -> str:
        """The person's name, as the admin asks for it."""
        return self.name


@pghistory.track()
class Team(models.Model):
    """A crew, a department or a contractor company of one site."""

    site = models.ForeignKey(
        "work.Site", models.PROTECT, related_name="teams", verbose_name=_("site")
    )
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=TeamKind)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_team_code"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class TeamMember(models.Model):
    """A person's place in a crew or department, with from and until."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members", verbose_name=_("team"))
    user = models.ForeignKey(User, models.PROTECT, related_name="teams", verbose_name=_("person"))
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        constraints = [
            models.CheckConstraint(
                name="work_teammember_window", condition=Q(ends=None) | Q(ends__gte=F("starts"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"


@pghistory.track()
class Membership(models.Model):
    """A role of a person at a site or a place subtree, with from and until.

    For the role *contractor* the company is named: the person sees that company's items there and
    nothing else.
    """

    user = models.ForeignKey(
        User, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    site = models.ForeignKey(
        "work.Site", models.PROTECT, related_name="memberships", verbose_name=_("site")
    )
    place = models.ForeignKey(
        "work.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("place"),
    )
    role = models.CharField(_("role"), max_length=24, choices=Role)
    company = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("company"),
    )
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        indexes = [
            models.Index(fields=["user", "starts"], name="work_membership_user"),
            models.Index(fields=["site", "starts"], name="work_membership_starts"),
            models.Index(fields=["site", "ends"], name="work_membership_ends"),
        ]
        constraints = [
            models.CheckConstraint(
                name="work_membership_window", condition=Q(ends=None) | Q(ends__gte=F("starts"))
            ),
            models.CheckConstraint(
                name="work_membership_company",
                condition=Q(role=Role.CONTRACTOR, company__isnull=False)
                | (~Q(role=Role.CONTRACTOR) & Q(company__isnull=True)),
                violation_error_message=_("A contractor's role names the company, no other does."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


@pghistory.track()
class Post(models.Model):
    """A role at a place, held by whoever has the duty: "shift lead, Packaging"."""

    site = models.ForeignKey(
        "work.Site", models.PROTECT, related_name="posts", verbose_name=_("site")
    )
    place = models.ForeignKey(
        "work.Place", models.PROTECT, related_name="posts", verbose_name=_("place")
    )
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=24, choices=Role)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_post_code"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PostHolder(models.Model):
    """Who may take the duty of a post: named for it, or as deputy, with from and until."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="holders", verbose_name=_("post"))
    user = models.ForeignKey(
        User, models.PROTECT, related_name="held_posts", verbose_name=_("person")
    )
    deputy = models.BooleanField(_("deputy"), default=False)
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("holder of a post")
        verbose_name_plural = _("holders of posts")
        constraints = [
            models.CheckConstraint(
                name="work_postholder_window", condition=Q(ends=None) | Q(ends__gte=F("starts"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.post}"


@pghistory.track()
class Duty(models.Model):
    """Who holds a post now. It ends when somebody takes it over, never by the clock."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="duties", verbose_name=_("post"))
    user = models.ForeignKey(User, models.PROTECT, related_name="duties", verbose_name=_("person"))
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(
                fields=["post"], condition=Q(ends=None), name="work_duty_one_open"
            ),
            models.CheckConstraint(
                name="work_duty_window", condition=Q(ends=None) | Q(ends__gte=F("starts"))
            ),
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(ends=None), name="work_duty_user_open")
        ]

    def __str__(self) -> str:
        return f"{self.post}: {self.user}"


class Shift(models.Model):
    """A crew's planned time at a site. Its date is the local date on which it starts."""

    site = models.ForeignKey(
        "work.Site", models.PROTECT, related_name="shifts", verbose_name=_("site")
    )
    crew = models.ForeignKey(Team, models.PROTECT, related_name="shifts", verbose_name=_("crew"))
    name = models.CharField(_("name"), max_length=40)
    date = models.DateField(_("shift date"))
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts"]
        constraints = [
            models.CheckConstraint(name="work_shift_window", condition=Q(ends__gt=F("starts"))),
            ExclusionConstraint(
                name="work_shift_no_overlap",
                expressions=[
                    ("crew", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts",
                            "ends",
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [models.Index(fields=["site", "starts"], name="work_shift_site")]

    def __str__(self) -> str:
        return f"{self.crew} {self.date:%Y-%m-%d} {self.name}"
