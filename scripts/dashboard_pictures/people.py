"""Made-up people of a made-up product, and what each of them did when: the same at every run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

NAMES = (
    """
Amara Okafor, Ben Halloran, Chiara Conti, Daniel Weiss, Elif Demir, Farid Rahimi, Grace Lindqvist, Hugo Marchand,
Ines Carvalho, Jakub Nowak, Keiko Tanaka, Liam Gallagher, Mina Petrova, Noah Becker, Olivia Trent, Pavel Dvorak,
Quentin Leroy, Rosa Delgado, Samir Haddad, Tess Vandenberg, Uma Krishnan, Viktor Hansen, Wanjiru Kamau, Xavier Roca,
Yara Cohen, Zoe Papadaki, Adrian Muller, Bianca Ferri, Callum Reid, Dana Sokolova, Emeka Nwosu, Freya Nilsen,
Gabriel Sousa, Hana Kim, Ivan Horvat, Julia Brandt, Karim Bensaid, Lea Fontaine, Mateo Vargas, Nadia Rossi,
Oscar Lund, Priya Nair, Rafael Ortega, Sofia Virtanen, Tomas Kral, Ursula Frey, Valentin Popa, Willa Grant,
Yusuf Kaya, Anouk de Vries, Brendan Walsh, Carmen Ruiz, Dmitri Orlov, Esther Blum, Felix Aigner, Greta Holm
""".replace("\n", " ")
    .strip()
    .split(", ")
)
COMPANIES = (
    "Northwind Studio", "Harbor Analytics", "Pine & Post", "Lumen Legal", "Brightside Clinics", "Kestrel Logistics",
    "Oakline Foods", "Tidal Energy", "Meridian Travel", "Fernhill School", "Copperline", "Stillwater Games",
)  # fmt: skip
ROLES = ("founder", "head of product", "designer", "project lead", "operations", "co-founder", "engineer")
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo", "Europe/Lisbon")

# How somebody gets on: which share of days they come, and what they do in the order in which they begin to do it.
WAYS: dict[str, tuple[float, tuple[str, ...]]] = {
    "customer": (
        0.8, ("Onboarding Completed", "Invite Sent", "Data Imported", "Pricing", "Upgrade Clicked", "Pricing"),
    ),
    "ready": (0.75, ("Onboarding Completed", "Invite Sent", "Pricing", "Upgrade Clicked", "Pricing", "Invite Sent")),
    "engaged": (0.6, ("Onboarding Completed", "Data Imported", "Invite Sent", "Pricing")),
    "activated": (0.5, ("Onboarding Completed", "Data Imported")),
    "beginner": (0.3, ("Docs Viewed", "Error Shown", "Error Shown")),
    "silent": (0.5, ("Onboarding Completed", "Pricing", "Invite Sent")),
}  # fmt: skip
STEPPING, DAILY = 0.4, "Feature Used"
DECIDING = (12, 24)  # days until somebody pays
SHARES = {"customer": 9, "ready": 8, "engaged": 12, "activated": 12, "beginner": 9, "silent": 6}


@dataclass(frozen=True)
class Deed:
    """One message as an SDK sends it; `trusted` when the product's server does."""

    at: datetime
    message: dict[str, Any]
    trusted: bool


def deeds(now: datetime, days: int) -> list[Deed]:
    """What all of them did in so many days before now, the earliest first."""
    chance = random.Random(9)
    ways = [way for way, count in SHARES.items() for _ in range(count)]
    chance.shuffle(ways)
    lives = (
        life(chance, number, name, way, now, days) for number, (name, way) in enumerate(zip(NAMES, ways, strict=True))
    )
    return sorted((deed for each in lives for deed in each), key=lambda deed: deed.at)


def life(chance: random.Random, number: int, name: str, way: str, now: datetime, days: int) -> Iterator[Deed]:
    user = f"user_{1042 + number * 7}"
    earliest = {"customer": days * 0.7, "beginner": 1}.get(way, days * 0.25)
    began = now - timedelta(days=chance.uniform(earliest, 9 if way == "beginner" else days - 1))
    ends = now - timedelta(days=chance.uniform(7, 12)) if way == "silent" else now
    yield Deed(began, {"type": "identify", "userId": user, "traits": traits(chance, number, name)}, number % 9 != 4)
    often, steps = WAYS[way]
    day, done, has_paid = began, 0, False
    while (day := day + timedelta(minutes=chance.randint(5, 60))) < ends:
        for _ in range(chance.randint(1, 3)):
            if day >= ends:
                break
            # What comes next on their way, now and then, and what everybody does every day in between.
            is_step = done < len(steps) and chance.random() < STEPPING
            yield Deed(day, event(user, steps[done] if is_step else DAILY), False)
            done += is_step
            day += timedelta(minutes=chance.randint(2, 40))
        decided = done == len(steps) and day - began > timedelta(days=chance.uniform(*DECIDING))
        if way == "customer" and decided and not has_paid:
            yield Deed(day, event(user, "Subscription Started"), True)
            has_paid = True
        while chance.random() > often:
            day += timedelta(days=1)
        day += timedelta(hours=chance.randint(14, 30))
    if has_paid and number % 3 == 0:
        yield Deed(now - timedelta(days=chance.uniform(1, 4)), event(user, "Subscription Cancelled"), True)


def traits(chance: random.Random, number: int, name: str) -> dict[str, Any]:
    company = COMPANIES[number % len(COMPANIES)]
    domain = company.lower().replace(" & ", "-").replace(" ", "-")
    first, last = name.split(" ", 1)
    return {
        "name": name,
        "firstName": first,
        "email": f"{first}.{last.replace(' ', '')}@{domain}.example".lower(),
        "company": company,
        "companySize": chance.choice((2, 4, 8, 12, 25, 60)),
        "role": chance.choice(ROLES),
        "plan": "trial",
        "timezone": chance.choice(ZONES),
    }


def event(user: str, name: str) -> dict[str, Any]:
    if name == "Pricing":
        return {"type": "page", "userId": user, "properties": {"path": "/pricing"}}
    properties = {"Feature Used": {"feature": "board"}, "Upgrade Clicked": {"plan": "team"}}.get(name, {})
    return {"type": "track", "userId": user, "event": name, "properties": properties}
