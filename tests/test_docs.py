"""The documentation is true: commands have help with examples, and the README names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kb.cli.main import cli
from kb.cli.registry import COMMANDS

README = Path(__file__).parents[1] / "README.md"


def commands(group: click.Group = cli, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{prefix}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")


ALL = dict(commands())


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = ALL[name]
    assert command.help
    assert "kb " in (command.epilog or ""), f"kb {name} shows no example"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"kb {name} does not say what {parameter.opts[0]} does"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert re.search(rf"\bkb {re.escape(name)}\b", README.read_text(encoding="utf-8")), (
        f"README.md never shows kb {name}"
    )


def test_the_examples_of_the_readme_name_real_commands() -> None:
    text = README.read_text(encoding="utf-8")
    shown = re.findall(r"^(?:\$ )?kb ([a-z][a-z-]*)", text, flags=re.MULTILINE)
    assert shown
    assert set(shown) <= set(COMMANDS)
