"""Log lines can be read by machines, and hold nothing secret or personal."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bridge.logs import set_up_logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield io.StringIO()
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


def test_each_json_line_has_time_level_logger_and_event(stream: io.StringIO) -> None:
    set_up_logs("json", stream=stream)
    structlog.get_logger("bridge.here").info("file kept", vendor="acme", size=3)
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "bridge.here",
        "event": "file kept",
        "vendor": "acme",
        "size": 3,
    }


def test_lines_of_libraries_come_in_the_same_format(stream: io.StringIO) -> None:
    set_up_logs("json", stream=stream)
    logging.getLogger("paramiko.transport").warning("cut %s", "off")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["logger"]) == ("cut off", "paramiko.transport")


def test_text_lines_are_key_value(stream: io.StringIO) -> None:
    set_up_logs("text", stream=stream)
    structlog.get_logger("bridge.here").warning("file kept", vendor="acme", name="a b.edi")
    assert (
        ' level=warning logger=bridge.here event="file kept" vendor=acme name="a b.edi"' in stream.getvalue()
    )


def test_secrets_and_addresses_are_blotted_out_at_any_depth(stream: io.StringIO) -> None:
    set_up_logs("json", stream=stream)
    structlog.get_logger("x").error(
        "refused Atza|IwEBIHIDDEN now",
        client_secret="HIDDEN",
        request={"headers": [{"x-amz-access-token": "HIDDEN"}], "addressLine1": "HIDDEN 1"},
        url="postgresql://me:HIDDEN@db/x",
        raw=b"HIDDEN",
        order="D123",
    )
    assert "HIDDEN" not in stream.getvalue()
    assert "D123" in stream.getvalue()


def _break(document: str) -> None:
    raise ValueError(f"token Atzr|{document}")


def test_a_traceback_is_told_without_secrets_or_local_variables(stream: io.StringIO) -> None:
    set_up_logs("json", stream=stream)
    document = "HIDDEN"
    try:
        _break(document)
    except ValueError:
        structlog.get_logger("x").exception("broke")
    line = json.loads(stream.getvalue())
    assert "ValueError: token [redacted]" in line["exception"]
    assert "HIDDEN" not in stream.getvalue()


def test_pyx12_which_logs_data_values_is_silent(stream: io.StringIO) -> None:
    set_up_logs("text", level="DEBUG", stream=stream)
    logging.getLogger("pyx12.error_handler").error("ERR bad value JOHN DOE")
    assert stream.getvalue() == ""
