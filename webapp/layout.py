"""The Gradio side: one Blocks with a page per file of `webapp/pages`, and how it is mounted."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from storage.library import Library
from webapp.components.widget import Widget
from webapp.pages import annotate, compare, library, models, review
from webapp.routes.files import PLAYER_DIR

FONT = ("system-ui", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
MONO = ("ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace")
THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.blue,
    neutral_hue=gr.themes.colors.stone,
    radius_size=gr.themes.sizes.radius_sm,
    spacing_size=gr.themes.sizes.spacing_sm,
    text_size=gr.themes.sizes.text_sm,
    font=FONT,
    font_mono=MONO,
)
MAIN_PAGE = "Compare"
# Theme first: the pages' own styles use its variables.
STYLES = [PLAYER_DIR / "shared" / "theme.css", PLAYER_DIR / "shared" / "pages.css"]
MOUNT: dict[str, Any] = {
    "theme": THEME,
    "css_paths": STYLES,
    "footer_links": [],
    "run_history": False,
    "ssr_mode": False,
}


def build_pages(shelf: Library, notice: str = "") -> gr.Blocks:
    """All pages over one library, Compare first; `notice` stands on each."""
    # All in one block: Gradio builds its whole application whenever one ends, and `Blocks.route` wants one a page.
    with gr.Blocks(title="Manycut", fill_width=True, analytics_enabled=False) as pages:
        _top(notice)
        compare.build(shelf)
        for name, page in (("Annotate", annotate), ("Review", review), ("Models", models), ("Library", library)):
            pages.pages.append((name.lower(), name, True))
            pages.current_page = name.lower()
            _top(notice)
            page.build(shelf)
    return pages


def _top(notice: str) -> None:
    gr.Navbar(main_page_name=MAIN_PAGE)
    Widget(module="shared/health.mjs", root_id="health")
    Widget(module="shared/role.mjs", root_id="role")
    if notice:
        gr.HTML(f'<p class="mc-empty">{escape(notice)}</p>', elem_id="notice")


def functions_of(pages: gr.Blocks, module: str) -> frozenset[int]:
    """The numbers of the functions that a page has, by the module that it is built in."""
    return frozenset(number for number, one in pages.fns.items() if getattr(one.fn, "__module__", "") == module)
