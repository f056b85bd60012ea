"""Our modules in few files: one for what several parts of the pages import, and one for each part.

A page would otherwise ask for a hundred modules, one after the other as it finds their imports. Nothing has to be
built: the files are read when the first bundle is asked for. In a bundle each module is a function that runs once,
after those that it imports, and gives what it exports; comments for types are left out. Only the forms of import and
export that we write are known (`tests/webapp/test_bundles.py` holds every module to them); where there is another one,
bundles import the single files.
"""

from __future__ import annotations

import logging
import posixpath
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

log = logging.getLogger("manycut.web")
FOLDER = "bundles"
COMMON = f"{FOLDER}/common.mjs"
SHARED = "shared/"  # modules of this folder are common
ENTRY = re.compile(r"^export (?:async )?function mount\(", re.M)  # what brings a part of a page to life
IMPORT = re.compile(r"^import (\{[^}]*\}|\* as \w+) from '([^']+)';$", re.M)
DECLARED = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.M)
LISTED = re.compile(r"^export \{([\w\s,]*)\};$", re.M)
FOREIGN = re.compile(r"^(?:import\b|export\b|await\b).*", re.M)
COMMENT = re.compile(r"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n", re.M | re.S)


class UnknownFormError(Exception):
    """A module imports or exports in a way that is not known here."""


def address_of(module: str) -> str:
    """Where a part of a page is: in a file that exports `modules`, which holds it by its name."""
    return COMMON if module.startswith(SHARED) else f"{FOLDER}/{module.replace('/', '-')}"


def bundles(folder: Path) -> Mapping[str, str]:
    """The bundles of the modules of a folder by their address below it."""
    texts = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.mjs"))}
    entries = [name for name, text in texts.items() if ENTRY.search(text)]
    try:
        return _bundled(texts, entries)
    except UnknownFormError as error:
        log.warning("The modules of the pages are sent one by one: %s", error)
        return _single(entries)


def _bundled(texts: Mapping[str, str], entries: Sequence[str]) -> dict[str, str]:
    imports = {name: [_named(name, found[2]) for found in IMPORT.finditer(text)] for name, text in texts.items()}
    needed = {entry: _in_order(entry, imports) for entry in entries}
    times = Counter(name for names in needed.values() for name in names)
    common = {name for name, count in times.items() if count > 1 or name.startswith(SHARED)}
    first = dict.fromkeys(name for names in needed.values() for name in names if name in common)
    made = {COMMON: "export const modules = {};\n" + "".join(_function(name, texts[name]) for name in first)}
    for entry in entries:
        own = "".join(_function(name, texts[name]) for name in needed[entry] if name not in common)
        made.setdefault(address_of(entry), f"import {{ modules }} from './common.mjs';\nexport {{ modules }};\n{own}")
    return made


def _single(entries: Sequence[str]) -> dict[str, str]:
    """Instead of bundles: files that import the modules themselves."""
    made: dict[str, str] = {}
    for number, entry in enumerate(entries):
        address = address_of(entry)
        made.setdefault(address, "export const modules = {};\n")
        made[address] += f"import * as module{number} from '../{entry}';\nmodules['{entry}'] = module{number};\n"
    return made


def _named(name: str, relative: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), relative))


def _in_order(entry: str, imports: Mapping[str, Sequence[str]]) -> list[str]:
    """An entry and all that it imports, each after what it imports itself. Raises UnknownFormError for circles."""
    begun: set[str] = set()
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in done:
            return
        if name in begun or name not in imports:
            raise UnknownFormError(f"{name} imports itself in the end, or is not there.")
        begun.add(name)
        for one in imports[name]:
            visit(one)
        done[name] = None

    visit(entry)
    return list(done)


def _function(name: str, text: str) -> str:
    """A module as a function that runs at once. Raises UnknownFormError."""
    exported = [found[1] for found in DECLARED.finditer(text)]
    for found in LISTED.finditer(text):
        exported += re.findall(r"\w+", found[1])
    code = IMPORT.sub(lambda found: _constant(found[1], _named(name, found[2])), text)
    code = LISTED.sub("", DECLARED.sub("", COMMENT.sub("", code)))
    unknown = FOREIGN.search(code)
    if unknown:
        raise UnknownFormError(f"{name} has '{unknown[0]}'.")
    code = code.replace("import.meta.url", f"new URL('../{name}', import.meta.url).href")
    return f"modules['{name}'] = (() => {{\n{code}return {{ {', '.join(exported)} }};\n}})();\n"


def _constant(what: str, name: str) -> str:
    """An import as a constant: `{ a as b }` becomes `const { a: b } = ...`."""
    pattern = what.removeprefix("* as ") if what.startswith("*") else re.sub(r"(\w+) as (\w+)", r"\1: \2", what)
    return f"const {pattern} = modules['{name}'];"
