"""Manycut: `python app.py` serves the app, `python app.py --help` lists everything else."""

from __future__ import annotations

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from cli.main import run

if __name__ == "__main__":
    run()
