"""Recorded talks on YouTube: a title and a channel by oEmbed, which needs neither account nor key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kb.errors import FetchError, UsageError
from kb.models import Evidence, Extraction, LinkFact, TalkFact
from scrapers.fetch import Fetcher
from scrapers.paper_links import source_of_url
from scrapers.scholarly import YOUTUBE, video

if TYPE_CHECKING:
    from kb.home import Home
    from scrapers.catalogue import Source

_ID = re.compile(r"[A-Za-z0-9_-]{11}")


class VideoError(FetchError):
    """The video is private, gone, or none."""


def youtube_id(text: str) -> str | None:
    """The id of a YouTube address in any of its forms, or a bare id; None for anything else."""
    if _ID.fullmatch(text):
        return text
    kind, _, found = (source_of_url(text) or "").partition(":")
    return found if kind == "youtube" else None


def watch_url(video_id: str) -> str:
    return f"https://www.youtube.com/watch?v={video_id}"


class YouTubeSource:
    """Sources such as `youtube:dQw4w9WgXcQ`: a recording as a talk with its title; who speaks is not said."""

    name = "youtube"
    version = "1"

    def collect(self, source: Source, *, fetcher: Fetcher, home: Home, api: str = YOUTUBE) -> Iterable[Extraction]:
        """One extraction. VideoError when the video is private or gone."""
        video_id = youtube_id(source.target.strip())
        if video_id is None:
            raise UsageError(f"'{source.target[:80]}' is no YouTube video", hint="Write youtube:dQw4w9WgXcQ")
        url = watch_url(video_id)
        found = video(fetcher, url, api=api)
        if found is None:
            raise VideoError(f"YouTube shows no video at {url}", hint="It is private, or gone")
        channel = f"channel: {found.author}" if found.author else ""
        talk = TalkFact(
            title=found.title,
            links=(LinkFact("video", url),),
            evidence=Evidence(channel, "oEmbed", "youtube/1", 0.8),
        )
        yield Extraction(url=url, talks=(talk,), title=found.title)
