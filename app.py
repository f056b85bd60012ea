"""Manycut: `python app.py` serves the app, `python app.py --help` lists everything else."""

from __future__ import annotations

import os

# Nothing is told to anybody; the workers inherit it.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from cli.main import run

if __name__ == "__main__":
    run()
