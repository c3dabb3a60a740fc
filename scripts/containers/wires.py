"""What a container engine does on the wire, and podman without iptables does not.

Run inside a network namespace (``nsenter``), standard library only:

    wires.py names NAME=ADDRESS …      Docker's name server, at 127.0.0.11:53
    wires.py publish ADDRESS:PORT=ADDRESS:PORT …      published ports
"""

import asyncio
import contextlib
import socket
import sys

NOBODY = 3  # RFC 1035: such a name does not exist


def names(table: dict[str, str]) -> None:
    """Answer questions for addresses (RFC 1035, type A) from a table, for ever."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.11", 53))
        while True:
            query, asker = server.recvfrom(512)
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1 : at + 1 + query[at]].decode())
                at += 1 + query[at]
            question, address = query[12 : at + 5], table.get(".".join(labels))
            flags = 0x8180 if address else 0x8180 | NOBODY
            counts = bytes((0, 1, 0, bool(address), 0, 0, 0, 0))
            answer = query[:2] + flags.to_bytes(2, "big") + counts + question
            if address:  # points to the question's name, type A, class IN, a second, 4 bytes
                answer += bytes.fromhex("c00c0001000100000001 0004") + socket.inet_aton(address)
            server.sendto(answer, asker)


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy bytes until one side ends, then end the other's direction."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def publish(pairs: list[str]) -> None:
    """Carry connections of each published port to its container, for ever."""
    async with asyncio.TaskGroup() as group:
        for pair in pairs:
            (host, port), (other, inner) = (part.split(":") for part in pair.split("="))

            async def serve(reader, writer, other=other, inner=inner):
                try:
                    their_reader, their_writer = await asyncio.open_connection(other, inner)
                except OSError:
                    writer.close()
                    return
                await asyncio.gather(carry(reader, their_writer), carry(their_reader, writer))

            server = await asyncio.start_server(serve, host, int(port))
            group.create_task(server.serve_forever())


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "names":
        names(dict(pair.split("=") for pair in rest))
    else:
        asyncio.run(publish(rest))
