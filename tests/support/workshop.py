"""A small workshop site of our own, as its pages would be served."""

from __future__ import annotations

PEOPLE = ("Ada Byron", "Ben Okafor", "Chen Wei Lin", "Dora Silva", "Emil Novak", "Fatima Haddad", "Gita Rao")
TITLES = (
    "Learning force fields from noisy forces",
    "Weather at the kilometre scale",
    "What proteins remember",
    "Catalysts by search",
    "Symmetry as a prior for crystals",
    "Neural operators in practice",
    "Reading genomes with long context",
)


def page(title: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{body}</body></html>"
    ).encode()


def schedule(number: int, *, year: int = 2031) -> bytes:
    """A timetable of one talk more than `number`, each with its speaker."""
    rows = "".join(
        f"<tr><td>{9 + slot}:00</td><td>Invited talk</td><td>{PEOPLE[slot % 7]}</td><td>{TITLES[slot % 7]}</td></tr>"
        for slot in range(number + 1)
    )
    head = "<tr><th>Time</th><th>Session</th><th>Speaker</th><th>Title</th></tr>"
    return page(f"Workshop on Quiet Science at ICML {year}: Schedule", f"<h2>Schedule</h2><table>{head}{rows}</table>")


def speakers(names: tuple[str, ...], *, year: int = 2031) -> bytes:
    rows = "".join(f"<li><b>{name}</b>, University of Somewhere</li>" for name in names)
    return page(f"Workshop on Quiet Science at ICML {year}", f"<h2>Invited Speakers</h2><ul>{rows}</ul>")


def home(links: tuple[str, ...], *, year: int = 2031) -> bytes:
    items = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return page(f"Workshop on Quiet Science at ICML {year}", f"<p>Welcome.</p><nav><ul>{items}</ul></nav>")
