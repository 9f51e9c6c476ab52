"""A page's relaunch at another address: one act, in the watch list and in the log."""

from __future__ import annotations

import getpass
from pathlib import Path

from scraper import clock, program, watchlist
from scraper.check import page_settings
from scraper.files import write_text
from scraper.interpret import VERSION


def move_page(home: Path, slug: str, url: str) -> bool:
    """Give the page its new address and log who did; False where it has that address already, and nothing was changed.

    Raises WatchListError, NoPage, PageRefused for what is no address, HomeLocked; then nothing was changed either.
    """
    path = program.watch_list_path(home)
    watch_list = watchlist.load(path)
    before = path.read_bytes().decode()
    after = watchlist.edit_page(before, slug, url=url)
    if watchlist.parse(after) == watchlist.parse(before):
        return False
    with program.archive_of(home, watch_list, holder="move") as archive:
        write_text(path, after)  # were it cut off here, the next command would log the new address
        settings = [page_settings(page) for page in watchlist.parse(after).pages]
        archive.sync_pages(settings, version=VERSION, at=clock.now(), actor=getpass.getuser())
    return True
