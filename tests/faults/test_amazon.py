"""Faults of Amazon and of the way to it: what was surely not taken goes again, the rest is not guessed."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simulator.faults import Fault
from tests.faults.site import UPDATE, VERDICT, Site, notices, statuses
from tests.faults.watch import CONFIRM
from tests.system.traffic import order

ContextOf = Callable[[Site], AbstractContextManager[None]]
REFUSAL = '{"errors": [{"code": "InvalidInput", "message": "no"}]}'


def answers(status: int, body: str = "", *, operation: str = CONFIRM, **how: object) -> ContextOf:
    """Answer every call of an operation so, until the fault is over; nothing is taken."""
    return _struck(
        lambda site: site.amazon.faults.reply(status, body, operation=operation, times=None, **how)
    )


def _struck(inject: Callable[[Site], object]) -> ContextOf:
    @contextmanager
    def fault(site: Site) -> Iterator[None]:
        inject(site)
        yield
        site.amazon.faults.clear()

    return fault


@contextmanager
def closed(site: Site) -> Iterator[None]:
    with site.amazon.closed_port():
        yield


def another_endpoint(address: Callable[[Site], AbstractContextManager[str]]) -> ContextOf:
    """Run with another endpoint, and then with the right one, as after an operator corrected it."""

    @contextmanager
    def fault(site: Site) -> Iterator[None]:
        with address(site) as site.endpoint:
            site.restart()
            yield
        site.endpoint = ""
        site.restart()

    return fault


@contextmanager
def unknown_name(_site: Site) -> Iterator[str]:
    yield "https://sellingpartnerapi.invalid"


@contextmanager
def self_signed(site: Site) -> Iterator[str]:
    """Listen with a certificate that nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(site.folder))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=_shake_hands, args=(listener, context))
        serving.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    serving.join()


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:  # the client does not trust us: what the test is about
                continue


def certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass(frozen=True)
class Cell:
    """What goes wrong with confirmations; how their submissions stand meanwhile; what an operator is told."""

    name: str
    fault: ContextOf
    state: str = "ready"
    alert: str = "sending"
    words: tuple[str, ...] = ()


NOT_TAKEN = [
    Cell("connect", closed, words=("ConnectError",)),
    Cell("dns", another_endpoint(unknown_name), words=("name is not known",)),
    Cell("tls", another_endpoint(self_signed), words=("certificate",)),
    Cell("401", answers(401, REFUSAL), alert="credentials", words=("HTTP 401",)),
    Cell("403", answers(403, '{"message": "no"}'), alert="credentials", words=("HTTP 403",)),
    Cell("429", answers(429), words=("Amazon takes nothing",)),
    Cell("429-with-header", answers(429, headers={"retry-after": "300"}), words=("Amazon takes nothing",)),
    Cell("503-html", _struck(lambda site: site.amazon.faults.unavailable(times=None)), words=("503",)),
    Cell("token-down", answers(500, operation="token"), words=("Login with Amazon",)),
    Cell(
        "token-refused",
        answers(400, '{"error": "invalid_grant"}', operation="token"),
        alert="credentials",
        words=("invalid_grant",),
    ),
]


@pytest.mark.parametrize("cell", NOT_TAKEN, ids=lambda cell: cell.name)
def test_amazon_takes_nothing(site: Site, cell: Cell) -> None:
    """What was surely not taken waits, is tried on by itself, and goes once when the fault is over."""
    site.drop_notices()
    with cell.fault(site):
        site.until_quiet(hours=0.5)

        site.assert_untouched("other")
        assert site.states() == {"grouped": 2}
        assert site.submissions() == [cell.state]
        assert not site.outbox("statuses")
        assert len(site.outbox("acknowledgements")) == 1
        assert set(site.alerts()) == {cell.alert}
        assert all(word in site.alerts()[cell.alert] for word in cell.words)
        assert any(cell.words[0] in problem for problem in site.run_once())
    site.until_quiet(hours=0.5)
    site.assert_untouched("acme", "twin", "other")
    assert not site.amazon.duplicates(processed=False)


def once(name: str, **how: object) -> ContextOf:
    return _struck(lambda site: getattr(site.amazon.faults, name)(nth=1, times=1, **how))


def answered_once(status: int, body: str = "", *, taken: bool = False) -> Callable[[str], ContextOf]:
    return lambda operation: _struck(
        lambda site: site.amazon.faults.reply(status, body, operation=operation, taken=taken)
    )


def slow_before(operation: str) -> ContextOf:
    return _struck(
        lambda site: site.amazon.faults.inject(Fault(operation=operation, action="cut", delay=1.0))
    )


IN_DOUBT: dict[str, Callable[[str], ContextOf]] = {
    "timeout-before-the-body": slow_before,
    "timeout-after-the-body": lambda operation: once("hold", operation=operation),
    "cut-before": lambda operation: once("cut_before", operation=operation),
    "cut-after": lambda operation: once("cut_after", operation=operation),
    "500": answered_once(500),
    "500-taken": answered_once(500, taken=True),
    "502": answered_once(502, "<html>Bad Gateway</html>"),
    "504": answered_once(504, "<html>Gateway Timeout</html>"),
    "unreadable-202": lambda operation: once("junk", operation=operation),
    "truncated-202": lambda operation: once("truncate", operation=operation),
}


@pytest.mark.parametrize("fault", IN_DOUBT)
def test_amazon_in_doubt(site: Site, fault: str) -> None:
    """A confirmation perhaps taken is held until an operator has checked: it is never sent twice."""
    site.drop("acme", "856.edi", notices(1, 2))
    if fault.startswith("timeout"):
        site.hurry()
    with IN_DOUBT[fault](CONFIRM)(site):
        site.until_quiet()
        assert site.submissions() == ["in_doubt"]
        assert set(site.alerts()) == {"in_doubt"}
        assert "edibridge resolve" in site.alerts()["in_doubt"]
        assert not site.outbox("statuses")
    site.until_quiet(hours=2)
    assert site.submissions() == ["in_doubt"]  # it stays so however long it takes
    assert site.a_person_resolves() == 1
    site.until_quiet()
    site.assert_through()
    assert not site.amazon.duplicates(processed=False)


@pytest.mark.parametrize("fault", IN_DOUBT)
def test_amazon_in_doubt_resubmits_updates(site: Site, fault: str) -> None:
    """A status update that may have been taken goes again: the same fact twice is harmless."""
    site.drop("acme", "856.edi", notices(1, 2))
    site.until_quiet()
    site.clock.now += timedelta(hours=30)  # past the time of those scans
    site.drop("acme", "214.edi", statuses(1, 2))
    if fault.startswith("timeout"):
        site.hurry()
    with IN_DOUBT[fault](UPDATE)(site):
        site.until_quiet()
    site.until_quiet()
    assert set(site.states()) == {"succeeded"}
    assert not site.alerts()
    assert {site.taken(number, UPDATE) for number in (1, 2)} <= {1, 2}
    assert [site.taken(number) for number in (1, 2)] == [1, 1]


REFUSALS = [400, 404, 422]


@pytest.mark.parametrize("status", REFUSALS)
def test_amazon_refuses_a_batch(site: Site, status: int) -> None:
    """A refused batch goes again one by one, so that only what is refused alone fails; the vendor is told."""
    site.drop_notices()
    site.amazon.faults.reply(status, REFUSAL, operation=CONFIRM, order=order(1), times=None)
    site.until_quiet()
    site.assert_untouched("twin", "other")
    assert site.states() == {"failed": 1, "succeeded": 1}
    told = "".join(site.outbox("statuses"))
    assert "Failure" in told
    assert "InvalidInput" in told
    assert site.taken(1) == 0
    assert site.taken(2) == 1
    assert site.ledger.batches(vendor="acme")[0].state == "attention"  # and the exit code is 1


@pytest.mark.parametrize(("times", "through"), [(1, True), (None, False)], ids=["once", "always"])
def test_amazon_413(site: Site, times: int | None, *, through: bool) -> None:
    """What is too large goes in halves; what is too large alone fails, and the vendor is told."""
    site.drop_notices()
    site.amazon.faults.reply(413, operation=CONFIRM, order=order(1), times=times)
    site.until_quiet()
    site.assert_untouched("twin", "other")
    assert site.states() == ({"succeeded": 2} if through else {"failed": 1, "succeeded": 1})
    assert ("Failure" in "".join(site.outbox("statuses"))) is not through
    assert not site.amazon.duplicates(processed=False)


VERDICTS: dict[str, tuple[ContextOf, str]] = {
    "500": (answers(500, operation=VERDICT), "overdue"),
    "503-html": (
        _struck(lambda site: site.amazon.faults.unavailable(operation=VERDICT, times=None)),
        "overdue",
    ),
    "429": (answers(429, operation=VERDICT), "overdue"),
    "404": (answers(404, REFUSAL, operation=VERDICT), "overdue"),
    "403": (answers(403, REFUSAL, operation=VERDICT), "credentials"),
    "unreadable": (answers(200, "no json", operation=VERDICT), "overdue"),
    "never": (_struck(lambda site: site.amazon.faults.no_verdict()), "overdue"),
}


@pytest.mark.parametrize("fault", VERDICTS)
def test_amazon_verdict(site: Site, fault: str) -> None:
    """Without a verdict nothing is done: it is asked for on and on, after half an hour people are told."""
    strike, alert = VERDICTS[fault]
    site.drop_notices()
    with strike(site):
        site.until_quiet(hours=0.55)
        site.assert_untouched("other")
        assert site.submissions() == ["overdue"]
        assert site.states() == {"grouped": 2}
        assert {"overdue", alert} == set(site.alerts())
        assert "Success" not in "".join(site.outbox("statuses"))
        polls = sum(seen.operation == VERDICT for seen in site.amazon.requests)
        site.until_quiet(hours=0.5)
        assert sum(seen.operation == VERDICT for seen in site.amazon.requests) > polls
    site.until_quiet(hours=0.2)
    site.assert_untouched("acme", "twin", "other")
    assert not site.amazon.duplicates(processed=False)
