"""What stands together in the admin's navigation, in the order in which a site is set up."""

from django.utils.translation import gettext_lazy as _

# Title, and the names of the models with the icon of each. What is named here and has no page is
# left out; a page that is named nowhere stands in the last group.
GROUPS = (
    (
        _("The site"),
        {
            "site": "domain",
            "place": "account_tree",
            "placeneighbour": "compare_arrows",
            "assetclass": "category",
            "asset": "precision_manufacturing",
        },
    ),
    (
        _("People"),
        {
            "user": "person",
            "membership": "badge",
            "team": "groups",
            "teammember": "group_add",
            "shift": "schedule",
        },
    ),
    (
        _("Posts"),
        {"post": "assignment_ind", "postholder": "supervisor_account", "duty": "how_to_reg"},
    ),
    (_("What work asks"), {"worktype": "checklist", "requirementrule": "rule"}),
    (_("Looking back"), {"workitem": "construction", "event": "history"}),
    (_("And further"), {}),
)
