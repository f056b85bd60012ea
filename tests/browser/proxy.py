"""A small reverse proxy that shows a server below a path, or over HTTPS, as nginx and Caddy do."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade"}


def secured(listening: socket, certificate: Path) -> ssl.SSLSocket:
    """A listening socket that speaks TLS; each connection shakes hands in its own thread."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)


@contextmanager
def proxied(port: int, prefix: str = "", certificate: Path | None = None) -> Iterator[str]:
    """The address of a proxy that takes `prefix` away and says so in X-Forwarded-Prefix; 404 everywhere else.

    With a certificate, a file that also holds its key, it speaks HTTPS and says so.
    """
    scheme = "https" if certificate else "http"

    class Handler(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            if not self.path.startswith(f"{prefix}/"):
                return self.send_error(404, "not below the path")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            server = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            try:
                said = headers | {"X-Forwarded-Prefix": prefix, "X-Forwarded-For": self.client_address[0]}
                said["X-Forwarded-Proto"] = scheme
                server.request(self.command, self.path.removeprefix(prefix), body or None, said)
                answer = server.getresponse()
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                while piece := answer.read1(65536):  # streams of events come bit by bit
                    self.wfile.write(piece)
                    self.wfile.flush()
            except (ConnectionError, http.client.HTTPException):  # one of the two has gone
                pass
            finally:
                server.close()

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass

        def log_message(self, *_: object) -> None:
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.daemon_threads = True
    if certificate:
        proxy.socket = secured(proxy.socket, certificate)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{proxy.server_port}{prefix}"
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join(5)
