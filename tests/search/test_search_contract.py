"""What every search index does, whichever backend answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from search_library import LIBRARY, BuildIndex, HashEmbedder, MemorySource, paper

from index.engine import SearchIndex
from kb.models import Document
from kb.query import parse


def ids(index: SearchIndex, query: str, **options: object) -> list[str]:
    return [hit.id for hit in index.search(parse(query), **options).hits]  # type: ignore[arg-type]


# --- ranking


def test_words_are_found_in_any_inflection(shared: SearchIndex) -> None:
    assert ids(shared, "forecasts", mode="lexical") == ["paper/4"]
    assert ids(shared, "designs", mode="lexical")[0] == "talk/1"


def test_meaning_finds_what_words_do_not(tmp_path: Path, embedder: HashEmbedder, build_index: BuildIndex) -> None:
    source = MemorySource(paper("a", "automobile"), paper("b", "banana bread"), paper("c", "green tea"))
    index = build_index(tmp_path / "i", embedder)
    index.sync(source)
    assert ids(index, "car", mode="lexical") == []
    assert ids(index, "car", mode="semantic")[0] == "paper/a"
    assert ids(index, "car", mode="hybrid")[0] == "paper/a"


def test_a_hit_says_why_it_matched(shared: SearchIndex) -> None:
    hit = shared.search(parse("protein backbone xylophone")).hits[0]
    assert hit.id in ("paper/2", "paper/3")
    assert set(hit.why.matched) == {"protein", "backbone"}
    assert hit.why.lexical is not None
    assert hit.why.lexical > 0
    assert hit.why.semantic is not None
    assert 0 < hit.why.semantic <= 1


@pytest.mark.parametrize("query", ["David Baker", "david baker", "Baker, David", "Baker David"])
def test_a_persons_page_comes_first_when_the_query_names_them(shared: SearchIndex, query: str) -> None:
    assert ids(shared, query)[0] == "person/1"


def test_a_person_named_in_a_longer_query_comes_first(shared: SearchIndex) -> None:
    assert ids(shared, "David Baker protein design")[0] == "person/1"


@pytest.mark.parametrize("query", ["AI for Science", "ICML 2024 AI for Science", "scaling ai scientific discovery"])
def test_an_events_page_comes_first_when_the_query_names_it(shared: SearchIndex, query: str) -> None:
    assert ids(shared, query)[0] == "event/1"


def test_a_record_comes_first_when_the_query_is_its_title(shared: SearchIndex) -> None:
    assert ids(shared, "weather forecasting with graph networks")[0] == "paper/4"
    assert ids(shared, "to be or not to be")[0] == "talk/2"


# --- filters


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind:talk", {"talk/1", "talk/2"}),
        ("kind:talk,person", {"talk/1", "talk/2", "person/1", "person/2"}),
        ("-kind:paper -kind:person", {"talk/1", "talk/2", "event/1"}),
        ("venue:icml", {"paper/1", "paper/4", "event/1"}),
        ('venue:"ICML 2023"', {"paper/1"}),
        ('venue:"ICML 2024"', {"paper/4", "event/1"}),
        ("venue:ICML,NeurIPS kind:paper", {"paper/1", "paper/2", "paper/4"}),
        ("year:2023", {"paper/1", "paper/3"}),
        ("year:..2023", {"paper/1", "paper/3", "talk/2"}),
        ("year:2024 kind:paper", {"paper/2", "paper/4"}),
        ('person:"David Baker" kind:paper', {"paper/2", "paper/3"}),
        ("person:smidt", {"paper/1"}),
        ('person:"Tess Smidt"', {"paper/1"}),
        ('person:"T. Smidt"', {"paper/1"}),
        ("topic:proteins", {"paper/2", "paper/3", "talk/1"}),
        ("topic:proteins topic:generative", {"paper/2"}),
        ("tag:to-read", {"talk/1"}),
        ("has:pdf has:code", {"paper/2"}),
        ("source:openreview", {"paper/1", "paper/4"}),
        ('"protein structure"', {"paper/2", "paper/3"}),
        ("-protein kind:paper", {"paper/1", "paper/4"}),
        ('-"protein structure" topic:proteins', {"talk/1"}),
        ("kind:paper venue:nowhere", set()),
    ],
)
@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
def test_filters_admit_exactly_what_they_say(shared: SearchIndex, query: str, expected: set[str], mode: str) -> None:
    found = shared.search(parse(query), limit=50, fold=False, mode=mode, facets=True)  # type: ignore[arg-type]
    assert expected >= {hit.id for hit in found.hits}
    if not parse(query).text:
        assert {hit.id for hit in found.hits} == expected
        assert found.total == len(expected)


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
@pytest.mark.parametrize("query", ["protein kind:talk", "protein year:2024", "design networks venue:icml"])
def test_filters_hold_for_ranked_queries_too(shared: SearchIndex, query: str, mode: str) -> None:
    allowed = {hit.id for hit in shared.search(parse(query).without(), limit=50, fold=False).hits}
    only = parse(" ".join(str(item) for item in parse(query).filters))
    admitted = {hit.id for hit in shared.search(only, limit=50, fold=False).hits}
    assert allowed
    assert set(ids(shared, query, mode=mode, limit=50, fold=False)) <= admitted


def test_a_selective_filter_never_leaves_a_page_empty_that_could_be_full(
    tmp_path: Path, embedder: HashEmbedder, build_index: BuildIndex
) -> None:
    common = [paper(i, "protein folding", venue="A") for i in range(400)]
    rare = [paper(f"r{i}", "protein of another kind altogether with many more words", venue="B") for i in range(5)]
    index = build_index(tmp_path / "i", embedder)
    index.sync(MemorySource(*common, *rare))
    for mode in ("hybrid", "lexical", "semantic"):
        assert len(ids(index, "protein folding venue:B", mode=mode)) == 5


# --- typing and misspelling


def test_the_last_word_may_be_unfinished_while_typing(shared: SearchIndex) -> None:
    assert ids(shared, "equi", mode="lexical") == []
    assert ids(shared, "equi", mode="lexical", as_you_type=True) == ["paper/1"]
    assert ids(shared, "weather foreca", mode="lexical", as_you_type=True)[0] == "paper/4"
    assert ids(shared, "david bak", mode="lexical", as_you_type=True, limit=50)


def test_a_misspelt_word_is_forgiven_only_when_nothing_matches_it(shared: SearchIndex) -> None:
    assert ids(shared, "protien", mode="lexical") != []
    assert ids(shared, "wether", mode="lexical") == ["paper/4"]
    assert ids(shared, "weather", mode="lexical") == ["paper/4"]
    assert ids(shared, "Max Weling")[0] == "person/2"


# --- the whole result


def test_facets_count_the_whole_result_not_the_page(shared: SearchIndex) -> None:
    found = shared.search(parse(""), limit=1, facets=True)
    assert found.total == len(LIBRARY)
    assert found.facets["kind"] == (("paper", 4), ("person", 2), ("talk", 2), ("event", 1))
    assert found.facets["year"][0] == ("2024", 4)
    assert ("ICML", 1) in found.facets["venue"]
    assert found.facets["topic"][0] == ("proteins", 3)
    assert ("arxiv", 2) in found.facets["source"]


@pytest.mark.parametrize("query", ["protein", "graph networks", "protein design kind:talk,paper", "diffusion"])
def test_the_facets_of_a_query_add_up_to_its_total(shared: SearchIndex, query: str) -> None:
    found = shared.search(parse(query), limit=50, facets=True, fold=False)
    assert sum(count for _, count in found.facets["kind"]) == found.total == len(found.hits)


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
@pytest.mark.parametrize("sort", ["relevance", "date", "title"])
@pytest.mark.parametrize("query", ["common words", "", "common kind:paper"])
def test_pages_never_overlap_and_together_hold_the_whole_result(
    many: SearchIndex, query: str, sort: str, mode: str
) -> None:
    whole = ids(many, query, limit=1_000, mode=mode, sort=sort)
    pages = [ids(many, query, limit=70, offset=start, mode=mode, sort=sort) for start in range(0, 490, 70)]
    assert [i for page in pages for i in page] == whole[:490]
    assert len(set(whole)) == len(whole)
    if not (query and mode == "semantic"):
        assert len(whole) == many.search(parse(query), limit=1, mode=mode).total == 450  # type: ignore[arg-type]


def test_results_sort_by_date_and_title(shared: SearchIndex) -> None:
    assert ids(shared, "kind:talk,event", sort="date") == ["event/1", "talk/1", "talk/2"]
    assert ids(shared, "kind:talk,event", sort="title") == ["event/1", "talk/1", "talk/2"]
    assert ids(shared, "kind:person", sort="title") == ["person/1", "person/2"]


def test_near_duplicates_fold_under_the_better_one(shared: SearchIndex) -> None:
    found = shared.search(parse("diffusion protein backbones"), limit=50)
    hits = {hit.id: hit for hit in found.hits}
    shown = hits.get("paper/2") or hits["paper/3"]
    assert {shown.id, *shown.folded} == {"paper/2", "paper/3"}
    assert len({"paper/2", "paper/3"} & set(hits)) == 1
    assert {"paper/2", "paper/3"} <= set(ids(shared, "diffusion protein backbones", fold=False))


# --- related


def test_related_records_leave_out_the_record_itself_and_its_near_duplicates(shared: SearchIndex) -> None:
    found = [hit.id for hit in shared.related(LIBRARY[1])]
    assert "paper/2" not in found
    assert "paper/3" not in found
    assert "talk/1" in found


def test_related_can_be_asked_across_kinds(shared: SearchIndex) -> None:
    assert shared.related(LIBRARY[1], kinds=["talk"])[0].id == "talk/1"


def test_a_document_that_is_not_indexed_has_relatives_too(shared: SearchIndex) -> None:
    draft = paper("draft", "Designing proteins", "We design proteins that bind.")
    assert shared.related(draft)[0].id == "talk/1"


def test_like_takes_a_text_for_what_it_says_not_for_a_query(shared: SearchIndex) -> None:
    found = shared.like('kind:person "proteins that bind" -design (AND OR')
    assert found.hits[0].id == "talk/1"
    assert all(hit.id.startswith("paper") for hit in shared.like("proteins", kinds=["paper"]).hits)


# --- any string


HOSTILE = [
    "", " ", "!!!", '"', '""""', "the of and", "*", "mol*", "a~2", "AND OR NOT", "SE(3)-equivariant", "C++",
    "title:x^2", "[1 TO 5]", "foo AND (bar", "' OR 1=1; --", "'; DROP TABLE records; --", ".*(a|b)+?$",
    "\\", "\x00\x01\x1b[31m",
    "שלום עולם", "\u202eevil", "🧬🧪", "蛋白质 设计", "née naïve Ångström", "-", "--", "-the", '-"',
    "kind:", "year:", "a" * 5_000, "NEAR(a b)", "body:protein", "\ud800", "😀" * 50, "0", "3.14",
    "person:\"\"", "tag:*", "source:%",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
def test_any_string_is_a_valid_query(shared: SearchIndex, query: str, mode: str) -> None:
    found = shared.search(parse(query), mode=mode, facets=True, as_you_type=True)  # type: ignore[arg-type]
    assert found.total >= len(found.hits)
    shared.like(query)


@pytest.mark.parametrize("unit", ["protein ", "word{} ", '"', "-a ", "🧬 ", "שלום ", "a"])
def test_a_hundred_thousand_characters_are_a_valid_query(shared: SearchIndex, unit: str) -> None:
    text = "".join(unit.replace("{}", str(i)) for i in range(100_000 // len(unit)))
    shared.search(parse(text), facets=True)


def test_limits_beyond_the_result_give_what_there_is(shared: SearchIndex) -> None:
    assert shared.search(parse("protein"), limit=0).total > 0
    assert ids(shared, "protein", limit=0) == []
    assert ids(shared, "protein", offset=10_000) == []
    assert len(ids(shared, "", limit=10_000)) == len(LIBRARY) - 1


def test_only_stop_words_find_titles_that_hold_them(shared: SearchIndex) -> None:
    assert ids(shared, "or not to be", mode="lexical")[0] == "talk/2"


def test_a_text_the_model_knows_nothing_of_is_close_to_nothing(
    tmp_path: Path, embedder: HashEmbedder, build_index: BuildIndex
) -> None:
    index = build_index(tmp_path / "i", embedder)
    index.sync(MemorySource(paper(1, "!!!"), paper(2, "protein")))
    assert ids(index, "protein", mode="semantic") == ["paper/2"]
    assert ids(index, "!!! ???", mode="semantic", limit=5) == ids(index, "")


# --- keeping in step


def test_nothing_built_yet_is_an_empty_answer(tmp_path: Path, embedder: HashEmbedder, build_index: BuildIndex) -> None:
    index = build_index(tmp_path / "i", embedder)
    assert index.search(parse("protein")).hits == ()
    assert index.related(LIBRARY[0]) == ()
    assert index.status().state == "missing"
    assert index.verify() == []


def test_an_empty_source_is_an_empty_index(tmp_path: Path, embedder: HashEmbedder, build_index: BuildIndex) -> None:
    index = build_index(tmp_path / "i", embedder)
    index.sync(MemorySource())
    assert index.search(parse("protein"), facets=True).total == 0
    assert index.search(parse("")).hits == ()


def test_only_what_changed_is_indexed_and_embedded_again(
    index: SearchIndex, source: MemorySource, embedder: HashEmbedder
) -> None:
    assert index.sync(source).added == 0
    embedder.documents.clear()
    source.put(paper(9, "Quantum chemistry"), Document("person/1", "person", "David Baker", "Now in Paris"))
    report = index.sync(source)
    assert (report.added, report.embedded, report.rebuilt) == (2, 2, False)
    assert len(embedder.documents) == 2
    assert ids(index, "quantum", mode="lexical") == ["paper/9"]
    assert ids(index, "Washington", mode="lexical") == []
    assert ids(index, "Paris", mode="lexical") == ["person/1"]
    assert index.verify() == []


def test_a_new_tag_costs_no_embedding(index: SearchIndex, source: MemorySource, embedder: HashEmbedder) -> None:
    embedder.documents.clear()
    source.put(Document("talk/2", "talk", "To be or not to be", "On stopping.", year=2022, tags=("odd",)))
    assert index.sync(source).embedded == 0
    assert ids(index, "tag:odd") == ["talk/2"]
    assert embedder.documents == []


def test_a_record_touched_without_change_is_not_indexed_again(index: SearchIndex, source: MemorySource) -> None:
    source.put(LIBRARY[0])
    assert index.sync(source).added == 0
    assert index.status(generation=source.generation()).state == "ok"


def test_deleted_records_really_disappear(index: SearchIndex, source: MemorySource) -> None:
    source.remove("paper/4", "person/2")
    assert index.sync(source).removed == 2
    for mode in ("hybrid", "lexical", "semantic"):
        assert not {"paper/4", "person/2"} & set(ids(index, "weather Max Welling", mode=mode, limit=50))
    assert index.search(parse("weather"), mode="lexical", facets=True).total == 0
    assert index.search(parse(""), facets=True).total == len(LIBRARY) - 2
    assert index.verify() == []


def test_a_record_deleted_and_put_back_is_found_once(index: SearchIndex, source: MemorySource) -> None:
    source.remove("paper/4")
    index.sync(source)
    source.put(LIBRARY[3])
    index.sync(source)
    assert ids(index, "weather", mode="lexical") == ["paper/4"]


def test_status_says_whether_the_index_lags(index: SearchIndex, source: MemorySource) -> None:
    assert index.status(generation=source.generation()).state == "ok"
    source.put(paper(9, "New"))
    assert index.status(generation=source.generation()).state == "behind"
    status = index.status()
    assert (status.documents, status.model) == (len(LIBRARY), "hash-32")


def test_another_model_rebuilds_and_switching_back_embeds_nothing(
    tmp_path: Path, source: MemorySource, build_index: BuildIndex
) -> None:
    first, second = HashEmbedder("one"), HashEmbedder("two", dim=48)
    build_index(tmp_path / "i", first).sync(source)
    other = build_index(tmp_path / "i", second)
    assert other.status().state == "behind"
    # Until the sync words alone are searched: vectors of two models mean nothing to each other
    assert ids(other, "weather")[0] == "paper/4"
    assert other.sync(source).embedded == len(LIBRARY)
    assert ids(other, "weather", mode="semantic")[0] == "paper/4"
    assert build_index(tmp_path / "i", first).sync(source).embedded == 0


def test_hostile_documents_are_indexed(tmp_path: Path, embedder: HashEmbedder, build_index: BuildIndex) -> None:
    index = build_index(tmp_path / "i", embedder)
    index.sync(
        MemorySource(
            paper("empty", ""),
            paper("surrogate", "bad \ud800 letter", "x\ud83d"),
            paper("nul", "a\x00b", "\x1b[31m"),
            paper("long", "long", "protein " * 300_000),
            paper("word", "x" * 100_000),
            paper("year", "odd year", year=-5, date="soon"),
            Document("person/x", "person", "", people=("",)),
            Document("event/x", "event", "🧬" * 100, people=("‮evil",), venue=""),
        )
    )
    assert index.search(parse("")).total == 8
    assert ids(index, "protein", mode="lexical") == ["paper/long"]
    assert index.verify() == []
