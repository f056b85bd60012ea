"""Filters of FFmpeg's that make one picture of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from av.filter import Graph
from av.video.reformatter import ColorRange

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# What FFmpeg's filters call them.
RANGES: dict[int, str] = {ColorRange.MPEG: "limited", ColorRange.JPEG: "full"}

Filter = Callable[["VideoFrame"], "VideoFrame"]


def make_filter(like: VideoFrame, name: str, **settings: str) -> Filter:
    """A filter for pictures of the size, format and range of one.

    Args:
        like: the one.
        name: FFmpeg's: "hflip".
        settings: of the filter.
    """
    graph = Graph()
    # The range of its numbers too, on which depends which of them is black.
    made_like = {"video_size": f"{like.width}x{like.height}", "pix_fmt": like.format.name, "time_base": "1/1000"}
    source = graph.add("buffer", **made_like, range=RANGES.get(like.color_range, "unspecified"))
    graph.link_nodes(source, graph.add(name, **settings), graph.add("buffersink")).configure()

    def put_through(picture: VideoFrame) -> VideoFrame:
        graph.vpush(picture)
        made = graph.vpull()
        if picture.time_base is not None:
            made.pts, made.time_base = picture.pts, picture.time_base
        return made

    return put_through
