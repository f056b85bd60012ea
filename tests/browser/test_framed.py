"""The app in a frame of another site, over HTTPS, in a browser that keeps no ordinary cookies there."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from storage.library import Library
from tests.browser.conftest import ARGUMENTS, CHROMIUM, Server, free_port
from tests.browser.proxy import proxied, secured

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIGNED_IN, SIGNED_OUT = (f"#annotator[data-view={view}][data-ready=true]" for view in ("queue", "signin"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A file with a key and the certificate that it signed itself."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl, which makes a certificate")
    key = tmp_path_factory.mktemp("tls") / "own.pem"
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*asked, "-keyout", key, "-out", f"{key}.crt"], check=True, capture_output=True)
    key.write_text(key.read_text() + Path(f"{key}.crt").read_text())
    return key


@pytest.fixture(scope="module", params=[True, False], ids=["framed", "not framed"])
def served(request, tmp_path_factory) -> Iterator[tuple[Server, bool]]:
    """A server that other sites may show in frames, or one that they may not."""
    with pytest.MonkeyPatch.context() as changed:
        changed.delenv("SPACE_ID", raising=False)
        changed.setenv("MANYCUT_FRAMED", "1" if request.param else "")
        running = Server(tmp_path_factory.mktemp("framed") / "data", free_port())
        running.data_dir.mkdir()
        running.start()
    yield running, request.param
    running.stop()


@contextmanager
def another_site(certificate: Path, framed: str) -> Iterator[str]:
    """The address of a page that shows another address in a frame. Names and numbers of hosts are different sites."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!doctype html><iframe src="{framed}" width="1200" height="800"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.daemon_threads = True
    site.socket = secured(site.socket, certificate)
    threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"https://localhost:{site.server_port}/"
    finally:
        site.shutdown()
        site.server_close()


ARGUMENTS_THERE = [*ARGUMENTS, "--ignore-certificate-errors", "--test-third-party-cookie-phaseout"]


def test_a_name_that_the_browser_does_or_does_not_keep(playwright, served, certificate) -> None:
    server, framed = served
    with proxied(server.port, certificate=certificate) as app, another_site(certificate, f"{app}/annotate") as site:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS_THERE)
        for keeps in (True, False) if framed else ():
            context = browser.new_context(ignore_https_errors=True)
            if not keeps:
                context.route("**/api/me", without_cookies)
            page = context.new_page()
            page.goto(site)
            frame = page.frame_locator("iframe")
            frame.locator("#mc-name").fill("Ada", timeout=60_000)
            frame.get_by_role("button", name="Begin").click()
            if keeps:
                frame.locator(SIGNED_IN).wait_for(timeout=60_000)
            else:
                frame.get_by_text("This browser keeps no cookie of this page here").wait_for(timeout=60_000)
        browser.close()


def test_a_personal_link_signs_in_within_a_frame_that_is_allowed_and_no_other_is_shown(
    playwright, served, certificate
) -> None:
    server, framed = served
    with Library.open(server.data_dir) as library:
        library.accounts.invite("Lea", "lead")
        key = library.accounts.invite("Ada", "annotator")
    with (
        proxied(server.port, certificate=certificate) as app,
        another_site(certificate, f"{app}/enter?key={key}") as site,
        another_site(certificate, f"{app}/annotate") as without_key,
    ):
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS_THERE)
        context = browser.new_context(ignore_https_errors=True)
        page, said = context.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        page.goto(without_key)
        frame = page.frame_locator("iframe")
        if framed:
            frame.locator(SIGNED_OUT).wait_for(timeout=60_000)
            assert frame.get_by_text("Open the personal link that you were given.").is_visible()
            with context.expect_page() as opened:
                frame.get_by_role("link", name="Open it in a tab of its own").click()
            opened.value.goto(f"{app}/enter?key={key}")
            opened.value.wait_for_selector(SIGNED_IN, timeout=60_000)
            context.clear_cookies()
            page.goto(site)
            frame.locator(SIGNED_IN).wait_for(timeout=60_000)
            (cookie,) = context.cookies(app)
            assert (cookie["sameSite"], cookie["secure"], cookie["httpOnly"]) == ("None", True, True)
            assert cookie["partitionKey"] == "https://localhost", "kept for the site that shows the app"
        else:
            page.wait_for_timeout(2000)
            assert any("frame-ancestors" in text for text in said), said
            assert not frame.locator("#annotator").count()
        browser.close()


def without_cookies(route) -> None:
    """Somebody is signed in by an answer whose cookie the browser does not keep."""
    if route.request.method == "POST":
        route.fulfill(json=route.fetch(method="GET").json() | {"annotator": "Ada"})
    else:
        route.continue_()
