"""What every request gets: sign-in asked for, one policy, private answers, an id in the logs."""

import json
import logging

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from vinkey.logs import JsonLines, current_request_id

STRICT = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
ADMIN = STRICT.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'").replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)


@pytest.fixture
def person(db):
    return get_user_model().objects.create_user(username="ola", password="correct horse staple")


@pytest.mark.parametrize("path", ["/account/password/", "/account/mfa/", "/account/confirm/"])
def test_signed_out_means_to_the_login_page(client, db, path):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/login/?next={path}")


def test_htmx_is_sent_to_the_login_page_as_a_whole(client, db):
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/s/hvk/board/?page=2"}
    response = client.get("/account/password/", headers=asked)
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/login/?next=%2Fs%2Fhvk%2Fboard%2F%3Fpage%3D2"
    assert response.content == b""


def test_pages_have_the_strict_policy_and_admin_what_its_toolkit_needs(client, db):
    assert client.get("/login/")["Content-Security-Policy"] == STRICT
    assert client.get("/nowhere/")["Content-Security-Policy"] == STRICT
    assert client.get("/admin/login/")["Content-Security-Policy"] == ADMIN
    assert client.get("/adminx/")["Content-Security-Policy"] == STRICT


def test_secure_headers(client, db):
    response = client.get("/login/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]
    assert "HX-Request" in response["Vary"]
    assert "no-" in response["Cache-Control"]


def test_a_harmless_request_id_is_kept_and_any_other_replaced(client):
    kept = client.get("/healthz/", headers={"X-Request-ID": "line-3.4711"})
    assert kept["X-Request-ID"] == "line-3.4711"
    for bad in ("short", "a" * 65, "with space 12", 'quote"quote'):
        made = client.get("/healthz/", headers={"X-Request-ID": bad})["X-Request-ID"]
        assert len(made) == 32
        assert made.isalnum()


def test_every_log_line_is_json_with_the_request_it_belongs_to(client, db, caplog):
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(JsonLines().format(record)))

    logger = logging.getLogger("vinkey.request")
    keep = Keep()
    logger.addHandler(keep)
    level = logger.level
    logger.setLevel(logging.INFO)
    try:
        client.get("/login/?next=/secret", headers={"X-Request-ID": "known-12345"})
        client.get("/healthz/")
    finally:
        logger.removeHandler(keep)
        logger.setLevel(level)
    [line] = lines
    assert line["request"] == "known-12345"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/login/", 200)
    assert line["message"] == "GET /login/ 200"
    assert line["level"] == "INFO"
    assert current_request_id.get() == ""


def test_what_django_logs_about_a_request_has_its_id_too(rf):
    record = logging.LogRecord(
        "django.request", logging.WARNING, __file__, 1, "Not Found", (), None
    )
    record.request = rf.get("/nowhere/")
    record.request.request_id = "known-12345"
    record.status_code = 404
    line = json.loads(JsonLines().format(record))
    assert line.pop("time")
    assert line == {
        "level": "WARNING",
        "logger": "django.request",
        "message": "Not Found",
        "request": "known-12345",
    }


def test_a_failure_is_one_line_with_its_traceback():
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it broke\nø", (), info)
    record.item = 42
    text = JsonLines().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert line["message"] == "it broke\nø"
    assert line["item"] == 42
    assert line["traceback"].endswith("ValueError: first\nsecond")


def test_error_pages_have_their_status(client, person, rf):
    client.force_login(person)
    assert client.get("/nowhere/").status_code == 404
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/login/", {"login": "ola"}).status_code == 403
    from vinkey import errors

    request = rf.get("/")
    assert errors.bad_request(request, ValueError()).status_code == 400
    assert errors.server_error(request).status_code == 500


def test_the_page_of_a_fault_names_its_request(person, monkeypatch):
    def broken(*args):
        raise RuntimeError

    monkeypatch.setattr("work.views.pictures.scope", broken)
    client = Client(raise_request_exception=False)
    client.force_login(person)
    answer = client.get("/", headers={"X-Request-ID": "line-3.4711"})
    assert answer.status_code == 500
    assert "When you ask for help, name this request: line-3.4711" in answer.text
    assert answer["X-Request-ID"] == "line-3.4711"


def test_a_page_that_cannot_be_rendered_still_answers(rf, settings, monkeypatch):
    from django.template import TemplateDoesNotExist

    from vinkey import errors

    def missing(*args, **kwargs):
        raise TemplateDoesNotExist("errors/404.html")

    monkeypatch.setattr(errors, "render_to_string", missing)
    answer = errors.not_found(rf.get("/"), Exception())
    assert (answer.status_code, answer.content) == (404, b"404 Not Found\n")
    answer = errors.server_error(rf.get("/"))
    assert (answer.status_code, answer.content) == (500, b"500 Internal Server Error\n")
