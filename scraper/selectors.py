"""A page's own `select` and `ignore`: CSS by soupsieve on a tree of beautifulsoup4, given back as markup."""

from __future__ import annotations

from archive.model import Rules
from scraper.region import SELECTED


def apply_selectors(markup: str, rules: Rules) -> str:
    """The markup without what `ignore` matches, and with what `select` matches marked. Raises soupsieve.SelectorSyntaxError."""
    from bs4 import BeautifulSoup  # most pages need none of its weight

    soup = BeautifulSoup(markup, "lxml")
    if SELECTED in markup.lower():
        for forged in soup.select(f"[{SELECTED}]"):
            del forged[SELECTED]
    for selector in rules.ignore:
        for element in soup.select(selector):
            if not element.decomposed:
                element.decompose()
    if rules.select:
        for element in soup.select(rules.select):
            element[SELECTED] = ""
    return str(soup)
