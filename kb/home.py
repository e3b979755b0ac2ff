"""The home folder: where everything lives, and the settings in it."""

from __future__ import annotations

import os
import tempfile
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from kb.errors import UsageError

BUILTIN_MODEL = "kb-static-v1"


def default_home() -> Path:
    """`KB_HOME`, else the platform's data folder."""
    if value := os.environ.get("KB_HOME"):
        return Path(value).expanduser()
    import platformdirs  # 5 ms, and only without KB_HOME

    return Path(platformdirs.user_data_dir("kb", appauthor=False))


@dataclass(frozen=True, slots=True)
class Home:
    """Paths of one knowledge base. Nothing is created by naming it."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "kb.db"

    @property
    def pages(self) -> Path:
        return self.path / "pages.db"

    @property
    def index(self) -> Path:
        return self.path / "index"

    @property
    def settings(self) -> Path:
        return self.path / "settings.toml"

    @property
    def lock(self) -> Path:
        return self.path / "writer.lock"

    def exists(self) -> bool:
        return self.database.exists()


@dataclass(frozen=True, slots=True)
class Settings:
    """What `settings.toml` may say. Times are in seconds, sizes in bytes."""

    contact: str = field(default="", metadata={"help": "e-mail or URL sent in the User-Agent"})
    min_interval: float = field(default=1.0, metadata={"help": "seconds between two requests to one host"})
    max_body: int = field(default=20_000_000, metadata={"help": "largest page that is downloaded, in bytes"})
    model: str = field(default=BUILTIN_MODEL, metadata={"help": "embedding model: a name or a folder"})
    device: str = field(default="cpu", metadata={"help": "device for models of the extra `models`"})
    backend: str = field(default="builtin", metadata={"help": "search index: builtin or milvus"})
    milvus_uri: str = field(default="", metadata={"help": "URI of the Milvus server or file"})
    reranker: str = field(default="", metadata={"help": "cross-encoder for re-ranking; empty means off"})
    theme: str = field(default="", metadata={"help": "theme of the terminal UI"})
    on_new: str = field(default="", metadata={"help": "command that gets new matches of saved searches on stdin"})


def read_toml(path: Path) -> dict[str, Any]:
    """The settings file as a dictionary; {} when there is none; UsageError naming the line when it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise UsageError(f"{path} is not valid TOML: {why}", hint="Correct it, or move it away") from why
    except OSError as why:
        raise UsageError(f"{path} cannot be read: {why.strerror}") from why


def load_settings(home: Home) -> Settings:
    """Settings of a home; names it does not know are left to whoever owns them (`[[sources]]`, `[topics]`)."""
    values = read_toml(home.settings)
    settings = Settings()
    for spec in fields(Settings):
        if spec.name in values:
            changed: dict[str, Any] = {spec.name: parse_setting(spec.name, str(values[spec.name]))}
            settings = replace(settings, **changed)
    return settings


def parse_setting(name: str, value: str) -> str | int | float:
    """The value in the setting's own type; UsageError names the setting and what it takes."""
    defaults: dict[str, Any] = {spec.name: spec.default for spec in fields(Settings)}
    if name not in defaults:
        raise UsageError(f"No setting is named '{name}'", hint=f"Settings: {', '.join(defaults)}")
    kind = type(defaults[name])
    try:
        parsed: str | int | float = kind(value)
    except ValueError as why:
        raise UsageError(f"'{value}' does not fit the setting {name}", hint=f"It takes a {kind.__name__}") from why
    if isinstance(parsed, (int, float)) and parsed < 0:
        raise UsageError(f"'{value}' does not fit the setting {name}", hint="It cannot be negative")
    return parsed


def save_setting(home: Home, name: str, value: str) -> str | int | float:
    """Change one setting; everything else in the file, comments included, stays as it is. Returns what was stored."""
    import tomlkit  # 20 ms, and only to write

    parsed = parse_setting(name, value)
    load_settings(home)  # a broken file is reported, not overwritten
    text = home.settings.read_text(encoding="utf-8") if home.settings.exists() else ""
    document = tomlkit.parse(text)
    document[name] = parsed
    write_atomically(home.settings, tomlkit.dumps(document))
    return parsed


def write_atomically(path: Path, data: str | bytes, *, mode: int | None = None) -> None:
    """Write a file whole or not at all: a temporary file beside it, synced, then renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode if mode is not None else 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
