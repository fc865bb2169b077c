"""The vocabulary of competence: kinds, states, and who may be asked for what."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(TextChoices):
    """What a competence is. One kind never stands for another: a course makes nobody able."""

    SKILL = "skill", _("Skill")
    TRAINING = "training", _("Training")
    CERTIFICATE = "certificate", _("Certificate")
    VERIFICATION = "verification", _("Practical verification")


class RecordState(TextChoices):
    """How far a person's record has come. Only what is verified counts."""

    PLANNED = "planned", pgettext_lazy("record", "Planned")
    OBTAINED = "obtained", pgettext_lazy("record", "To verify")
    VERIFIED = "verified", pgettext_lazy("record", "Verified")
    REVOKED = "revoked", pgettext_lazy("record", "Revoked")


class Asks(TextChoices):
    """What a rule asks of a person."""

    COMPETENCE = "competence", _("A competence")
    INDUCTION = "induction", _("An induction at the place")
    APPROVAL = "approval", _("An approved company")


class CompanyState(TextChoices):
    """How far a company has come at a site. That an approval has ended is seen by its end."""

    INVITED = "invited", pgettext_lazy("company", "Invited")
    SUBMITTED = "submitted", pgettext_lazy("company", "Documents submitted")
    APPROVED = "approved", pgettext_lazy("company", "Approved")
    SUSPENDED = "suspended", pgettext_lazy("company", "Suspended")


class PaperKind(TextChoices):
    """What a company shows of itself. Without insurance none of its people is fit."""

    INSURANCE = "insurance", _("Insurance")
    CERTIFICATE = "certificate", _("Safety certificate")
    REGISTRATION = "registration", _("Registration")
    OTHER = "other", _("Other paper")
