"""The process that puts a line on the pages of one PDF: from its input, a file, to its output.

It knows nothing of the product and starts quickly. It binds itself before it reads anything.
"""

import resource
import sys

# How it ends, besides well (0) and anyhow else.
SIGNED, SMALL = 3, 4


def main(cpu: str, memory: str, written: str, text: str) -> int:
    """Put the line, in hexadecimal digits of cp1252, on each page."""
    _bind(int(cpu), int(memory), int(written))
    # Not before: what it takes counts too.
    from documents import stamping_line

    try:
        writer = stamping_line.put(sys.stdin.buffer, bytes.fromhex(text))
    except stamping_line.Signed:
        return SIGNED
    except stamping_line.TooSmall:
        return SMALL
    writer.write(sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return 0


def _bind(cpu: int, memory: int, written: int) -> None:
    """No more seconds, bytes held and bytes written than this, for good."""
    _at_most(resource.RLIMIT_CPU, cpu)
    _at_most(resource.RLIMIT_FSIZE, written)
    _at_most(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":  # elsewhere it is not kept to, or cannot be set
        _at_most(resource.RLIMIT_AS, memory)


def _at_most(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
