"""Each shape a list of papers comes in, read into facts; what is broken is reported by line and the rest stays."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
from pathlib import Path

import pytest
import zstandard

from kb.errors import ExtractionError, UsageError
from kb.models import PaperFact
from scrapers.importers import BadRow, read_papers

CORPUS = Path(__file__).parents[2] / "../shared/corpus"


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def papers(rows: list[PaperFact | BadRow]) -> list[PaperFact]:
    return [row for row in rows if isinstance(row, PaperFact)]


def bad(rows: list[PaperFact | BadRow]) -> list[BadRow]:
    return [row for row in rows if isinstance(row, BadRow)]


PAPERLIST = [
    {
        "id": "kzGuiRXZrQ", "title": "Flow matching for protein backbones", "track": "main", "status": "Spotlight",
        "tldr": "Backbones by flow matching.", "abstract": "We gener-\nate back-\nbones with equi-\nvariant flows.",
        "keywords": "proteins;flow matching", "author": "Ada Lovelace;Bo Li*", "authorids": "~Ada_Lovelace1;",
        "site": "https://openreview.net/forum?id=kzGuiRXZrQ", "pdf": "", "github": "https://github.com/x/y",
    },
    {
        "id": "", "title": "No forum", "track": "main", "status": "Reject", "tldr": "", "abstract": "", "keywords": "",
        "author": "", "authorids": "", "site": "", "pdf": "https://arxiv.org/pdf/2306.14070v2",
    },
]  # fmt: skip


def test_a_paperlist_gives_ids_authors_and_the_edition_in_its_name(tmp_path: Path) -> None:
    first, second = papers(list(read_papers(write(tmp_path, "neurips2024.json", json.dumps(PAPERLIST)))))
    assert first.openreview_id == first.source_id == "kzGuiRXZrQ"
    assert first.authors == ("Ada Lovelace", "Bo Li")
    assert (first.venue, first.year, first.decision) == ("NeurIPS 2024", 2024, "Spotlight")
    assert first.keywords == ("proteins", "flow matching")
    assert first.abstract == "We generate backbones with equivariant flows."
    assert first.links[0].kind == "code"
    assert second.arxiv_id == "2306.14070"
    assert second.decision == "Reject"
    assert second.authors == ()


def test_the_contract_of_json_lines_is_taken_as_it_stands(tmp_path: Path) -> None:
    row = {
        "id": "h:1", "title": "A title", "abstract": "An abstract", "authors": ["A B", "C D"], "year": "2023",
        "venue": "ICML",
        "keywords": ["a", "b"], "openreview_id": None, "arxiv_id": "2306.14070v3", "doi": "https://doi.org/10.1000/ABC",
        "url": None, "pdf": None, "tldr": "short",
    }  # fmt: skip
    (paper,) = papers(list(read_papers(write(tmp_path, "p.jsonl", json.dumps(row) + "\n"))))
    assert paper == PaperFact(
        title="A title", url="https://arxiv.org/abs/2306.14070", arxiv_id="2306.14070", doi="10.1000/abc",
        authors=("A B", "C D"), abstract="An abstract", tldr="short", keywords=("a", "b"), venue="ICML", year=2023,
        source_id="h:1",
    )  # fmt: skip


@pytest.mark.parametrize(
    "pack", [gzip.compress, lzma.compress, bz2.compress, zstandard.compress], ids=["gzip", "xz", "bzip2", "zstd"]
)
def test_compressed_lists_are_unpacked_whatever_their_name(tmp_path: Path, pack) -> None:
    path = write(tmp_path, "list", pack(b'{"title": "One"}\n{"title": "Two"}\n'))
    assert [paper.title for paper in papers(list(read_papers(path)))] == ["One", "Two"]


def test_a_compressed_list_cut_short_keeps_its_rows_and_says_where_it_broke(tmp_path: Path) -> None:
    whole = "".join(json.dumps({"title": f"Paper {n}", "abstract": str(n * 7919) * 9}) + "\n" for n in range(20_000))
    path = write(tmp_path, "cut.jsonl.xz", lzma.compress(whole.encode())[:-20_000])
    rows = list(read_papers(path))
    assert len(papers(rows)) > 100
    assert "ends early" in bad(rows)[-1].error


def test_broken_rows_of_json_lines_are_reported_by_line(tmp_path: Path) -> None:
    text = '{"title": "One"}\n{"title": \n\n["x"]\n{"abstract": "no title"}\n{"title": "Two"}\n{"title": "half'
    rows = list(read_papers(write(tmp_path, "p.jsonl", text)))
    assert [paper.title for paper in papers(rows)] == ["One", "Two"]
    assert [row.line for row in bad(rows)] == [2, 4, 5, 7]
    assert "no title" in bad(rows)[2].error


def test_a_broken_element_of_an_array_does_not_take_the_rest_with_it(tmp_path: Path) -> None:
    text = '[\n{"title": "One"},\n{"title": "Broken", oops: [1, "}"]},\n{"title": "Two"},\nnull\n]'
    rows = list(read_papers(write(tmp_path, "p.json", text)))
    assert [paper.title for paper in papers(rows)] == ["One", "Two"]
    assert [row.line for row in bad(rows)] == [3, 5]


def test_half_a_json_file_keeps_its_whole_rows(tmp_path: Path) -> None:
    rows = list(read_papers(write(tmp_path, "p.json", '[{"title": "One"}, {"title": "Two"}, {"title": "Th')))
    assert [paper.title for paper in papers(rows)] == ["One", "Two"]
    assert "ends" in bad(rows)[0].error


@pytest.mark.parametrize("size", [1, 7, 100])
def test_rows_are_found_wherever_the_read_buffer_ends(monkeypatch, tmp_path: Path, size: int) -> None:
    from scrapers.importers import json_stream

    monkeypatch.setattr(json_stream, "CHUNK", size)
    rows = [{"title": f'T "{n}" \\ é [', "authors": ["A {B}"], "year": 2000 + n} for n in range(25)]
    path = write(tmp_path, "p.json", json.dumps({"count": 25, "results": rows}, indent=1))
    assert [paper.year for paper in papers(list(read_papers(path)))] == [2000 + n for n in range(25)]


def test_a_large_array_is_read_without_holding_it(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        """An array without end: only a reader that streams gets anywhere."""

        def __init__(self) -> None:
            self.given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            data = b'{"title": "Again"},\n' * (len(buffer) // 20)
            data = (b"[" + data[1:-1] + b"\n") if not self.given else data
            data = data.replace(b'["title"', b'[{"title"', 1)[: len(buffer)]
            self.given += len(data)
            buffer[: len(data)] = data
            return len(data)

    source = Endless()
    reader = read_papers(source)
    for _ in range(500):
        next(reader)
    assert source.given < 4_000_000


@pytest.mark.parametrize("wrapper", ["notes", "results", "papers", "data"])
def test_a_wrapper_object_is_opened(tmp_path: Path, wrapper: str) -> None:
    path = write(
        tmp_path, "p.json", json.dumps({"count": 2, wrapper: [{"title": "One"}, {"title": "Two"}], "next": None})
    )
    assert [paper.title for paper in papers(list(read_papers(path)))] == ["One", "Two"]


def test_a_single_object_is_one_paper(tmp_path: Path) -> None:
    (paper,) = papers(
        list(read_papers(write(tmp_path, "p.json", '{"title": "One", "references": [{"title": "Cited"}]}')))
    )
    assert paper.title == "One"


def test_openreview_notes_of_both_versions_are_papers_and_their_replies_are_not(tmp_path: Path) -> None:
    v1 = {
        "id": "aaaaaaaaa", "forum": "aaaaaaaaa", "invitation": "ICLR.cc/2021/Workshop/MLDD/-/Blind_Submission",
        "content": {"title": "Old note", "authors": ["A B"], "TL;DR": "old", "venue": "ICLR 2021 Workshop MLDD Poster"},
        "readers": ["everyone"], "ddate": None,
    }  # fmt: skip
    review = {"id": "rrrrrrrrr", "forum": "aaaaaaaaa", "replyto": "aaaaaaaaa", "content": {"review": "fine"}}
    v2 = {
        "id": "bbbbbbbbbb", "forum": "bbbbbbbbbb", "invitations": ["ICML.cc/2024/Workshop/AI4Science/-/Submission"],
        "domain": "ICML.cc/2024/Workshop/AI4Science", "readers": ["everyone"],
        "content": {
            "title": {"value": "New note"}, "authors": {"value": [{"fullname": "C D", "username": "~C_D1"}]},
            "TLDR": {"value": "new"}, "venueid": {"value": "ICML.cc/2024/Workshop/AI4Science"},
            "pdf": {"value": "/pdf/0123.pdf"}, "abstract": {"value": "hidden", "readers": ["ICML.cc/2024"]},
        },
    }  # fmt: skip
    by_id = {"cccccccccc": {"content": {"title": "Mapped"}, "id": "cccccccccc", "forum": "cccccccccc"}}
    first, second = papers(list(read_papers(write(tmp_path, "n.json", json.dumps({"notes": [v1, review, v2]})))))
    assert (first.openreview_id, first.tldr, first.venue, first.decision) == (
        "aaaaaaaaa", "old", "ICLR 2021 Workshop MLDD", "Poster")  # fmt: skip
    assert second.authors == ("C D",)
    assert (second.tldr, second.decision, second.abstract) == ("new", "accepted", None)
    assert second.venue == "ICML 2024 Workshop AI4Science"
    assert second.pdf == "https://openreview.net/pdf?id=bbbbbbbbbb"
    (third,) = papers(list(read_papers(write(tmp_path, "m.json", json.dumps(by_id)))))
    assert third.openreview_id == "cccccccccc"


def test_csl_json_is_read(tmp_path: Path) -> None:
    row = {
        "id": "doe2024", "type": "paper-conference", "title": "Crystals", "DOI": "10.1000/xyz",
        "URL": "https://doi.org/10.1000/xyz", "issued": {"date-parts": [[2024, 5]]},
        "author": [{"family": "Doe", "given": "Jane"}, {"literal": "The Consortium"}],
        "container-title": "ICML", "abstract": "<jats:p>Text</jats:p>",
    }  # fmt: skip
    (paper,) = papers(list(read_papers(write(tmp_path, "c.json", json.dumps([row])), "csl")))
    assert paper.authors == ("Jane Doe", "The Consortium")
    assert (paper.year, paper.venue, paper.doi, paper.abstract) == (2024, "ICML", "10.1000/xyz", "Text")


def test_csv_is_read_with_common_column_names(tmp_path: Path) -> None:
    text = (
        "Paper ID,Paper Title,Authors,Publication Year,Abstract,Link\r\n"
        '7,"Graphs, and more","Baker, David; Doe, Jane",2023,"Two\r\nlines",https://openreview.net/forum?id=kzGuiRXZrQ\r\n'
        "8,Unquoted, comma,X Y,2023,,https://x.org/\r\n,,,,,\r\n9,,X Y,2023,,\r\n"
        "10,Last,\"['A B', 'C D']\",,,\r\n"
    )
    rows = list(read_papers(write(tmp_path, "p.csv", b"\xef\xbb\xbf" + text.encode())))
    first, last = papers(rows)
    assert (first.title, first.authors, first.year) == ("Graphs, and more", ("David Baker", "Jane Doe"), 2023)
    assert (first.openreview_id, first.source_id, first.abstract) == ("kzGuiRXZrQ", "7", "Two lines")
    assert last.authors == ("A B", "C D")
    assert [row.line for row in bad(rows)] == [4, 6]
    assert "7 cells under 6 columns" in bad(rows)[0].error


def test_tab_separated_and_semicolon_tables_are_told_apart(tmp_path: Path) -> None:
    tabs = write(tmp_path, "p.tsv", 'title\tabstract\nA "quoted" word\t"Half a quote\nB\tlast\n')
    assert [p.abstract for p in papers(list(read_papers(tabs)))] == ['"Half a quote', "last"]
    semicolons = write(tmp_path, "p.csv", "title;year\nÜber, Kristalle;2021\n".encode("cp1252"))
    (paper,) = papers(list(read_papers(semicolons)))
    assert (paper.title, paper.year) == ("Über, Kristalle", 2021)


def test_bibtex_is_read_with_its_accents_strings_and_broken_entries(tmp_path: Path) -> None:
    text = r"""
@string{icml = "ICML 2024"}
@comment{not a paper}
@inproceedings{one, title={A {GNN} for $\alpha$-helices \& more},
  author={M{\"u}ller, Jos{\'e} and {The ATLAS Collaboration}},
  booktitle=icml, year=2024, url={https://openreview.net/forum?id=kzGuiRXZrQ}}
@article{broken, title={never closed
@article{two, title="Two", author="Doe, Jane and others", eprint={2306.14070v1}, archivePrefix={arXiv}, year={2023}}
@article{two, title={Same key}}
@misc{three, note={no title}}
"""
    rows = list(read_papers(write(tmp_path, "refs.bib", text)))
    one, two, same = papers(rows)
    assert one.title == "A GNN for α-helices & more"
    assert one.authors == ("José Müller", "The ATLAS Collaboration")
    assert (one.venue, one.year, one.openreview_id, one.source_id) == ("ICML 2024", 2024, "kzGuiRXZrQ", "one")
    assert (two.authors, two.arxiv_id) == (("Jane Doe",), "2306.14070")
    assert same.title == "Same key"
    assert [row.line for row in bad(rows)] == [7, 10]


def test_ris_is_read(tmp_path: Path) -> None:
    text = (
        "TY  - CONF\nTI  - Crystal graphs\nAU  - Doe, Jane\nAU  - Roe, Rick\nPY  - 2022/05/01\n"
        "AB  - A long\n  abstract\n"
        "T2  - NeurIPS\nDO  - 10.1000/ABC\nKW  - crystals\nKW  - graphs\nER  - \n\nTY  - JOUR\nAU  - X, Y\nER  - \n"
    )
    rows = list(read_papers(write(tmp_path, "r.ris", text)))
    (paper,) = papers(rows)
    assert paper.authors == ("Jane Doe", "Rick Roe")
    assert (paper.year, paper.venue, paper.doi) == (2022, "NeurIPS", "10.1000/abc")
    assert (paper.abstract, paper.keywords) == ("A long abstract", ("crystals", "graphs"))
    assert bad(rows) == [BadRow(14, "no title")]


def test_a_post_of_a_proceedings_site_is_one_paper(tmp_path: Path) -> None:
    authors = "author:\n- given: Rubén\n  family: Ballester\n"
    text = f"---\ntitle: 'A: B'\nopenreview: phs5A7bUPA\n{authors}date: 2025-07-30\n---\n"
    (paper,) = papers(list(read_papers(write(tmp_path, "p.md", text))))
    assert (paper.title, paper.openreview_id, paper.authors, paper.year) == (
        "A: B",
        "phs5A7bUPA",
        ("Rubén Ballester",),
        2025,
    )


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("empty.json", b"", "empty"),
        ("blank.csv", b" \n\n", "empty"),
        ("x.zip", b"PK\x03\x04rest", "ZIP"),
        ("x.pdf", b"%PDF-1.7", "PDF"),
        ("noise", bytes(range(256)), "not a text file"),
        ("page.html", b"<!doctype html><title>x</title>", "web page"),
        ("prose.txt", b"Dear all,\nplease find attached.\n", "no list of papers"),
        ("people.csv", b"name of person,age\nA,3\n", "No column is named title"),
    ],
)
def test_what_is_no_list_of_papers_is_refused_in_one_line(tmp_path: Path, name: str, body: bytes, error: str) -> None:
    with pytest.raises(ExtractionError, match=error):
        list(read_papers(write(tmp_path, name, body)))


def test_a_missing_file_a_folder_and_an_unknown_format_are_wrong_use(tmp_path: Path) -> None:
    for source, format_ in ((tmp_path / "none.json", None), (tmp_path, None), (tmp_path, "xlsx")):
        with pytest.raises(UsageError):
            list(read_papers(source, format_))


def test_hostile_titles_and_deep_nesting_do_no_harm(tmp_path: Path) -> None:
    text = "\n".join(
        (
            json.dumps({"title": "\x1b[31mred\x1b[0m \u202eevil", "authors": "x" * 100_000}),
            json.dumps({"title": "y" * 1_000_000, "keywords": ["k"] * 10_000}),
            "[" * 200_000,
            '{"title": "z", "year": 1e400, "authors": {"a": [1, null]}, "url": "javascript:alert(1)", "id": {"x": 1}}',
            '{"title": "\\ud800 lone"}',
        )
    )
    rows = list(read_papers(write(tmp_path, "h.jsonl", text)))
    first, second, third, fourth = papers(rows)
    assert first.title == "red evil"
    assert len(second.title or "") == 1_000
    assert second.keywords == ("k",)
    assert (third.url, third.year, third.source_id) == (None, None, None)
    assert fourth.title == "lone"
    assert [row.line for row in bad(rows)] == [3]


@pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus lies outside the repository")
def test_every_raw_sample_of_the_corpus_is_read() -> None:
    for path in sorted((CORPUS / "raw_samples").iterdir()):
        rows = list(read_papers(path))
        assert rows, path.name
        if "alickzhu" in path.name:  # summaries under numbers: no row has a title
            assert {row.error for row in bad(rows)} == {"no title"}
        else:
            assert not bad(rows), path.name


@pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus lies outside the repository")
def test_the_shared_corpus_is_read_row_by_row() -> None:
    reader = read_papers(CORPUS / "papers.jsonl.xz")
    rows = [next(reader) for _ in range(5_000)]
    assert not bad(rows)
    assert all(paper.source_id and paper.abstract and paper.venue for paper in papers(rows))


@pytest.mark.parametrize(
    "text",
    [
        '[}, {"title": "One"}]',
        '[x}{"title": "One"}]',
        "[1 2}]",
        "[[[",
        '[{"a": "}]',
        "[,,,]",
        "{}",
        "{]",
        '{"a"}',
        "[nul",
    ],
)
def test_stray_brackets_neither_hang_nor_raise(tmp_path: Path, text: str) -> None:
    assert all(isinstance(row, BadRow | PaperFact) for row in read_papers(write(tmp_path, "p.json", text)))
