"""The three documents given as seeds, and the decks, against hand-made annotations of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scrapers.extract import extract, to_json

SHARED = Path(__file__).parents[2] / ".." / "shared"
GOLD = SHARED / "gold"
SCORER = SHARED / "tools" / "score_extraction.py"
DECKS = SHARED / "web" / "schwabpatrick.com" / "presentations"

pytestmark = pytest.mark.skipif(
    not SCORER.is_file(), reason="the annotated pages are beside the checkout of its developers, not in it"
)


def test_seeds_are_read_as_a_careful_reader_would(tmp_path: Path) -> None:
    gold, found = tmp_path / "gold", tmp_path / "found"
    gold.mkdir()
    found.mkdir()
    for path in GOLD.glob("*.json"):
        expected = json.loads(path.read_text())
        if "file" in expected:
            source = SHARED / expected["file"]
        elif path.name.startswith("slides-"):
            source = DECKS / os.path.basename(expected["url"])
        else:
            continue
        (gold / path.name).write_text(path.read_text())
        document = extract(source.read_bytes(), url=expected["url"] or "", filename=source.name)
        (found / path.name).write_text(to_json(document))
    answer = subprocess.run(
        [sys.executable, str(SCORER), str(gold), str(found), "--json"], check=True, capture_output=True, text=True
    )
    facts = json.loads(answer.stdout)["facts"]
    for fact in ("talks", "people", "papers"):
        assert facts[fact]["f1"] >= 0.97, (fact, facts[fact])


@pytest.mark.parametrize(
    ("name", "title", "people", "venue"),
    [
        ("AAAI19-AME-presentation.pdf", "Granger-causal Attentive Mixtures of Experts", 3, "AAAI 2019"),
        (
            "AAAI20-drnet-spotlight.pdf",
            "Learning Counterfactual Representations for Estimating Individual",
            5,
            "AAAI 2020",
        ),
        ("CinC17-BeatByBeat-presentation.pdf", "Beat by Beat: Classifying Cardiac Arrhythmias", 5, "CinC 2017"),
        ("ICML18-dsmtnet-presentation.pdf", "Not to Cry Wolf: Distantly Supervised Multitask", 6, "ICML 2018"),
        ("phenformer_11Feb2025.pdf", "The coming era of predictive medicine", 12, "Norway Life Science 2025"),
    ],
)
def test_every_deck_gives_its_talk_its_people_and_its_event(name: str, title: str, people: int, venue: str) -> None:
    found = extract((DECKS / name).read_bytes(), url=f"https://schwabpatrick.com/presentations/{name}")
    (talk,) = found.talks
    assert (talk.title or "").startswith(title)
    assert talk.speakers == ("Patrick Schwab",)
    assert len(found.people) == people
    assert found.event is not None
    assert found.event.venue == venue
