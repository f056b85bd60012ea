"""Filters of FFmpeg's that make one picture of one."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from av.filter import Graph

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Filter = Callable[["VideoFrame"], "VideoFrame"]


def make_filter(like: VideoFrame, name: str, **settings: str) -> Filter:
    """A filter for pictures of the size and format of one.

    Args:
        like: the one.
        name: FFmpeg's: "hflip".
        settings: of the filter.
    """
    graph = Graph()
    source = graph.add_buffer(width=like.width, height=like.height, format=like.format, time_base=Fraction(1, 1000))
    graph.link_nodes(source, graph.add(name, **settings), graph.add("buffersink")).configure()

    def put_through(picture: VideoFrame) -> VideoFrame:
        graph.vpush(picture)
        made = graph.vpull()
        if picture.time_base is not None:
            made.pts, made.time_base = picture.pts, picture.time_base
        return made

    return put_through
