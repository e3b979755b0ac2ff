"""Sources: the built-in ones, the user's own, and entries with a typo."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kb.errors import UsageError
from kb.home import Home, write_atomically
from scrapers.catalogue import (
    Source,
    builtin_sources,
    drop_source,
    load_catalogue,
    name_for,
    parse_every,
    parse_source,
    save_source,
)

MANIFEST = Path(__file__).parents[2] / "../shared/web/MANIFEST.jsonl"


def test_the_builtin_catalogue_is_sound() -> None:
    sources = builtin_sources()
    assert len({source.name for source in sources}) == len(sources)
    assert len({source.url for source in sources}) == len(sources)
    venues = [source for source in sources if source.kind == "openreview"]
    assert len(venues) >= 60
    assert all(re.fullmatch(r"[\w.-]+(/[\w.-]+)+", venue.target) for venue in venues)
    sites = [source for source in sources if source.kind == "site"]
    assert all(source.title and source.tags for source in sites)
    assert all(source.enabled and source.interval >= timedelta(days=1) for source in sources)


@pytest.mark.skipif(not MANIFEST.exists(), reason="the shared pages are not on this machine")
def test_every_site_of_the_shared_pages_is_in_the_catalogue() -> None:
    hosts = {entry.name for entry in MANIFEST.parent.iterdir() if entry.is_dir()}
    assert hosts <= {urlsplit(url).netloc for source in builtin_sources() for url in source.starts}


def test_own_sources_join_the_builtin_ones(home: Home) -> None:
    write_atomically(home.settings, '[[sources]]\nname = "mine"\nurl = "https://example.org/talks/"\ndepth = 1\n')
    catalogue = load_catalogue(home)
    assert catalogue.get("mine") == Source("mine", "https://example.org/talks/", depth=1)
    assert len(catalogue.sources) == len(builtin_sources()) + 1
    assert not catalogue.problems


def test_an_entry_of_a_builtin_name_changes_single_keys(home: Home) -> None:
    save_source(home, {"name": "ruder", "enabled": False})
    catalogue = load_catalogue(home)
    ruder = catalogue.get("ruder")
    assert (ruder.enabled, ruder.url, ruder.builtin) == (False, "https://ruder.io/", True)
    assert ruder not in catalogue.select()
    assert catalogue.select(["ruder"]) == (ruder,)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('name = "x"\nurll = "https://example.org/"', "'urll' is unknown. Did you mean 'url'"),
        ('name = "x"', "no 'url'"),
        ('url = "https://example.org/"', "no 'name'"),
        ('name = "x"\nurl = "example.org"', "is no source"),
        ('name = "x"\nurl = "https://"', "names no host"),
        ('name = "x"\nurl = "https://example.org/"\ndepth = "two"', "'depth' is 'two'. It takes a whole number"),
        ('name = "x"\nurl = "https://example.org/"\ndepth = 99', "'depth' is 99"),
        ('name = "x"\nurl = "https://example.org/"\nevery = "often"', "'often' is no interval"),
        ('name = "x"\nurl = "https://example.org/"\ntags = [1]', "'tags' takes a list of texts"),
        ('name = "X Y"\nurl = "https://example.org/"', "is no name"),
        ('name = "x"\nurl = "https://example.org/"\nenabled = 1', "true or false"),
    ],
)
def test_a_typo_names_the_source_and_the_way_out(home: Home, entry: str, told: str) -> None:
    write_atomically(home.settings, f"[[sources]]\n{entry}\n")
    catalogue = load_catalogue(home)
    assert len(catalogue.sources) == len(builtin_sources())
    assert [told in problem.error for problem in catalogue.problems] == [True]
    assert "settings.toml" in catalogue.problems[0].error


def test_two_entries_of_one_name_are_one_source_and_one_problem(home: Home) -> None:
    write_atomically(home.settings, '[[sources]]\nname = "x"\nurl = "https://example.org/"\n' * 2)
    catalogue = load_catalogue(home)
    assert catalogue.get("x").url == "https://example.org/"
    assert "same name" in catalogue.problems[0].error


def test_a_broken_settings_file_is_an_error_and_is_not_overwritten(home: Home) -> None:
    write_atomically(home.settings, "contact = ")
    with pytest.raises(UsageError, match="not valid TOML"):
        load_catalogue(home)
    with pytest.raises(UsageError, match="not valid TOML"):
        save_source(home, {"name": "x", "url": "https://example.org/"})
    assert home.settings.read_text() == "contact = "


def test_saving_keeps_comments_and_other_settings(home: Home) -> None:
    write_atomically(home.settings, '# who we are\ncontact = "me@example.org"\n')
    save_source(home, {"name": "x", "url": "https://example.org/", "tags": ["a"]})
    save_source(home, {"name": "y", "url": "https://example.net/"})
    save_source(home, {"name": "x", "depth": 1})
    text = home.settings.read_text()
    assert "# who we are" in text
    assert load_catalogue(home).get("x").depth == 1
    assert load_catalogue(home).get("x").tags == ("a",)
    assert drop_source(home, "x")
    assert not drop_source(home, "x")
    assert drop_source(home, "y")
    assert home.settings.read_text().strip() == '# who we are\ncontact = "me@example.org"'


def test_what_would_not_be_valid_is_not_saved(home: Home) -> None:
    with pytest.raises(UsageError):
        save_source(home, {"name": "x", "url": "https://example.org/", "depth": -1})
    assert not home.settings.exists()


def test_an_unknown_name_is_answered_with_near_ones(home: Home) -> None:
    with pytest.raises(UsageError) as caught:
        load_catalogue(home).get("ruderr")
    assert "ruder" in caught.value.hint


def test_names_are_made_from_hosts_and_venues() -> None:
    assert name_for("https://www.example.org/talks/", []) == "example-org"
    assert name_for("https://example.org/", ["example-org"]) == "example-org-2"
    assert name_for("openreview:ICML.cc/2024/Workshop/AI4Science", []) == "icml-cc-2024-workshop-ai4science"


def test_intervals_have_units() -> None:
    assert parse_every("12h") == timedelta(hours=12)
    assert parse_every(" 2W ") == timedelta(weeks=2)
    for text in ("", "0d", "1", "1y", "-1d", "99999d"):
        with pytest.raises(UsageError):
            parse_every(text)


def test_kinds_and_targets_follow_the_scheme() -> None:
    venue = parse_source({"name": "v", "url": "openreview:ICML.cc/2024/Workshop/AI4Science"})
    assert (venue.kind, venue.target, venue.starts) == ("openreview", "ICML.cc/2024/Workshop/AI4Science", ())
    site = parse_source({"name": "s", "url": "https://example.org/", "urls": "https://example.org/2024/"})
    assert (site.kind, site.starts) == ("site", ("https://example.org/", "https://example.org/2024/"))
    assert parse_source({"name": "f", "url": "file:~/slides/*.pdf"}).target == "~/slides/*.pdf"
