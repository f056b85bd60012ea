"""A real Firefox, driven over Marionette: the protocol that it speaks itself, so that nothing has to be installed."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "ArrowDown": "\ue015", "ArrowRight": "\ue014", "Control": "\ue009"}
START_S, WAIT_S = 60, 30
SETTINGS = {
    "media.autoplay.default": 0,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Refused(AssertionError):
    """What Firefox says where a command did not work."""


class Firefox:
    """One window of a running Firefox. Clicks and keys go the way that a person's go."""

    def __init__(self, port: int) -> None:
        self._socket = _connected(port)
        self._stream = self._socket.makefile("rb")
        self._number = 0
        self._read()  # Who is there, and which version of the protocol it speaks.
        self.command("WebDriver:NewSession", acceptInsecureCerts=False)
        self.command("WebDriver:SetTimeouts", script=60_000, pageLoad=60_000, implicit=0)

    def command(self, name: str, **parameters: Any) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, number, error, result = self._read()
        assert number == self._number
        if error:
            raise Refused(f"{name}: {error['message']}")
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def resize(self, width: int, height: int) -> None:
        self.command("WebDriver:SetWindowRect", width=width, height=height)

    def open(self, url: str) -> None:
        self.command("WebDriver:Navigate", url=url)

    def ask(self, expression: str, *arguments: Any) -> Any:
        """The value of an expression in the page; `arguments[0]` and so on are what is given beside it."""
        return self.command("WebDriver:ExecuteScript", script=f"return {expression}", args=arguments, sandbox=None)

    def wait(self, expression: str, *arguments: Any, seconds: float = WAIT_S) -> Any:
        """Waits until an expression is true, and gives its value."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := self.ask(expression, *arguments):
                return value
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s: {expression}, at {self.ask('location.href')}")

    def find(self, css: str, text: str = "") -> dict[str, str]:
        """The first visible element with this selector whose text has the words."""
        found = """[...document.querySelectorAll(arguments[0])].find((node) =>
          node.checkVisibility() && node.textContent.includes(arguments[1]))"""
        return self.wait(found, css, text)

    def click(self, css: str, text: str = "") -> None:
        self.command("WebDriver:ElementClick", id=self.find(css, text)[ELEMENT])

    def type(self, css: str, text: str) -> None:
        self.command("WebDriver:ElementSendKeys", id=self.find(css)[ELEMENT], text=text)

    def press(self, *keys: str) -> None:
        """Presses keys together, as Control and Enter, and lets them go; whatever has the focus gets them."""
        values = [KEYS.get(key, key) for key in keys]
        down = [{"type": "keyDown", "value": value} for value in values]
        up = [{"type": "keyUp", "value": value} for value in reversed(values)]
        self._perform({"type": "key", "id": "keyboard", "actions": [*down, *up]})

    def click_at(self, x: float, y: float) -> None:
        """A click of the mouse at a place of the window, in CSS pixels."""
        move = {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}
        press, let_go = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}}
        self._perform(mouse | {"actions": [move, press, let_go]})

    def script_errors(self, origin: str) -> list[str]:
        """What Firefox's console says of errors in scripts of this origin."""
        self.command("Marionette:SetContext", value="chrome")
        said = self.command(
            "WebDriver:ExecuteScript",
            script="""return Services.console.getMessageArray()
              .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag))
              .filter((one) => one.sourceName.startsWith(arguments[0]))
              .map((one) => `${one.category}: ${one.errorMessage} (${one.sourceName}:${one.lineNumber})`)""",
            args=[origin],
        )
        self.command("Marionette:SetContext", value="content")
        return said

    def screenshot(self) -> str:
        """The window as PNG, in base64."""
        return self.command("WebDriver:TakeScreenshot", full=False)

    def quit(self) -> None:
        self.command("Marionette:Quit", flags=["eForceQuit"])
        self._socket.close()

    def _perform(self, source: dict[str, Any]) -> None:
        self.command("WebDriver:PerformActions", actions=[source])
        self.command("WebDriver:ReleaseActions")

    def _read(self) -> Any:
        """One message: its length in bytes, a colon, and JSON."""
        length = b""
        while (byte := self._stream.read(1)) != b":":
            if not byte:
                raise Refused("Firefox ended")
            length += byte
        return json.loads(self._stream.read(int(length)))


@contextmanager
def firefox(folder: Path, port: int) -> Iterator[Firefox]:
    """A Firefox without a screen and with a fresh profile in this folder; it ends with the block."""
    assert FIREFOX
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in SETTINGS.items()]
    (folder / "user.js").write_text("\n".join([*lines, f'user_pref("marionette.port", {port});']))
    # Reading its console needs the access to the system that a test's own profile may have.
    command = [FIREFOX, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]
    with (folder / "firefox.log").open("wb") as log:
        process = subprocess.Popen([*command, "--profile", str(folder)], stdout=log, stderr=log)
    try:
        yield (started := Firefox(port))
        started.quit()
        process.wait(20)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(20)


def _connected(port: int) -> socket.socket:
    deadline = time.monotonic() + START_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=120)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
