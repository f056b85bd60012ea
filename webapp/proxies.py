"""Proxies that are believed: by the address that a request really comes from."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from core.errors import InputError


class Proxies:
    """Addresses and networks of proxies, "*" for all.

    Raises:
        InputError: one is neither.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self.everybody = "*" in trusted
        try:
            self._networks = [ip_network(one) for one in trusted if one != "*"]
        except ValueError as error:
            raise InputError(f"A trusted proxy is an address or a network: {error}.") from None

    def trusts(self, client: Sequence[object] | None) -> bool:
        """Whether the other end of a socket, as (address, port), is one of them."""
        if self.everybody:
            return True
        try:
            address = ip_address(str(client[0])) if client else None
        except ValueError:  # a socket file, or a name
            return False
        return address is not None and any(address in network for network in self._networks)
