"""Where a message of ours may go, and where never."""

import socket

import pytest

from .agency import rpc
from .servers import BODY, OK, answers, post, server_tls, serving

delivery = rpc.delivery


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "127.8.8.8",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
            "fe80::1%eth0",
        ],
    )
    def test_address_that_is_not_public_is_refused(self, address):
        assert not rpc.addresses.allowed(address, allow_private=False)
        outcome = post("https://agency.example/", allow_private=False, resolver=answers(address))
        assert (outcome.status, outcome.error) == (None, "address")

    @pytest.mark.parametrize("address", ["8.8.8.8", "77.88.55.88", "2a02:6b8::1"])
    def test_public_address_is_allowed(self, address):
        assert rpc.addresses.allowed(address, allow_private=False)

    @pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "fc00::1"])
    def test_sandbox_may_reach_its_own_network(self, address):
        assert rpc.addresses.allowed(address, allow_private=True)

    @pytest.mark.parametrize(
        "address", ["169.254.169.254", "fe80::1", "224.0.0.1", "::ffff:127.0.0.1", "0.0.0.0"]
    )
    def test_sandbox_may_not_reach_these_either(self, address):
        assert not rpc.addresses.allowed(address, allow_private=True)

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "localhost"]
    )
    def test_loopback_is_refused_in_every_spelling(self, host):
        with serving(OK) as server:
            outcome = post(f"https://{host}:{server.port}/", allow_private=False)
        assert outcome.error == "address"
        assert server.requests == []

    def test_one_private_address_among_public_ones_is_refused(self):
        resolver = answers("8.8.8.8", "127.0.0.1")
        outcome = post("https://agency.example/", allow_private=False, resolver=resolver)
        assert outcome.error == "address"

    def test_name_is_resolved_once_so_rebinding_gains_nothing(self):
        asked = []

        def rebinding(host, port, **_options):
            asked.append(host)
            return answers("127.0.0.1" if len(asked) == 1 else "127.0.0.2")(host, port)

        with serving(OK) as server:
            url = f"http://rebinding.example:{server.port}/"
            assert post(url, resolver=rebinding).accepted
        assert asked == ["rebinding.example"]
        assert b"Host: rebinding.example:%d" % server.port in server.requests[0]

    def test_checked_address_is_the_one_connected_to(self):
        turns = iter(["8.8.8.8", "127.0.0.1"])
        asked = []

        def rebinding(host, port, **_options):
            asked.append(next(turns))
            return answers(asked[-1])(host, port)

        with serving(OK) as server:
            post(
                f"https://rebinding.example:{server.port}/",
                allow_private=False,
                timeout=0.3,
                resolver=rebinding,
            )
        assert asked == ["8.8.8.8"]
        assert server.requests == []

    def test_unknown_name(self):
        def unknown(*_arguments, **_options):
            raise socket.gaierror("no such host")

        assert post("http://nowhere.example/", resolver=unknown).error == "lookup"

    def test_next_address_is_tried_when_one_does_not_answer(self):
        with serving(OK) as server:
            # Nothing listens on 127.0.0.9.
            url = f"http://agency.example:{server.port}/"
            outcome = post(url, resolver=answers("127.0.0.9", "127.0.0.1"))
        assert outcome.accepted

    @pytest.mark.parametrize(
        "url",
        [
            "http://agency.example/",
            "ftp://agency.example/",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "https://user:secret@agency.example/",
            "https://",
            "agency.example",
            "",
        ],
    )
    def test_only_plain_https_addresses(self, url):
        assert post(url, allow_private=False).error == "url"

    def test_headers_cannot_be_smuggled_in(self):
        with serving(OK) as server:
            outcome = delivery.post(
                f"http://127.0.0.1:{server.port}/",
                BODY,
                {"X-A": "a\r\nX-B: b"},
                allow_private=True,
            )
        assert outcome.error == "protocol"
        assert server.requests in ([], [b""])


class TestTls:
    @pytest.fixture
    def contexts(self, tmp_path):
        return server_tls(tmp_path, "agency.example")

    def test_name_is_sent_and_checked(self, contexts):
        server_context, trusting = contexts
        with serving(OK, server_context) as server:
            outcome = post(
                f"https://agency.example:{server.port}/",
                resolver=answers("127.0.0.1"),
                tls=trusting,
            )
        assert outcome.accepted, outcome
        assert server.server_names == ["agency.example"]

    def test_certificate_of_an_unknown_authority_is_refused(self, contexts):
        server_context, _trusting = contexts
        with serving(OK, server_context) as server:
            outcome = post(f"https://agency.example:{server.port}/", resolver=answers("127.0.0.1"))
        assert outcome.error == "tls"
        assert server.requests == []

    def test_certificate_for_another_name_is_refused(self, contexts):
        server_context, trusting = contexts
        with serving(OK, server_context) as server:
            outcome = post(
                f"https://other.example:{server.port}/",
                resolver=answers("127.0.0.1"),
                tls=trusting,
            )
        assert outcome.error == "tls"
        assert server.requests == []

    def test_server_without_tls(self):
        with serving(OK) as server:
            outcome = post(f"https://127.0.0.1:{server.port}/", timeout=1)
        assert outcome.error in ("tls", "timeout")
