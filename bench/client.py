"""One person before a browser: keeps a connection, cookies, and how long everything took."""

import http.client
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.served import CSRF


@dataclass
class Answer:
    """What came back; the names of headers in small letters. status 0: nothing did."""

    status: int
    body: str
    headers: dict[str, str]

    @property
    def tag(self) -> str:
        """The token with which it came."""
        return self.headers.get("etag", "")


@dataclass
class Browser:
    """Asks like static/js/live.js and static/js/board.js; took: what was asked, status, seconds."""

    host: str
    port: int
    cookies: str
    took: list[tuple[str, int, float]] = field(default_factory=list)
    _line: http.client.HTTPConnection | None = None

    def get(self, name: str, path: str, **headers: str) -> Answer:
        """Read a page."""
        return self._ask(name, "GET", path, None, headers)

    def post(self, name: str, path: str, form: dict[str, str], **headers: str) -> Answer:
        """Send a form."""
        body = urlencode({**form, "csrfmiddlewaretoken": CSRF})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask(name, "POST", path, body, {**headers, **kind})

    def _ask(
        self, name: str, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> Answer:
        sent = {"Cookie": self.cookies, **{key.replace("_", "-"): headers[key] for key in headers}}
        began = time.perf_counter()
        try:
            if self._line is None:
                self._line = http.client.HTTPConnection(self.host, self.port, timeout=60)
            self._line.request(method, path, body, sent)
            found = self._line.getresponse()
            told = {name.lower(): value for name, value in found.getheaders()}
            answer = Answer(found.status, found.read().decode(), told)
        except (OSError, http.client.HTTPException):
            if self._line is not None:
                self._line.close()
            self._line, answer = None, Answer(0, "", {})
        self.took.append((name, answer.status, time.perf_counter() - began))
        return answer


def signed_in(host: str, port: int, name: str, password: str) -> Browser:
    """Somebody who signed in by the form, as a browser without a script does."""
    line = http.client.HTTPConnection(host, port, timeout=60)
    line.request("GET", "/login/")
    page = line.getresponse()
    html, kept = page.read().decode(), _cookies(page)
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    form |= {"login": name, "password": password}
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": _said(kept)}
    line.request("POST", "/login/", urlencode(form), kind)
    answer = line.getresponse()
    answer.read()
    line.close()
    if answer.status != 302:
        raise SystemExit(f"Signing in as {name}: {answer.status}")
    return Browser(host, port, _said(kept | _cookies(answer) | {"csrftoken": CSRF}))


def _cookies(answer: http.client.HTTPResponse) -> dict[str, str]:
    pairs = (each.split(";")[0].partition("=") for each in answer.headers.get_all("Set-Cookie", []))
    return {name: value for name, _equals, value in pairs}


def _said(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def report(browsers: list[Browser], seconds: float) -> list[str]:
    """A line for each kind of request: how many, by status, and their p50, p95 and longest."""
    lines = []
    every = [each for browser in browsers for each in browser.took]
    for name in sorted({name for name, _status, _took in every}):
        mine = [(status, took) for each, status, took in every if each == name]
        times = sorted(took for _status, took in mine)
        statuses = sorted({status for status, _took in mine})
        counts = ", ".join(f"{code}: {sum(code == s for s, _t in mine)}" for code in statuses)
        p50, p95 = times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))]
        lines.append(
            f"{name:<10} {len(mine):>6} ({len(mine) / seconds:6.1f}/s)  p50 {p50 * 1000:7.1f} ms"
            f"  p95 {p95 * 1000:7.1f} ms  max {times[-1] * 1000:7.1f} ms   {counts}"
        )
    return lines
