"""The board of more videos than can be shown at once comes in pages, searched and ordered by the server."""

from __future__ import annotations

import pytest

from benchmarks.million import fill
from storage.library import Library
from tests.browser.conftest import Server, free_port

pytestmark = pytest.mark.browser
VIDEOS = 450
PACE = "**/api/review/pace*"
TITLE = ".mc-board tbody th[scope='row'] span"


@pytest.fixture(scope="module")
def board(browser, tmp_path_factory):
    """Review over a library of 450 videos, each begun by one of four people."""
    data = tmp_path_factory.mktemp("many") / "data"
    with Library.open(data) as library:
        fill(library, VIDEOS)
    running = Server(data, free_port())
    running.start()
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    counting = []  # takes longer than a page where there is much to count
    page.route(PACE, lambda route: counting.append(route))
    page.goto(f"{running.url}/review")
    page.wait_for_selector(".mc-progress[data-ready]", timeout=60_000)
    assert counting
    page.unroute(PACE)  # lets go on what was held
    yield page
    page.close()
    running.stop()


def first_video(board) -> str:
    return board.locator(TITLE).first.inner_text()


def seen(board, words: str) -> None:
    board.wait_for_function(
        "words => document.querySelector('.mc-progress .mc-sum').textContent.includes(words)", arg=words
    )


def test_pages_are_turned_and_searched_by_the_server(board):
    seen(board, "showing 100 videos")
    begins = first_video(board)
    board.get_by_role("button", name="Next").click()
    board.get_by_text("Page 2").wait_for()
    assert first_video(board) != begins
    board.get_by_role("button", name="Before").click()
    board.get_by_text("Page 1").wait_for()
    assert first_video(board) == begins

    search = board.get_by_label("Search videos and people")
    search.fill("aurora")
    board.wait_for_function(
        "() => /showing \\d{1,2} videos?\\b/.test(document.querySelector('.mc-progress .mc-sum').textContent)"
    )
    assert "aurora" in first_video(board)
    assert not board.get_by_role("button", name="Next").is_visible()
    search.fill("nowhere at all")
    board.get_by_text("No video and no person has these words.").wait_for()
    board.get_by_role("button", name="Clear the search").click()
    seen(board, "showing 100 videos")


def test_the_server_orders_all_videos_and_not_one_page(board):
    board.get_by_label("Order of the videos").select_option("title")
    begins = "title => document.querySelector(title)?.textContent.startsWith('Bee keeping')"
    board.wait_for_function(begins, arg=TITLE)
    board.get_by_label("Order of the videos").select_option("library")
