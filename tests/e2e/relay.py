"""A TCP relay before a server, for what networks do to a page: it can stop passing anything on without
closing, change what passes, and cut connections after a number of bytes.
"""

import socket
import threading


class Relay:
    """`rewrite(data)` changes what the client sends. `cut()` gives the number of bytes, counted in both
    directions, after which a new WebSocket is cut, or None; others are left alone."""

    def __init__(self, address, rewrite=lambda data: data, cut=lambda: None):
        self.target, self.rewrite, self.cut = address, rewrite, cut
        self.stalled, self.sockets, self.cuts = False, [], 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            first = client.recv(65536)
            server = socket.create_connection(self.target)
        except OSError:
            return client.close()
        self.sockets += [client, server]
        left = [self.cut() if b" /ws " in first.partition(b"\n")[0] else None]
        threading.Thread(target=self._pass, args=(server, client, left), daemon=True).start()
        self._pass(client, server, left, first)

    def _pass(self, one, other, left, first=b""):
        try:
            while data := first or one.recv(65536):
                first = b""
                if other.getpeername() == self.target:
                    data = self.rewrite(data)
                if left[0] is not None and left[0] < len(data):
                    other.sendall(data[:left[0]])
                    self.cuts += 1
                    one.shutdown(socket.SHUT_RDWR)
                    return other.shutdown(socket.SHUT_RDWR)
                if left[0] is not None:
                    left[0] -= len(data)
                if not self.stalled:
                    other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        for each in [self.listener, *self.sockets]:
            each.close()
