"""Modules of the pages in few files: each of ours fits and comes once; what does not fit comes by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webapp.bundles import COMMON, address_of, bundles
from webapp.components import picker, player
from webapp.routes.files import PLAYER_DIR

HELD = re.compile(r"^modules\['([\w/]+\.mjs)'\] = ", re.M)


@pytest.fixture(scope="module")
def ours():
    return {address: HELD.findall(text) for address, text in bundles(PLAYER_DIR).items()}


def test_every_module_of_ours_is_bundled_and_comes_once(ours, caplog):
    assert not caplog.records
    held = [name for names in ours.values() for name in names]
    assert len(held) == len(set(held)) > 150
    assert "import * as" not in "".join(bundles(PLAYER_DIR).values())
    for module in (picker.MODULE, player.MODULE, "shared/health.mjs", "library/adding.mjs"):
        assert module in ours[address_of(module)]


def test_each_module_follows_those_that_it_imports(ours):
    for address, text in bundles(PLAYER_DIR).items():
        there = set() if address == COMMON else set(ours[COMMON])
        for name, body in zip(HELD.findall(text), HELD.split(text)[2::2], strict=True):
            needed = set(re.findall(r"^const .* = modules\['([\w/]+\.mjs)'\];$", body, re.M))
            assert needed <= there, (address, name)
            there.add(name)


def made(folder: Path, **texts: str) -> dict[str, str]:
    for name, text in texts.items():
        path = folder / name.replace("_", "/")
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".mjs").write_text(text)
    return dict(bundles(folder))


def test_imports_exports_and_addresses_are_written_anew(tmp_path):
    found = made(
        tmp_path,
        shared_a="/** Adds.\n * @param {number} n */\nexport const one = 1;\nexport class Two {}\nconst three = 3;\n"
        "export { three };\n",
        page_page="import { one as first, Two } from '../shared/a.mjs';\nimport * as all from './b.mjs';\n"
        "export async function mount() {\n  return [import.meta.url, first, Two, all];\n}\n",
        page_b="export function* count() {}\n",
    )
    assert list(found) == [COMMON, "bundles/page-page.mjs"]
    page = found["bundles/page-page.mjs"]
    assert "const { one: first, Two } = modules['shared/a.mjs'];\nconst all = modules['page/b.mjs'];" in page
    assert "new URL('../page/page.mjs', import.meta.url).href" in page
    assert "return { mount };" in page
    assert "return { one, Two, three };" in found[COMMON]
    assert "@param" not in found[COMMON]


@pytest.mark.parametrize(
    "text",
    ["export default 1;\n", "import './c.mjs';\n", "import { mount } from './page.mjs';\n", "await 1;\n"],
)
def test_what_does_not_fit_comes_file_by_file(tmp_path, caplog, text):
    found = made(tmp_path, page_page="import { b } from './b.mjs';\nexport function mount() {}\n", page_b=text)
    assert found == {
        "bundles/page-page.mjs": "export const modules = {};\n"
        "import * as module0 from '../page/page.mjs';\nmodules['page/page.mjs'] = module0;\n"
    }
    assert "one by one" in caplog.text
