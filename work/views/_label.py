"""The label of a place or a thing: its code, its name, and the address of its page as a QR code."""

import qrcode
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from qrcode.image.svg import SvgPathImage

from work.models import Asset, Place, Site


def label(request: HttpRequest, site: Site, thing: Place | Asset, url: str) -> HttpResponse:
    """A page that holds nothing but the label, to be printed. url: the page of the thing, in which
    a code with signs of its own is quoted.

    The code is the plain address: what it leads to is for who is signed in and may see it.
    """
    address = request.build_absolute_uri(url)
    values = {
        "site": site,
        "thing": {"code": thing.code, "name": thing.name},
        "address": address,
        "back_url": url,
        "drawn": qr_code(address),
    }
    return render(request, "work/label.html", values)


def qr_code(address: str) -> str:
    """An address as a code as SVG; a quarter of it may be dirty and it can still be read."""
    code = qrcode.QRCode(
        error_correction=qrcode.ERROR_CORRECT_Q, border=4, image_factory=SvgPathImage
    )
    code.add_data(address)
    return code.make_image().to_string(encoding="unicode")
