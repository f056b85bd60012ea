"""A page's own HTML: one gr.HTML whose behaviour is an ES module of `assets/player`.

The template is constant, because Gradio morphs the DOM to it on every change; what the module draws stays. The value
is a small dictionary, never arrays: the module fetches those itself.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from webapp.bundles import address_of
from webapp.routes.files import version

LOADER = """
const root = (window.gradio_config?.root || '').replace(/\\/$/, '');
import(root + '/assets/player/%s/%s')
  .then(({ modules }) => modules['%s'].mount({ element, props, watch, root }))
  .catch((error) => {
    console.error(error);
    const said = element.querySelector('[data-failed]'); // gone where the module has drawn something already
    if (said) said.textContent = 'This part of the page could not be loaded: ' + error;
  });
"""
TEMPLATE = '<div id="%s" class="mc-widget"><p data-failed role="alert"></p></div>'


class Widget(gr.HTML):
    """One ES module on a page: `module` exports `mount({element, props, watch, root})`."""

    def __init__(self, value: Any = None, *, module: str = "", root_id: str = "", **kwargs: Any) -> None:
        # Gradio calls __init__ again for every update, with only what changes: constants are set when given.
        if module:
            kwargs |= {
                "html_template": TEMPLATE % root_id,
                "js_on_load": LOADER % (version(), address_of(module), module),
                "apply_default_css": False,
            }
        super().__init__(value=value, **kwargs)

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
