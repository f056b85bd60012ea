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
    const parent = node.closest('.mc-transport, section');
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


SMALL = """() => [...document.querySelectorAll('.mc-player :is(button, select, summary, a, input[type=range])')]
  .filter((node) => node.checkVisibility())
  .map((node) => [node, node.getBoundingClientRect()])
  // What plays a strip stands on the strip, which is pressed as well.
  .filter(([node, { width, height }]) => width && (height < 39.5 || (width < 39.5 && !node.matches('.mc-playstrip'))))
  .map(([node, { width, height }]) => `${node.textContent || node.title} ${width}x${height}`)"""


@pytest.mark.parametrize("size", [(390, 844), (360, 740)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_on_a_phone_strips_lie_below_the_video_and_controls_are_as_large_as_a_finger(browser, server, size) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, has_touch=True, is_mobile=True, device_scale_factor=1
    )
    page = context.new_page()
    page.goto(f"{server.url}/compare?entry={ENTRY}")
    page.wait_for_selector(READY)
    page.wait_for_function("document.querySelector('.mc-figures b:last-child').textContent")
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(SMALL) == []
    strips, rows = page.locator(".mc-strips").bounding_box(), page.locator("[data-row='people']").bounding_box()
    assert strips["y"] < rows["y"]
    strip = page.locator("[data-strip^='run:'][data-strip$=':2']")
    strip.get_by_role("button").first.tap()
    assert ask(page, "selected()") == strip.get_attribute("data-strip")
    # The picture stays in sight above it, and the figures lie beside the strip within the screen.
    screen, figures = page.locator(".mc-screen").bounding_box(), strip.locator(".mc-figures").bounding_box()
    assert 0 <= screen["y"] < 1
    assert screen["y"] + screen["height"] <= figures["y"]
    canvas = page.locator(".mc-stripcanvas").bounding_box()
    assert figures["x"] + figures["width"] <= canvas["x"]
    page.touchscreen.tap(ask(page, "xOf(30)"), figures["y"])
    page.wait_for_function("Math.abs(window.manycut.player.time() - 30) < 0.5")
    context.close()
