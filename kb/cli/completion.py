"""`kb completion`: shell completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(
    epilog="""\b
Examples:
  kb completion bash >> ~/.bashrc
  kb completion zsh >> ~/.zshrc
  kb completion fish > ~/.config/fish/completions/kb.fish"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that teaches your shell to complete `kb`."""
    from kb.cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None  # the three shells above are click's own
    click.echo(kind(cli, {}, "kb", "_KB_COMPLETE").source())
