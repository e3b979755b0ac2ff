"""python -m index.training PAPERS FOLDER [--teacher NAME] [--exclude FILE] ..."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path

from index.training.corpus import read_papers
from kb.errors import KBError, ModelError, UsageError


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index.training", description="Train a static embedding model.")
    parser.add_argument("papers", type=Path, help="JSONL (.xz, .gz) with id, title, abstract, keywords")
    parser.add_argument("folder", type=Path, help="where the model goes")
    parser.add_argument("--name", default="", help="name of the model (default: the folder's)")
    parser.add_argument("--teacher", default="sentence-transformers/all-MiniLM-L6-v2", help="hub name or folder")
    parser.add_argument("--exclude", type=Path, help="file of ids that must not be trained on, one a line")
    parser.add_argument("--cache", type=Path, help="where the teacher's vectors are kept (default: FOLDER-teacher)")
    parser.add_argument("--teacher-minutes", type=float, default=40.0, help="time for the teacher beyond the cache")
    parser.add_argument("--scores", type=Path, help="Markdown with benchmark scores, for the model card")
    parser.add_argument("--limit", type=int, help="read this many papers only")
    parser.add_argument("--vocabulary", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    return parser


def _run(args: argparse.Namespace) -> None:
    for needed in ("torch", "sentence_transformers"):
        if importlib.util.find_spec(needed) is None:
            raise ModelError(f"Training needs {needed}", hint="Run: pip install 'conference-kb[models]'")
    for path in filter(None, (args.papers, args.exclude, args.scores)):
        if not path.is_file():
            raise UsageError(f"No file {path}")
    # PyTorch takes seconds to import: not before the arguments are known to be right.
    from index.training.build import build
    from index.training.card import write_card
    from index.training.student import Recipe
    from index.training.teacher import Teacher

    began = time.monotonic()

    def progress(line: str) -> None:
        print(f"[{time.monotonic() - began:5.0f} s] {line}", file=sys.stderr, flush=True)

    exclude = frozenset(args.exclude.read_text(encoding="utf-8").split()) if args.exclude else frozenset()
    papers = list(read_papers(args.papers, exclude=exclude, limit=args.limit))
    name = args.name or args.folder.resolve().name
    teacher = Teacher(args.teacher, args.cache or args.folder.with_name(f"{args.folder.name}-teacher"))
    report = build(
        papers,
        args.folder,
        name=name,
        teacher=teacher,
        recipe=Recipe(dim=args.dim, vocabulary=args.vocabulary, epochs=args.epochs, seed=args.seed),
        teacher_seconds=args.teacher_minutes * 60,
        progress=progress,
    )
    scores = args.scores.read_text(encoding="utf-8") if args.scores else ""
    write_card(args.folder / "model_card.md", report, name=name, teacher=Path(args.teacher).name, scores=scores)
    progress(f"wrote {args.folder}")


def main() -> int:
    """Train as the arguments say; 2 and one line on stderr when that cannot be."""
    try:
        _run(_arguments().parse_args())
    except KBError as error:
        print(error.line(), file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
