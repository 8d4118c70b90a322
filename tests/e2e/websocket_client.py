"""WebSocket (RFC 6455) and HTTP from the client's side, as bytes.

Not called websocket.py, since Selenium may import a package of that name.
"""

import base64
import hashlib
import os
import struct

from clients import Client, ConnectionClosed, JsonClient

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(opcode, payload=b"", fin=True, mask=b"\x37\xfa\x21\x3d", rsv=0):
    """A WebSocket frame as a client sends it."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    mask_bit = 0x80 if mask else 0
    if len(payload) < 126:
        head += bytes([mask_bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([mask_bit | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([mask_bit | 127]) + struct.pack(">Q", len(payload))
    if not mask:
        return head + payload
    repeated = (mask * (len(payload) // 4 + 1))[:len(payload)]
    scrambled = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return head + mask + scrambled.to_bytes(len(payload), "big")


class HandshakeRefused(AssertionError):
    """The answer to a WebSocket's handshake was not 101."""

    def __init__(self, status, headers, body):
        super().__init__(f"refused with {status}")
        self.status, self.headers, self.body = status, headers, body


class WebSocketClient(JsonClient):
    """JSON over a WebSocket. Answers pings; `pongs` are the payloads of the pongs that came."""

    def __init__(self, address, path="/ws", origin=None, protocols=None, headers=None, **options):
        super().__init__(address, **options)
        self.pongs = []
        key = base64.b64encode(os.urandom(16)).decode()
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        request = {
            "Host": f"{host}:{address[1]}", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
        if origin is not None:
            request["Origin"] = origin
        if protocols:
            request["Sec-WebSocket-Protocol"] = ", ".join(protocols)
        request.update(headers or {})
        self.send_bytes(http_head("GET", path, request))
        status, self.headers, _ = read_http_head(self)
        if status != 101:
            size = int(self.headers.get("content-length", 0))
            raise HandshakeRefused(status, self.headers, self.read_bytes(size))
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        assert self.headers["sec-websocket-accept"] == base64.b64encode(digest).decode()
        self.protocol = self.headers.get("sec-websocket-protocol")

    def send_text(self, text):
        self.send_frame(TEXT, text.encode())

    def send_frame(self, opcode, payload=b"", **options):
        self.send_bytes(frame(opcode, payload, **options))

    def read_frame(self):
        """The next frame: opcode and payload. It must be unmasked, final and without RSV bits."""
        first, size = self.read_bytes(2)
        assert size < 128, "a server does not mask"
        assert first & 0x80 and not first & 0x70, f"first byte {first:#x}"
        if size == 126:
            (size,) = struct.unpack(">H", self.read_bytes(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self.read_bytes(8))
        return first & 15, self.read_bytes(size)

    def read_text(self):
        while True:
            opcode, payload = self.read_frame()
            if opcode == TEXT:
                return payload.decode()
            if opcode == PING:
                self.send_frame(PONG, payload)
            elif opcode == PONG:
                self.pongs.append(payload)
            elif opcode == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if payload else None
                try:
                    self.send_frame(CLOSE, payload[:2])
                except OSError:
                    pass
                raise ConnectionClosed(code, payload[2:].decode())
            else:
                raise AssertionError(f"a frame of opcode {opcode}")

    def close(self, code=1000):
        """Sends a close frame and waits for the server's; returns the code in it."""
        self.send_frame(CLOSE, struct.pack(">H", code))
        while True:
            opcode, payload = self.read_frame()
            if opcode == CLOSE:
                break
        rest = self.read_rest()
        assert not rest, f"{rest!r} after the close"
        self.drop()
        return struct.unpack(">H", payload[:2])[0] if payload else None


def http_head(method, path, headers):
    lines = [f"{method} {path} HTTP/1.1", *(f"{key}: {value}" for key, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_http_head(client):
    """Status, headers in lower case, and the status line."""
    lines = client.read_until(b"\r\n\r\n").decode().split("\r\n")
    headers = {}
    for line in lines[1:]:
        key, value = line.split(":", 1)
        headers[key.strip().lower()] = value.strip()
    return int(lines[0].split()[1]), headers, lines[0]


def http_request(address, path="/", method="GET", headers=None, body=b"", **options):
    """One HTTP request on a connection of its own: status, headers, body."""
    client = Client(address, **options)
    request = {"Host": f"{address[0]}:{address[1]}", "Connection": "close", **(headers or {})}
    if body:
        request["Content-Length"] = len(body)
    client.send_bytes(http_head(method, path, request) + body)
    status, response, _ = read_http_head(client)
    rest = client.read_rest()
    client.drop()
    return status, response, rest
