"""The code on a printed permit."""

from collections.abc import Iterator
from itertools import groupby

import qrcode

# Squares of a millimetre; the library places each of them by decimal numbers, for as long as all
# else on the print takes.
_DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{0}mm" height="{0}mm" viewBox="0 0 {0} {0}">'
    '<path d="{1}" fill="#000000"/></svg>'
)


def code(address: str) -> str:
    """The address as a QR code in SVG; a quarter of it may be dirty."""
    made = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q, border=2)
    made.add_data(address)
    rows = made.get_matrix()
    path = (part for y, row in enumerate(rows) for part in _bars(y, row))
    return _DRAWN.format(len(rows), "".join(path))


def _bars(y: int, row: list[bool]) -> Iterator[str]:
    """A row, dark square by dark square as far as they touch."""
    x = 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            yield f"M{x},{y}h{length}v1h-{length}z"
        x += length
