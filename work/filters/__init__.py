"""What narrows a list or a board: parameters in, rows, chips and a form out.

The parameters of an address (`asked`) become a filter over what the reader may see (`selection`),
in an order that an index stands behind (`order`). What is not understood narrows to nothing and is
said so: a list never shows more than was asked for.
"""

from work.filters.asked import Asked
from work.filters.selection import Selection, select

__all__ = ["Asked", "Selection", "select"]
