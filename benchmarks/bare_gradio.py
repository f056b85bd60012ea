"""A Gradio app with next to nothing in it, mounted as ours is: what start, memory and a visit are compared with."""

from __future__ import annotations

import sys


def serve(port: int) -> None:
    """One page with a line of HTML, served as ours is, until the process is ended."""
    import gradio as gr
    import uvicorn
    from fastapi import FastAPI

    with gr.Blocks(title="Bare", analytics_enabled=False) as page:
        gr.HTML("<p>Bare</p>")
    app = gr.mount_gradio_app(FastAPI(), page, path="", footer_links=[], run_history=False, ssr_mode=False)

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    serve(int(sys.argv[1]))
