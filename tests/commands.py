"""Commands as a shell gives them, in the process of the test: starting another one takes longer than most of them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from cli import main


def command(*arguments: object, data: Path, **environment: object) -> subprocess.CompletedProcess:
    """`app.py` with these arguments over the data directory `data`, and what it said."""
    line = ["app.py", *map(str, arguments), "--data-dir", str(data)]
    out, err, code = StringIO(), StringIO(), 0
    with (
        patch.object(sys, "argv", line),
        patch.dict(os.environ, {name: str(value) for name, value in environment.items()}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main.run()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return subprocess.CompletedProcess(line, code, out.getvalue(), err.getvalue())
