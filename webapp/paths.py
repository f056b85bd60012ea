"""Where a request goes, below the path at which the app is mounted."""

from __future__ import annotations

from starlette.types import Scope


def path_of(scope: Scope) -> str:
    """The path as the application's routes write it: "/api/me", whatever `webapp.prefix` put before it.

    Never that of an address that is put together, into which what a client says of its host would go.
    """
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path
