"""A socket's methods over TLS, with a half-close, which Python's own TLS sockets lack.

Certificates are not verified unless the context does; the terminal client's tests are about that.
"""

import contextlib
import socket
import ssl


def trusting(**options):
    """A context that accepts any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for name, value in options.items():
        setattr(context, name, value)
    return context


class TlsSocket:
    """Wraps a connected socket. The handshake is done when it is made."""

    def __init__(self, connection, context=None, session=None):
        self.connection = connection
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (context or trusting()).wrap_bio(
            self.incoming, self.outgoing, server_hostname="localhost", session=session)
        self.decrypted = b""
        self._until_done(self.tls.do_handshake)

    def _flush(self):
        self.connection.sendall(self.outgoing.read())

    def _until_done(self, step, *args):
        while True:
            try:
                done = step(*args)
                self._flush()
                return done
            except ssl.SSLWantReadError:
                self._flush()
                piece = self.connection.recv(65536)
                if not piece:
                    raise ConnectionResetError("TLS did not end") from None
                self.incoming.write(piece)
            except ssl.SSLError:
                self._flush()
                raise

    def sendall(self, data):
        self._until_done(self.tls.write, data) if data else None
        self._flush()

    def recv(self, most):
        """Nothing once the peer has ended TLS."""
        if self.decrypted:
            data, self.decrypted = self.decrypted[:most], self.decrypted[most:]
            return data
        try:
            return self._until_done(self.tls.read, most)
        except ssl.SSLZeroReturnError:
            return b""

    def shutdown(self, how):
        """Ends TLS in this direction; the TCP connection stays as it is."""
        assert how == socket.SHUT_WR
        try:
            # What has come must not be there, since unwrap would take it for the other's end.
            while True:
                self.decrypted += self.tls.read(65536)
        except ssl.SSLWantReadError:
            pass
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        self._flush()

    def __getattr__(self, name):
        return getattr(self.connection, name)
