"""`kb topics`: the taxonomy, and what the knowledge base holds on each topic."""

from __future__ import annotations

from collections import Counter

import click

from kb.cli.common import echo, echo_json, open_for, people_of, rows_as_text
from kb.errors import UsageError
from kb.text import clean

_BARS = "▁▂▃▄▅▆▇█"


@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  kb topics\n  kb topics --json\n  kb topics show proteins",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def topics(ctx: click.Context, as_json: bool) -> None:
    """Count papers and talks by topic, with each topic's course over the years."""
    if ctx.invoked_subcommand is not None:
        return
    kb = open_for(ctx)
    by_topic: dict[str, Counter[int]] = {}
    for row in kb.topic_counts():
        by_topic.setdefault(row.topic, Counter())[row.year or 0] += row.count
    years = sorted({year for counter in by_topic.values() for year in counter if year})[-8:]
    rows = [
        (topic, sum(by_topic.get(topic.id, Counter()).values()), [by_topic.get(topic.id, Counter())[y] for y in years])
        for topic in kb.taxonomy().topics.values()
    ]
    if as_json:
        echo_json(
            [
                {
                    "id": t.id,
                    "name": t.name,
                    "field": t.field,
                    "count": n,
                    "by_year": dict(zip(years, line, strict=True)),
                }
                for t, n, line in rows
            ]
        )
        return
    table = [["topic", "count", f"{years[0]}..{years[-1]}" if years else "", ""]]
    table += [
        [("  " if topic.field else "") + topic.id, f"{count:,}", sparkline(line), clean(topic.name)]
        for topic, count, line in rows
    ]
    echo(rows_as_text(table))


@topics.command(epilog="\b\nExamples:\n  kb topics show proteins\n  kb topics show weather-forecasting --json")
@click.argument("topic_id", metavar="TOPIC")
@click.option("--limit", default=15, show_default=True, type=click.IntRange(0), help="How many records.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, topic_id: str, limit: int, as_json: bool) -> None:
    """Show one topic: counts by year and venue, and the records that are most about it."""
    kb = open_for(ctx)
    known = kb.taxonomy().topics
    if topic_id not in known:
        near = [i for i in known if topic_id.lower() in i] or [i for i, t in known.items() if t.field is None]
        raise UsageError(f"No topic has the id '{topic_id}'", hint=f"Try: {', '.join(near[:12])}")
    topic = known[topic_id]
    years: Counter[int] = Counter()
    venues: Counter[str] = Counter()
    for row in kb.topic_counts(topic_id):
        years[row.year or 0] += row.count
        venues[row.venue or "unknown"] += row.count
    records = kb.topic_records(topic_id, limit=limit)
    below = [t.id for t in known.values() if t.field == topic_id]
    if as_json:
        echo_json(
            {
                "id": topic.id, "name": topic.name, "field": topic.field, "about": topic.about, "topics": below,
                "by_year": {str(y): n for y, n in sorted(years.items()) if y}, "by_venue": dict(venues.most_common(20)),
                "records": [{"id": r.id, "title": r.title} for r in records],
            }
        )  # fmt: skip
        return
    echo(f"{topic.name}: {topic.about}")
    if below:
        echo("topics: " + ", ".join(below))
    echo("by year: " + ", ".join(f"{y} {n}" for y, n in sorted(years.items()) if y))
    echo("by venue: " + ", ".join(f"{clean(v)} {n}" for v, n in venues.most_common(10)))
    for record in records:
        who = ", ".join(people_of(record)[:3])
        echo(f"  {clean(record.title or 'Untitled')}" + (f" - {who}" if who else "") + f"  [{record.id}]")


def sparkline(values: list[int]) -> str:
    """Bars for a row of counts; blank where there is nothing at all."""
    top = max(values, default=0)
    return "".join(_BARS[round((len(_BARS) - 1) * value / top)] if value else "·" for value in values) if top else ""
