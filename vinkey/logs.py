"""Log lines as JSON, each with the id of the request it belongs to."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_UNWANTED = {"request", "response", "server_time", "status_code"}


class JsonLines(logging.Formatter):
    """One line per record: time, level, logger, message, request, `extra`, the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        # Django logs a refused request after all middleware, with the request on the record.
        asked = getattr(getattr(record, "request", None), "request_id", "")
        if known := current_request_id.get() or asked:
            line["request"] = known
        given = vars(record).items()
        line |= {k: v for k, v in given if k not in _PLAIN and k not in _UNWANTED | line.keys()}
        if record.exc_info:
            # Kept on the record, as Django's and Python's own do: writing one out takes long.
            record.exc_text = record.exc_text or self.formatException(record.exc_info)
            line["traceback"] = record.exc_text
        return json.dumps(line, default=str, ensure_ascii=False)
