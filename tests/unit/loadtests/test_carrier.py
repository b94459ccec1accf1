"""One pupil's requests: bounds of time, trust in TLS, where they may go, and whose fault it is when they do not."""

import resource
import socket
import ssl
import time
from contextlib import closing
from pathlib import Path

import gevent
import pytest
import trustme
from loading import answering, get, ok, request_from, roads, talking

from loadtests import carrier as module
from loadtests.bench.canned import Told
from loadtests.bench.load_generator import certificates, serving
from loadtests.carrier import Carrier, Exhausted, Roads, trusting
from loadtests.reach import Pace, Reach
from testbed.wire.browsing import BrowserError, NoAnswerInTime


def send(its_roads: Roads, url: str, within_s: float = 5.0) -> int:
    with closing(Carrier(its_roads)) as carrier:
        return carrier.send(get(url), within_s).status


def test_a_page_that_does_not_come_is_waited_for_so_long_and_no_longer() -> None:
    def talk(connection: socket.socket) -> None:
        request_from(connection)
        connection.recv(1)

    with talking(talk) as port:
        began = time.monotonic()
        with pytest.raises(NoAnswerInTime, match=r"within 0\.3 s"):
            send(roads(), f"http://127.0.0.1:{port}/", 0.3)
    assert 0.25 < time.monotonic() - began < 2


def test_a_body_that_drips_is_waited_for_no_longer() -> None:
    def talk(connection: socket.socket) -> None:
        request_from(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)

    with talking(talk) as port, pytest.raises(NoAnswerInTime):
        send(roads(), f"http://127.0.0.1:{port}/", 0.3)


def test_somebody_elses_time_is_not_taken_for_this_requests() -> None:
    with talking(lambda connection: time.sleep(1)) as port, closing(Carrier(roads())) as carrier:
        outer = gevent.Timeout(0.1)
        with pytest.raises(gevent.Timeout) as ended, outer:
            carrier.send(get(f"http://127.0.0.1:{port}/"), 5)
    assert ended.value is outer


def test_a_body_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BODY", 100_000)

    def talk(connection: socket.socket) -> None:
        request_from(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with talking(talk) as port, pytest.raises(BrowserError, match="longer than"):
        send(roads(), f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://[::1/", "ftp://127.0.0.1/", "http://127.0.0.1:x/"])
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(BrowserError, match="no address of a page"):
        send(roads(), url)


def test_nobody_there_is_told() -> None:
    with talking(answering()) as port:
        pass
    with pytest.raises(BrowserError, match="ConnectionRefusedError"):
        send(roads(), f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("url", ["http://192.0.2.1/", "https://example.org/x", "http://127.0.0.1.example.org/"])
def test_an_outside_host_is_refused_before_the_first_packet(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a socket was made")

    monkeypatch.setattr("loadtests.line.socket.socket", never)
    with pytest.raises(BrowserError, match="nobody has authorised it"):
        send(roads(), url)


def test_a_certificate_that_the_authority_made_for_the_host_is_trusted_and_no_other(tmp_path: Path) -> None:
    certificate, ca = certificates(tmp_path)
    trusted = trusting(Path(ca).read_text(encoding="ascii"))
    stranger = trusting(trustme.CA().cert_pem.bytes().decode("ascii"))
    with serving(Told(certificate)) as base:
        assert send(roads(trusted), f"{base}/me") == 200
        with pytest.raises(BrowserError, match="CERTIFICATE_VERIFY_FAILED"):
            send(roads(stranger), f"{base}/me")
        with pytest.raises(BrowserError, match="CERTIFICATE_VERIFY_FAILED"):
            send(roads(), f"{base}/me")
        port = int(base.rpartition(":")[2])
        other = roads(trusted, hosts={"prov.test": ("127.0.0.1", port)})
        with pytest.raises(BrowserError, match=r"not valid for 'prov\.test'"):
            send(other, "https://prov.test/me")


def test_tls_is_as_strict_as_the_librarys_own() -> None:
    ours, theirs = trusting(""), ssl.create_default_context()
    of_rules = ("check_hostname", "verify_mode", "verify_flags", "options", "minimum_version", "maximum_version")
    assert {rule: getattr(ours, rule) for rule in of_rules} == {rule: getattr(theirs, rule) for rule in of_rules}
    assert ours.get_ciphers() == theirs.get_ciphers()
    assert ours.get_ca_certs() == theirs.get_ca_certs()


def test_who_waits_for_an_answer_by_tls_holds_nobody_else_up(tmp_path: Path) -> None:
    certificate, ca = certificates(tmp_path)
    its_roads = roads(trusting(Path(ca).read_text(encoding="ascii")))
    with serving(Told(certificate, stalls_after_s=0.0, stall_s=60.0)) as base:
        waiting = [gevent.spawn(send, its_roads, f"{base}/me", 0.5) for _ in range(3)]
        gevent.joinall(waiting)
    assert [type(each.exception) for each in waiting] == [NoAnswerInTime] * 3


def test_what_is_intercepted_goes_through_the_proxy_by_a_tunnel(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("prov.test").configure_cert(context)
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(request_from(connection))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as secure:
            heard.append(secure.recv(65536))
            secure.sendall(ok())

    with talking(talk) as port:
        its_roads = roads(trusting(authority.cert_pem.bytes().decode("ascii")), proxy=("127.0.0.1", port))
        with closing(Carrier(its_roads, proxied=True)) as carrier:
            assert carrier.send(get("https://prov.test/me"), 5).status == 200
    assert heard[0].startswith(b"CONNECT prov.test:443 HTTP/1.1\r\n")
    assert heard[1].startswith(b"GET /me HTTP/1.1\r\nHost: prov.test\r\n")


def test_a_proxy_that_refuses_is_told() -> None:
    with talking(answering(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")) as port:
        its_roads = roads(proxy=("127.0.0.1", port))
        with closing(Carrier(its_roads, proxied=True)) as carrier, pytest.raises(BrowserError, match="makes no tunnel"):
            carrier.send(get("https://prov.test/me"), 5)


def test_an_end_of_our_own_files_is_not_the_vendors_fault() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with talking(answering(ok())) as port:
        gevent.sleep(0)
        with socket.socket() as probe:
            lowest = probe.fileno()
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
        try:
            with pytest.raises(Exhausted, match="ulimit"):
                send(roads(), f"http://127.0.0.1:{port}/")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_pace_holds_what_is_neither_the_labs_nor_this_machines() -> None:
    asked: list[str] = []

    class Counting(Pace):
        def wait(self) -> None:
            asked.append("waited")

    its_roads = roads(hosts={"prov.test": ("127.0.0.1", 1)}, resolve=lambda host: "93.184.215.14", pace=Counting(1))
    with closing(Carrier(its_roads)) as carrier:
        carrier.wait(get("http://prov.test/"))
        assert asked == []
        carrier.wait(get("http://vendor.example/"))
        assert asked == ["waited"]
    with closing(Carrier(roads(resolve=Reach(), pace=Counting(1)))) as carrier:
        carrier.wait(get("http://127.0.0.1:1/"))
    assert asked == ["waited"]
