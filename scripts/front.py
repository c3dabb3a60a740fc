"""One address for Odoo's two ports, as nginx gives in production (docker/nginx.conf).

Odoo's HTTP workers cannot hold a websocket; another process of it does, on a port of
its own. ``python -m scripts.front --port P --http H --websocket W`` looks at the first
line of each connection, then only carries bytes. When Odoo is away the connection is
closed without an answer, as if it were refused.
"""

import argparse
import asyncio
import contextlib

HOST = "127.0.0.1"
CHUNK = 65536  # bytes


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy bytes until one side ends."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


async def serve(reader, writer, http: int, websocket: int) -> None:
    """Connect one client with the port its first line asks for."""
    with contextlib.suppress(ConnectionError, ValueError):  # ValueError: an endless line
        first = await reader.readline()
        port = websocket if b" /websocket" in first else http
        odoo_reader, odoo_writer = await asyncio.open_connection(HOST, port)
        odoo_writer.write(first)
        directions = [
            asyncio.create_task(carry(reader, odoo_writer)),
            asyncio.create_task(carry(odoo_reader, writer)),
        ]
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        for direction in directions:
            direction.cancel()
        odoo_writer.close()
    writer.close()


async def main() -> None:
    """Listen until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "http", "websocket"):
        parser.add_argument(f"--{name}", type=int, required=True)
    ports = parser.parse_args()
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, ports.http, ports.websocket),
        HOST,
        ports.port,
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
