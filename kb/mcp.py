"""The knowledge base as an MCP server on standard input and output (extra `mcp`)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kb.agent import NOTICE, Agent
from kb.errors import KBError, UsageError

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from kb.knowledge_base import KnowledgeBase

_INSTRUCTIONS = (
    "Talks, people, papers and events of AI-for-science workshops. Search first; ids in answers go to get and related. "
    'Queries may hold filters: kind:talk venue:ICLR year:2023..2024 person:"Name" topic:proteins has:slides -word. '
    + NOTICE
)


def build_server(kb: KnowledgeBase) -> MCPServer[Any]:
    """A server with six tools over `kb`. Errors on purpose come back as `{"error", "hint"}`."""
    try:
        from mcp.server import MCPServer
    except ImportError as why:
        raise UsageError("The MCP server needs the extra mcp", hint="Run: pip install 'conference-kb[mcp]'") from why

    agent, lock = Agent(kb), threading.Lock()
    server: MCPServer[Any] = MCPServer("kb", instructions=_INSTRUCTIONS, log_level="ERROR")

    def answered(call: Callable[[], dict[str, Any]]) -> str:
        with lock:
            try:
                return json.dumps(call(), ensure_ascii=False)
            except KBError as why:
                return json.dumps({"error": str(why), "hint": why.hint}, ensure_ascii=False)

    @server.tool(description="Search by words and meaning.")
    def search(query: str, kind: str | None = None, limit: int = 8, offset: int = 0) -> str:
        return answered(lambda: agent.search(query, kind, limit, offset))

    @server.tool(description="One record by id: fields, neighbours, sources.")
    def get(id: str) -> str:
        return answered(lambda: agent.get(id))

    @server.tool(description="Records close in meaning to one.")
    def related(id: str, kind: str | None = None, limit: int = 8) -> str:
        return answered(lambda: agent.related(id, kind, limit))

    @server.tool(description="People by name, or by what they work on.")
    def people(query: str, limit: int = 8, offset: int = 0) -> str:
        return answered(lambda: agent.people(query, limit, offset))

    @server.tool(description="Topic counts; for one topic its years and top records.")
    def topics(topic: str | None = None) -> str:
        return answered(lambda: agent.topics(topic))

    @server.tool(description="What was added or changed since an ISO date.")
    def changes(since: str | None = None, limit: int = 20) -> str:
        return answered(lambda: agent.changes(since, limit))

    return server
