"""The code on a printed permit."""

import qrcode
from qrcode.image.svg import SvgPathImage


def code(address: str) -> str:
    """The address as a QR code in SVG; a quarter of it may be dirty."""
    drawn = qrcode.QRCode(
        error_correction=qrcode.ERROR_CORRECT_Q, border=2, image_factory=SvgPathImage
    )
    drawn.add_data(address)
    return drawn.make_image().to_string(encoding="unicode")
