"""Front matter in YAML, TOML and JSON: valid, mended, or left out with a note."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract.documents.front_matter import load_yaml, split_front_matter


def test_yaml_toml_and_json_front_matter_are_split_from_the_body() -> None:
    for text in (
        "---\ntitle: A workshop\n---\nBody",
        "+++\ntitle = 'A workshop'\n+++\nBody",
        '{"title": "A workshop"}\nBody',
    ):
        front = split_front_matter(text)
        assert (front.data, front.body.strip(), front.notes) == ({"title": "A workshop"}, "Body", ())


def test_text_between_rules_is_no_front_matter() -> None:
    text = "---\njust words\n---\nmore words"
    assert split_front_matter(text).body == text


def test_scalars_stay_as_printed() -> None:
    data = split_front_matter("---\nname: No\ndate: 2024-05-11\nn: 010\n---\n").data
    assert data == {"name": "No", "date": "2024-05-11", "n": "010"}


def test_commented_out_entries_are_gone() -> None:
    data = split_front_matter("---\nspeakers:\n  - name: Ann Lee\n#  - name: Bo Wu\n  # - name: Eve Fox\n---\n").data
    assert data == {"speakers": [{"name": "Ann Lee"}]}


@pytest.mark.parametrize(
    ("yaml", "data"),
    [
        ("title: AI for Science: Scaling", {"title": "AI for Science: Scaling"}),
        ('title: The "so called" "best"', {"title": 'The "so called" "best"'}),
        ("title: 'It's me'", {"title": "It's me"}),
        ("name: @annlee\nother: 1", {"name": "@annlee", "other": "1"}),
        ("\ttitle: x: y", {"title": "x: y"}),
        ("url: {{ site.url }}/x\nother: 1", {"url": "{{ site.url }}/x", "other": "1"}),
        ("title: x: y # a comment", {"title": "x: y"}),
    ],
)
def test_what_people_forget_to_quote_is_mended(yaml: str, data: dict[str, str]) -> None:
    assert load_yaml(yaml) == (data, ())


def test_of_a_broken_list_the_good_entries_are_kept_and_the_rest_is_told() -> None:
    good, broken = "  - name: Bo Wu\n    aff: ETH\n", "  - name: Ann Lee\n    aff: MIT\n   oops: [\n"
    front = split_front_matter(f"---\ntitle: x\nspeakers:\n{broken}{good}place: here\n---\n")
    assert front.data == {"title": "x", "speakers": [{"name": "Bo Wu", "aff": "ETH"}], "place": "here"}
    assert "'speakers'" in front.notes[0]


def test_broken_toml_is_left_out_with_a_note() -> None:
    front = split_front_matter("+++\ntitle = \n+++\nBody")
    assert (front.data, front.body) == ({}, "Body")
    assert "TOML" in front.notes[0]


def test_no_object_is_ever_built_from_a_tag() -> None:
    data, _ = load_yaml("a: !!python/object/apply:os.system ['false']\nb: !!binary aGk=")
    assert data == {"a": ["false"], "b": "aGk="}


def test_bombs_are_refused_or_stay_small() -> None:
    deep = "a: " + "[" * 50_000
    assert load_yaml(deep)[0] is None
    assert load_yaml("- " * 50_000)[0] is None
    assert load_yaml("a: b\n" * 400_000)[0] is None
    laughs = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    data, _ = load_yaml(laughs)
    assert data["u"][0] is data["u"][1]  # the same object, not 2 ** 20 copies


def test_an_alias_of_itself_is_left_out() -> None:
    data, notes = load_yaml("a: &a\n  name: x\n  again: *a\nb: c")
    assert data == {"b": "c"}
    assert "'a'" in notes[0]


@given(st.text(max_size=400))
def test_any_text_is_split(text: str) -> None:
    front = split_front_matter(text)
    assert isinstance(front.data, dict)


@given(st.text(alphabet=st.sampled_from("abc:-#'\"[]{}|>&*!%@`\n \t"), max_size=120))
def test_any_yaml_is_loaded_mended_or_left_out(text: str) -> None:
    front = split_front_matter(f"---\n{text}\n---\nBody")
    assert isinstance(front.data, dict)


def test_a_missing_second_rule_is_noticed_in_linear_time() -> None:
    indented = "  key: value\n" * 2000
    assert split_front_matter(f"---\ntitle: x\nlist:\n{indented}").data["title"] == "x"
    assert split_front_matter(f"---\ntitle: x\nlist:\n{indented}\nProse, and no YAML at all\n").data == {}


def test_long_runs_of_blanks_cost_nothing() -> None:
    blanks = " " * 200_000
    for text in (f"a: 'b'c{blanks}d", f"a: 'b'c{blanks}", f"{blanks}a: 'b'c", f"a{blanks}: 'b'c", f"a: 'b'c{blanks}#x"):
        load_yaml(text)
    split_front_matter(blanks + "---\n" + blanks + "\n" + blanks)
