"""Compare on a small laptop, a usual screen and a tablet, in light and dark."""

from __future__ import annotations

import pytest

from tests.browser.pages import READY, ask

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"
OVERLAPS = """() => {
  const box = (node) => node.getBoundingClientRect();
  const parts = '.mc-transport > *, .mc-actions button, .mc-fields label, .mc-tabs button';
  const shown = [...document.querySelectorAll(parts)].filter((node) => box(node).width);
  const trouble = [];
  for (const node of shown) {
    const parent = node.closest('.mc-stage, section');
    if (box(node).right > box(parent).right + 1) trouble.push(`${node.textContent || node.tagName} leaves its part`);
  }
  for (const [k, a] of shown.entries()) for (const b of shown.slice(k + 1)) {
    const [p, q] = [box(a), box(b)];
    const x = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (x > 1 && y > 1) trouble.push(`${a.textContent} lies over ${b.textContent}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) trouble.push('the page scrolls sideways');
  return trouble;
}"""


@pytest.fixture(params=[(1280, 720), (1440, 900), (820, 1180)], ids=lambda size: f"{size[0]}x{size[1]}")
def sized(request, browser, server):
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=width < 900)
    page = context.new_page()
    yield page
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_or_covered(sized, server, theme) -> None:
    sized.goto(f"{server.url}/compare?entry={ENTRY}&__theme={theme}")
    sized.wait_for_selector(READY)
    assert sized.evaluate(OVERLAPS) == []
    ground = sized.evaluate("getComputedStyle(document.querySelector('.mc-player')).backgroundColor")
    shade = sum(int(part) for part in ground.strip("rgba()").split(",")[:3]) / 3
    assert (shade < 80) == (theme == "dark")


def test_video_and_timelines_are_in_sight_together(sized, server) -> None:
    sized.goto(f"{server.url}/compare?entry={ENTRY}")
    sized.wait_for_selector(READY)
    height = sized.viewport_size["height"]
    for selector in (".mc-screen", ".mc-transport", "[data-row='people']", "[data-row='mean']"):
        box = sized.locator(selector).bounding_box()
        assert box["y"] >= 0, selector
        assert box["y"] + min(box["height"], 40) <= height, selector


def test_labels_stand_beside_their_strips(sized, server) -> None:
    sized.goto(f"{server.url}/compare?entry={ENTRY}")
    sized.wait_for_selector(READY)
    apart = sized.evaluate("""() => {
      const canvas = document.querySelector('.mc-stripcanvas').getBoundingClientRect().top;
      const list = [...document.querySelectorAll('.mc-strip')].map((node) => node.getBoundingClientRect().top - canvas);
      return [list[0], list.at(-1), document.querySelector('.mc-stripcanvas').getBoundingClientRect().height];
    }""")
    assert apart[0] == pytest.approx(20, abs=1)
    assert apart[1] == pytest.approx(apart[2] - 14, abs=2)


def test_a_tap_seeks_on_a_tablet(browser, server) -> None:
    context = browser.new_context(viewport={"width": 820, "height": 1180}, has_touch=True)
    page = context.new_page()
    page.goto(f"{server.url}/compare?entry={ENTRY}")
    page.wait_for_selector(READY)
    box = page.locator("[data-row='mean']").bounding_box()
    page.touchscreen.tap(ask(page, "xOf(30)"), box["y"] + 20)
    page.wait_for_function("Math.abs(window.manycut.player.time() - 30) < 0.5")
    context.close()
