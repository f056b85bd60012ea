"""How often an address may try links that open nothing."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MOST = 20  # wrong links of one address
WITHIN_S = 600.0
ADDRESSES = 4096  # so many are remembered; the one that tried longest ago is forgotten first


class WrongLinks:
    """Counts wrong links by address. Several computers behind one address count as one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tried: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str) -> int:
        """Seconds after which this address may try a link again; 0 for now."""
        with self._lock:
            tried = self._recent(_network(address))
            return int(tried[-MOST] + WITHIN_S - self._clock()) + 1 if len(tried) >= MOST else 0

    def note(self, address: str) -> None:
        """This address has tried a link that opens nothing."""
        network = _network(address)
        with self._lock:
            self._tried[network] = [*self._recent(network), self._clock()][-MOST:]
            self._tried.move_to_end(network)
            while len(self._tried) > ADDRESSES:
                self._tried.popitem(last=False)

    def _recent(self, network: str) -> list[float]:
        since = self._clock() - WITHIN_S
        return [moment for moment in self._tried.get(network, ()) if moment > since]


def _network(address: str) -> str:
    """What one household or lab has: an address, of the new kind the 2^64 that begin alike."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
