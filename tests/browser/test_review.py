"""The Review page in a real browser: what was labelled, what leads decide, agreement, assignments, the export."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator

import pytest

from tests.browser.conftest import Server, free_port
from tests.browser.pages import READY as READY_COMPARE
from tests.browser.pages import ask, fetch_json

pytestmark = pytest.mark.browser
ENTRY = "demo/polar-lights"
OTHER = "demo/storm-crossing"
READY = "#review .mc-progress[data-ready=true]"
RATED = [int(value) for value in "312454132211345543215432112345"]


def judge(page, server, name, entry, values, submit=True) -> int:
    """One person rates shots through the REST; nobody is signed in afterwards."""
    post(page, server, "/api/me", name=name)
    task = post(page, server, "/api/task", entry=entry)["task"]
    events = [
        {"client": name, "seq": i + 1, "kind": "rate", "shot": i, "value": value, "at": 2000 * (i + 1)}
        for i, value in enumerate(values)
    ]
    events += [{"client": name, "seq": 900, "kind": "submit", "at": 100_000}] if submit else []
    post(page, server, "/api/task/events", task=task, events=events)
    post(page, server, "/api/me", name=None)
    return task


def post(page, server, path, **body):
    answer = page.request.post(server.url + path, data=body)
    assert answer.ok, answer.text()
    return answer.json()


def counting(page, server, entry) -> int:
    return fetch_json(server, f"/api/news?id={entry}")["people"]


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Iterator[Server]:
    """A server of our own: an assignment or a lead's link would change Annotate for all other tests."""
    running = Server(tmp_path_factory.mktemp("review") / "data", free_port())
    running.data_dir.mkdir()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def desk(browser, own) -> Iterator[object]:
    """A tab on that server."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    yield page
    context.close()
    assert not trouble, trouble


def test_an_empty_board_says_what_to_do_first(desk, own):
    desk.goto(f"{own.url}/review")
    desk.get_by_text("Nobody has labelled anything yet.").wait_for(timeout=30_000)
    desk.get_by_role("button", name="Make an assignment").click()
    desk.get_by_text("Nothing is asked for yet.").wait_for()
    assert "section=assignments" in desk.url
    desk.go_back()
    desk.get_by_text("Nobody has labelled anything yet.").wait_for()


def test_the_board_shows_a_task_and_a_lead_excludes_restores_and_reopens_it(page, server):
    before = counting(page, server, ENTRY)
    task = judge(page, server, "Reviewed One", ENTRY, RATED)
    judge(page, server, "Reviewed Two", ENTRY, RATED[:12], submit=False)
    assert counting(page, server, ENTRY) == before + 1
    page.goto(f"{server.url}/review")
    page.wait_for_selector(READY, timeout=30_000)
    page.get_by_label("Search videos and people").fill("reviewed")
    cell = page.locator(f"td[data-task='{task}']")
    assert cell.get_attribute("data-state") == "submitted"
    assert page.locator("td[aria-label^='Reviewed Two, Polar lights: open, 12 of']").inner_text() == "40%"
    cell.click()
    panel = page.locator(".mc-task")
    panel.get_by_role("heading", name="Reviewed One").wait_for()
    assert panel.locator(".mc-labels rect").count() == 30
    assert f"task={task}" in page.url

    def decide(kind: str, reason: str) -> None:
        panel.locator(f"[data-decide={kind}]").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill(reason)
        dialog.locator("button[type=submit]").click()
        panel.locator(".mc-steps q", has_text=reason).wait_for()

    decide("exclude", "pressed one key")
    page.wait_for_selector(f"td[data-task='{task}'][data-state=excluded]")
    assert counting(page, server, ENTRY) == before
    decide("restore", "looked again")
    page.wait_for_selector(f"td[data-task='{task}'][data-state=submitted]")
    assert counting(page, server, ENTRY) == before + 1
    decide("reopen", "the end is missing")
    page.wait_for_selector(f"td[data-task='{task}'][data-state=open]")
    assert counting(page, server, ENTRY) == before

    page.get_by_role("tab", name="Decisions").click()
    rows = page.locator("table.mc-data-table tbody tr", has_text="Reviewed One")
    rows.first.wait_for()
    assert [rows.nth(i).locator("td").nth(4).inner_text() for i in range(3)] == [
        "the end is missing", "looked again", "pressed one key",
    ]  # fmt: skip


def test_the_board_is_walked_with_the_keyboard_and_survives_a_reload(page, server):
    task = judge(page, server, "Keyed", OTHER, RATED)
    page.goto(f"{server.url}/review?task={task}")
    page.locator(".mc-task h2", has_text="Keyed").wait_for(timeout=30_000)
    page.keyboard.press("Escape")
    page.locator(".mc-task").wait_for(state="hidden")
    page.get_by_label("Search videos and people").fill("keyed")
    page.locator("td[data-row]").first.focus()
    for key in ("End", "Home", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    rows = page.locator("td[data-column='0']").count()
    for _ in range(rows):
        if page.evaluate("document.activeElement.dataset.task"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".mc-task h2", has_text="Keyed").wait_for()
    page.reload()
    page.locator(".mc-task h2", has_text="Keyed").wait_for(timeout=30_000)


@pytest.mark.slow
def test_agreement_of_real_labels_has_intervals_and_is_kept(desk, own):
    for name, values in (
        ("Rated A", RATED),
        ("Rated B", [5 if i % 7 == 0 else value for i, value in enumerate(RATED)]),
        ("Rated C", [1 if i % 9 == 0 else value for i, value in enumerate(RATED)]),
        ("Rated D", [6 - value for value in RATED]),
    ):
        judge(desk, own, name, OTHER, values)
        judge(desk, own, name, "demo/road-to-the-sea", values[::-1])
    desk.goto(f"{own.url}/review?section=agreement&people=own&dataset=demo")
    desk.locator("#compute-agreement").click(timeout=30_000)
    desk.locator("[data-state=done] [data-figure=pairwise_kendall]").wait_for(timeout=60_000)
    row = desk.locator(".mc-data-table tbody tr", has_text="Storm crossing").first
    assert " to " in row.locator("td").nth(4).inner_text()  # the interval of tau
    canvas = desk.locator("canvas.mc-matrix")
    canvas.focus()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowRight")
    said = desk.locator(".mc-matrixbox [role=status]").inner_text()
    assert "in common" in said
    desk.reload()
    desk.locator("[data-figure=pairwise_kendall]").wait_for(timeout=30_000)
    assert desk.get_by_text("Computed ").is_visible()


def test_labels_are_exported_as_csv_and_downloaded(page, server, tmp_path):
    judge(page, server, "Exported", "demo/autumn-trail", [5, 1, 5])
    page.goto(f"{server.url}/review?section=export")
    page.get_by_label("Format").select_option("csv", timeout=30_000)
    page.get_by_label("Whose labels").select_option("own")
    page.get_by_label("Dataset").select_option("demo")
    page.locator("#export").click()
    job = page.locator(".mc-job[data-state=done]", has_text="CSV demo").first
    job.wait_for(timeout=60_000)
    with page.expect_download() as download:
        job.get_by_role("link", name="Download").click()
    file = tmp_path / "labels.csv"
    download.value.save_as(file)
    assert download.value.suggested_filename == "demo-labels.csv"
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert rows
    assert not any("Exported" in row.values() for row in rows)  # pseudonyms only
    with page.expect_download() as manifest:
        job.get_by_role("link", name="Manifest").click()
    assert manifest.value.suggested_filename.endswith(".manifest.json")


def test_an_export_whose_file_is_gone_says_so_where_its_links_were(page, server):
    page.goto(f"{server.url}/review?section=export")
    page.get_by_label("Format").select_option("csv", timeout=30_000)
    with page.expect_response("**/api/export") as asked:
        page.locator("#export").click()
    number = asked.value.json()["job"]
    job = page.locator(f".mc-job[data-job='{number}']")
    link = job.get_by_role("link", name="Download")
    link.wait_for(timeout=60_000)
    for folder in (server.data_dir / "exports").iterdir():
        shutil.rmtree(folder)
    job.get_by_text(f"The file of export {number} is not there any more: it is kept for 30 days").wait_for()
    assert "Make the export again." in job.inner_text()
    assert link.count() == 0
    answer = page.request.get(f"{server.url}/api/download?job={number}")
    assert answer.status == 410


def test_an_assignment_is_made_in_a_minute_and_handed_to_an_annotator(desk, own):
    desk.goto(f"{own.url}/review?section=assignments")
    desk.get_by_role("button", name="New assignment").first.click(timeout=30_000)
    form = desk.get_by_role("form", name="New assignment")
    form.get_by_label("Title").fill("First round")
    form.get_by_label("People for each video").fill("2")
    form.get_by_label("Search videos").fill("polar")
    form.get_by_text("All 1 video found").wait_for()
    form.get_by_role("button", name="Make the assignment").click()
    desk.locator("tbody tr", has_text="First round").get_by_text("0 of 2").wait_for()
    post(desk, own, "/api/me", name="Ann")
    task = post(desk, own, "/api/task/next")["task"]
    assert fetch_one(desk, own, task)["entry"]["id"] == ENTRY
    post(desk, own, "/api/me", name=None)
    # One more person for that video, and then nobody any more.
    desk.get_by_role("tab", name="Needs people").click()
    desk.get_by_label("Assignment", exact=True).select_option(label="First round")
    desk.locator(f"[data-more='{ENTRY}']").click()
    desk.get_by_text("0 of 3, 1 at work").wait_for()
    desk.get_by_role("tab", name="Assignments").click()
    desk.get_by_role("button", name="Close…").click()
    desk.get_by_role("button", name="Close it").click()
    desk.get_by_text("closed ").first.wait_for()
    assert fetch_json(own, "/api/review/assignments")["assignments"][0]["closed"]


def test_the_first_leads_link_closes_the_installation_and_lets_people_in(desk, own, browser):
    desk.goto(f"{own.url}/review?section=people")
    desk.get_by_role("button", name="Make the first lead’s link").click(timeout=30_000)
    desk.get_by_label("Your name").fill("Lea")
    desk.get_by_role("button", name="Make the link").click()
    desk.get_by_role("dialog", name="The link of Lea").get_by_role("button", name="Done").click()
    desk.get_by_text("Everybody needs a personal link").wait_for()
    desk.get_by_role("button", name="Invite somebody").click()
    desk.get_by_label("Name").fill("Bo")
    desk.get_by_role("button", name="Make the link").click()
    link = desk.get_by_label("Personal link").input_value()
    assert link.startswith(f"{own.url}/enter?key=")
    desk.get_by_role("button", name="Done").click()
    row = desk.locator("tbody tr", has_text="Bo")
    row.get_by_text("has one").wait_for()
    other = browser.new_context()
    visitor = other.new_page()
    visitor.goto(link)
    assert visitor.url.startswith(f"{own.url}/annotate")
    assert other.request.get(f"{own.url}/api/review/board").status == 403
    row.get_by_role("button", name="Take the link away…").click()
    desk.get_by_role("button", name="Take it away").click()
    row.get_by_text("none").wait_for()
    assert other.request.get(f"{own.url}/api/tasks").status == 401
    tokens = desk.get_by_role("region", name="Tokens for scripts")
    tokens.get_by_role("button", name="Make a token…").click()
    desk.get_by_label("What it is for").fill("nightly export")
    desk.get_by_role("button", name="Make the token").click()
    token = desk.get_by_label("Token", exact=True).input_value()
    desk.get_by_role("dialog", name="A token of Lea").get_by_role("button", name="Done").click()
    headers = {"Authorization": f"Bearer {token}"}
    assert other.request.get(f"{own.url}/api/review/board", headers=headers).status == 200
    tokens.locator("tbody tr", has_text="nightly export").get_by_role("button", name="Take away…").click()
    desk.get_by_role("button", name="Take it away").click()
    tokens.get_by_text("There is none.").wait_for()
    assert token not in desk.content(), "it was shown once"
    assert other.request.get(f"{own.url}/api/review/board", headers=headers).status == 401
    with desk.expect_download() as key:
        desk.get_by_role("link", name="Key file").click()
    assert "Bo" in key.value.path().read_text()
    pseudonym = row.locator("code").inner_text()
    row.get_by_role("button", name="Forget…").click()
    desk.get_by_role("button", name="Forget the name").click()
    desk.get_by_text(f"The name is forgotten; {pseudonym} stands in its place.").wait_for()
    desk.locator("tbody tr td:first-child", has_text=pseudonym).wait_for()
    assert desk.locator("tbody tr", has_text="Bo").count() == 0
    other.close()


def fetch_one(page, server, task):
    return page.request.get(f"{server.url}/api/task?id={task}").json()


def test_a_task_and_a_dispute_lead_to_their_moment_in_compare(page, server):
    task = judge(page, server, "Linked Person", OTHER, RATED)
    page.goto(f"{server.url}/review?task={task}")
    page.locator(".mc-task [data-compare]").click()
    page.wait_for_selector(READY_COMPARE)
    pinned = page.locator(".mc-names button[aria-pressed='true']")
    assert pinned.all_text_contents() == ["Linked Person"]
    assert ask(page, "selected()") == f"person:{pinned.get_attribute('data-person')}"
    # The first of the shots of two seconds with the highest rating.
    assert ask(page, "time()") == pytest.approx(2 * RATED.index(5), abs=0.1)
    page.goto(f"{server.url}/review?section=queue")
    page.locator(f"[data-disputed='{OTHER}']").click()
    page.wait_for_selector(READY_COMPARE)
    assert any(ask(page, "time()") == pytest.approx(peak, abs=0.05) for peak in ask(page, "peaks()"))
