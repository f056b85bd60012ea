"""Keeps a process of Python, and those that it starts, on this machine: what goes elsewhere is noted and refused.

Python loads this by itself where the folder is in PYTHONPATH. NOWHERE_LOG names the file to which a line is added for
each process and each attempt. Audit hooks see what every library asks of sockets, and cannot be taken away again.
"""

from __future__ import annotations

import ipaddress
import os
import sys

LOOPBACK = ("", "localhost", "0.0.0.0", "::")
ASKED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
SENT = ("socket.connect", "socket.sendto", "socket.sendmsg")


def _is_here(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host or "")
    if text in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _note(what: str) -> None:
    number = os.open(os.environ["NOWHERE_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(number, f"{what}\n".encode())
    os.close(number)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ASKED:
        host = arguments[0]
    elif event in SENT and isinstance(arguments[1], tuple):  # others are sockets of this machine's file system
        host = arguments[1][0]
    else:
        return
    if not _is_here(host):
        _note(f"refused {event} of {host!r} in {sys.orig_argv}")
        raise OSError(f"{event}: {host!r} is not this machine")


if "NOWHERE_LOG" in os.environ:
    sys.addaudithook(_watch)
    _note(f"watching {sys.orig_argv}")
