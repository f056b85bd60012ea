"""The page's types of what the server answers, out of the application's own description: `make wire` writes them."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.library import Library
from webapp.server import build_rest

ROOT = Path(__file__).resolve().parents[1]
WIRE = ROOT / "assets" / "player" / "shared" / "wire.d.ts"
GENERATOR = ROOT / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


def wire_types() -> str:
    """TypeScript for every body and answer of the REST interface that has a model.

    Raises:
        subprocess.CalledProcessError: the generator failed.
    """
    with TemporaryDirectory() as folder:
        with Library.open(Path(folder) / "data") as library:
            description = build_rest(library).openapi()
        # Which route answers what is said where it is called; only the models are of use there.
        source = Path(folder) / "openapi.json"
        source.write_text(json.dumps(description | {"paths": {}}))
        node = Path(sysconfig.get_path("scripts")) / "node"
        command = [str(node), str(GENERATOR), str(source), "--root-types", "--root-types-no-schema-prefix"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    WIRE.write_text(wire_types())
