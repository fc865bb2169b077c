"""What the pages of a supporting domain are made with: their one way into those of work/.

A page stands under `site_view`, and under `live` where it keeps itself up to date. A record's acts
are a table of `Deed`s: `offered` draws them, `sent` does what was sent; forms begin with `Act`.
"""

from work.forms.acts import Act
from work.forms.fields import Choices, choice, moment, text
from work.reasons import Names
from work.reasons import moment as moment_in_words
from work.reasons.guests import Guest, guest_at
from work.views._deeds import Deed, Given, Offer, offered, sent
from work.views._item_acts import Failed
from work.views._label import qr_code
from work.views._live import live
from work.views._panels import panels
from work.views._refusals import INCOMPLETE, INVALID, answer_of, refusal, worded
from work.views._site import back_to, fragment, number_in, see_other, site_view

__all__ = [
    "INCOMPLETE",
    "INVALID",
    "Act",
    "Choices",
    "Deed",
    "Failed",
    "Given",
    "Guest",
    "Names",
    "Offer",
    "answer_of",
    "back_to",
    "choice",
    "fragment",
    "guest_at",
    "live",
    "moment",
    "moment_in_words",
    "number_in",
    "offered",
    "panels",
    "qr_code",
    "refusal",
    "see_other",
    "sent",
    "site_view",
    "text",
    "worded",
]
