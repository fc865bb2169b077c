"""How many statements an answer took, told in a header to who asks for it in one."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

ASK, TELL = "X-Count", "x-statements"


def counted(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Count where that is asked for; any other request passes as it is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if ASK not in request.headers:
            return get_response(request)
        seen: list[str] = []

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            seen.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            response = get_response(request)
        response.headers[TELL] = str(len(seen))
        return response

    return middleware
