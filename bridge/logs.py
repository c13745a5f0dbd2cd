"""Log lines on standard error: one JSON object a line, or key=value. Nothing secret or personal in them.

Every line of the project and of its libraries goes through here. Redaction is the second fence: who
logs is to leave such values out in the first place.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bridge.outside_text import escaped_json, shown_lines

LogFormat = Literal["json", "text"]

REDACTED = "[redacted]"

# Compared without case, - and _. Names of Amazon's fields for people's addresses are among them.
_SECRET_OR_PERSONAL = frozenset(
    {
        *("authorization", "xamzaccesstoken", "accesstoken", "refreshtoken", "restricteddatatoken", "token"),
        *("clientsecret", "secret", "password", "passphrase", "privatekey", "pgpassword"),
        *("body", "data", "content", "value", "segmenttext", "label", "packingslip"),
        *("address", "addressline1", "addressline2", "addressline3", "postalcode", "phone", "email"),
        *("shiptoparty", "buyername", "recipient", "statuslocationaddress"),
    }
)
_SECRET_IN_TEXT = re.compile(
    r"Atz[a-z]\|[^\s\"',}]+"  # tokens of Login with Amazon
    r"|amzn1\.oa2-cs\.[^\s\"',}]+"  # its client secrets
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user and password in a URL
    r"|-----BEGIN[^-]*PRIVATE KEY-----.*?(?:-----END[^-]*-----|\Z)",
    re.DOTALL,
)

# pyx12 logs data values at ERROR; its findings come back as values. The others tell what we tell better.
_SILENT = ("pyx12", "pydifact")
_QUIET = ("httpx", "httpcore", "paramiko", "apscheduler", "alembic", "uvicorn", "stamina")
# At DEBUG it writes each row that it reads: documents, addresses, Amazon's words. At INFO statements alone,
# whose parameters the engines hide.
_ROWS = "sqlalchemy"


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to a stream, or to what standard error is at the moment."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__(stream)
        self._fixed = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self.stream = self._fixed or sys.stderr
        super().emit(record)


def set_up_logs(log_format: LogFormat, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log line to `stream` (standard error) in one format. May be called again."""
    handler = _Handler(stream)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        # No tracebacks with local variables: those hold documents.
        structlog.processors.format_exc_info,
        redact,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _hush(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blot out values of secret and personal keys, at any depth, and secrets in texts."""
    return {key: _redacted(key, value) for key, value in event.items()}


def _redacted(key: object, value: object) -> object:
    if str(key).lower().replace("_", "").replace("-", "") in _SECRET_OR_PERSONAL and value not in (None, ""):
        return REDACTED
    match value:
        case str():
            return _SECRET_IN_TEXT.sub(REDACTED, value)
        case bytes():
            return f"[{len(value)} bytes]"
        case Mapping():
            return {inner: _redacted(inner, entry) for inner, entry in value.items()}
        case Sequence():
            return [_redacted("", entry) for entry in value]
        case _:
            return value


def _rendering(log_format: LogFormat) -> list[Processor]:
    if log_format == "json":
        return [structlog.processors.JSONRenderer(_json, ensure_ascii=False)]
    return [
        _show,
        structlog.processors.LogfmtRenderer(
            key_order=["time", "level", "logger", "event"], drop_missing=True, bool_as_flag=False
        ),
    ]


def _json(value: object, **options: Any) -> str:  # noqa: ANN401 - json.dumps's own
    return escaped_json(json.dumps(value, **options))


def _show(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what a terminal would obey; the renderer writes the line ends of a traceback as an escape."""
    return {
        key: value if value is None or isinstance(value, bool) else shown_lines(str(value))
        for key, value in event.items()
    }


def _hush(level: str) -> None:
    # Its errors are raised, and told with what to do; here they would be tracebacks.
    logging.getLogger("bridge.ssh").setLevel(logging.DEBUG if level == "DEBUG" else logging.CRITICAL)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "DEBUG" else logging.WARNING)
    logging.getLogger(_ROWS).setLevel(logging.INFO if level == "DEBUG" else logging.WARNING)
