"""The `kb` group: global options, lazy commands, and errors in one line."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click

from kb.cli.registry import COMMANDS
from kb.errors import KBError

EPILOG = """\b
First steps:
  kb demo                                   a small knowledge base to try everything on
  kb add https://ai4sciencecommunity.github.io/icml24.html
  kb search "protein design kind:talk year:2023.."
  kb tui                                    browse it
\b
Exit codes: 0 done; 1 done in part; 2 wrong use or unreadable input;
3 the knowledge base is damaged, newer than the program, or locked."""


@dataclass(slots=True)
class Context:
    """What every command is handed: the home folder asked for (None means the default one)."""

    home: Path | None = None
    verbose: bool = False


class LazyGroup(click.Group):
    """Commands from `kb.cli.registry`: help needs no import, running one imports only its module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the knowledge base (default: KB_HOME, else the platform's data folder).",
)
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is being done.")
@click.option(
    "--log-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the log to a file as well, one JSON object a line.",
)
@click.version_option(package_name="conference-kb", prog_name="kb")
@click.pass_context
def cli(ctx: click.Context, home: Path | None, verbose: bool, log_file: Path | None) -> None:
    """What happened at that workshop, who spoke, and which paper was it?

    kb keeps talks, people, papers and events, linked to one another, each fact with its source, and searches them by
    words and by meaning.
    """
    if verbose or log_file:
        from kb.cli.logs import configure

        configure(verbose=verbose, log_file=log_file)
    ctx.obj = Context(home, verbose)


def main() -> None:
    """Run `kb`; every error on purpose is one line on stderr and an exit code, `KB_DEBUG=1` shows its traceback."""
    # Ranking multiplies a few hundred vectors: 0.5 ms on one thread, 16 ms when a second one waits for a busy core
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """`main` without leaving the process; returns the exit code."""
    debug = os.environ.get("KB_DEBUG") == "1"
    try:
        result = cli.main(arguments, prog_name="kb", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as why:
        why.show()
        return 2
    except click.exceptions.Exit as why:
        return why.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("Stopped; what was done is kept.")
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`kb list | head`): nothing to say, and nothing to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KBError as why:
        if debug:
            raise
        say(f"kb: {why.line()}")
        return why.exit_code
    except OSError as why:
        if debug:
            raise
        name = f"{why.filename}: " if why.filename else ""
        say(f"kb: {name}{why.strerror or why}")
        return 2
    except Exception as why:
        if debug:
            raise
        say(f"kb: {type(why).__name__}: {' '.join(str(why).split())}. This is a bug; KB_DEBUG=1 shows where.")
        return 2


def say(text: str) -> None:
    """A line for the person: stderr, so that stdout stays data."""
    from kb.text import clean

    click.echo(clean(text), err=True)
