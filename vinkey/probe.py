"""`python -m vinkey.probe URL`: 0 when the address answers 200; for health checks in containers."""

import os
import sys
import urllib.error
import urllib.request


def probe(url: str) -> str:
    """Empty when all is well, else what is not. The Host header is one the site serves."""
    served = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip()
    request = urllib.request.Request(url, headers={"Host": served} if served else {})
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:
            return "" if answer.status == 200 else str(answer.status)
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read(2000).decode(errors='replace')}"
    except OSError as error:
        return str(error)


if __name__ == "__main__":
    problem = probe(sys.argv[1])
    print(problem or "ready")
    sys.exit(bool(problem))
