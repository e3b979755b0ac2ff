"""`kb model`: which embedding model ranks by meaning."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.common import echo, echo_json, rows_as_text, say
from kb.cli.main import Context
from kb.home import BUILTIN_MODEL, Home, default_home, load_settings, save_setting


def _home(ctx: click.Context) -> Home:
    context: Context = ctx.find_object(Context) or Context()
    return Home(context.home or default_home())


@click.group(
    epilog="""\b
Examples:
  kb model list
  kb model use sentence-transformers/all-MiniLM-L6-v2 && kb index build
  kb model export ./kb-static-v1"""
)
def model() -> None:
    """Choose the embedding model: the built-in one, or any sentence-transformers model."""


@model.command(name="list", epilog="\b\nExample:\n  kb model list --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the models that need no download, and the one in use."""
    from index.embedding.registry import available_models

    chosen = load_settings(_home(ctx)).model
    known = {info.name: info.description for info in available_models()}
    known.setdefault(chosen, "chosen in the settings")
    if as_json:
        echo_json([{"name": name, "description": text, "used": name == chosen} for name, text in known.items()])
        return
    echo(rows_as_text([["*" if name == chosen else " ", name, text] for name, text in known.items()]))
    say("`kb model use NAME` takes a folder or a name on the model hub as well (extra `models`).")


@model.command(name="show", epilog="\b\nExamples:\n  kb model show\n  kb model show ./my-model --json")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, name: str | None, as_json: bool) -> None:
    """Load a model and say what it is; without NAME the one in use."""
    from index.embedding.registry import ModelOptions, built_in_folder, load_embedder

    settings = load_settings(_home(ctx))
    name = name or settings.model
    embedder = load_embedder(name, options=ModelOptions(device=settings.device or None))
    if as_json:
        echo_json({"name": embedder.name, "dimensions": embedder.dim, "used": name == settings.model})
        return
    echo(f"{embedder.name}: {embedder.dim} dimensions")
    card = built_in_folder() / "model_card.md" if name == BUILTIN_MODEL else Path(name) / "README.md"
    if card.is_file():
        echo("\n" + card.read_text(encoding="utf-8", errors="replace"))


@model.command(name="use", epilog=f"\b\nExamples:\n  kb model use ./my-model\n  kb model use {BUILTIN_MODEL}")
@click.argument("name")
@click.pass_context
def use(ctx: click.Context, name: str) -> None:
    """Use a model from now on. It is loaded once first, so that a wrong name changes nothing.

    The vectors of each model are kept apart: switching back costs nothing.
    """
    from index.embedding.registry import ModelOptions, load_embedder

    home = _home(ctx)
    if name != BUILTIN_MODEL and Path(name).expanduser().is_dir():
        name = str(Path(name).expanduser().resolve())
    embedder = load_embedder(name, options=ModelOptions(device=load_settings(home).device or None))
    save_setting(home, "model", name)
    say(f"Using {name} ({embedder.dim} dimensions). `kb index build` embeds everything now; else the next search does.")


@model.command(name="export", epilog="\b\nExample:\n  kb model export ./kb-static-v1")
@click.argument("folder", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write the built-in model as an ordinary sentence-transformers folder."""
    from index.embedding.export import export_model
    from index.embedding.registry import built_in_folder
    from index.embedding.static import StaticEmbedder

    export_model(StaticEmbedder.load(built_in_folder()), folder, card=built_in_folder() / "model_card.md")
    say(f"Wrote {folder}; SentenceTransformer('{folder}') loads it.")
