# SPDX-License-Identifier: Apache-2.0
"""The values that Python has no type for."""

import dataclasses
import datetime

# The day that dates are counted from, as datetime counts days.
EPOCH = datetime.date(1970, 1, 1).toordinal()


class _Entity:
    """What nodes and relationships share: an id, and properties read as entity["name"]."""

    def __getitem__(self, name):
        return self.properties[name]

    def get(self, name, default=None):
        return self.properties.get(name, default)

    def __contains__(self, name):
        return name in self.properties

    def __hash__(self):
        return hash((type(self), self.id))


@dataclasses.dataclass(frozen=True, eq=False)
class Node(_Entity):
    id: int
    labels: tuple
    properties: dict

    def __eq__(self, other):
        return isinstance(other, Node) and self.id == other.id

    __hash__ = _Entity.__hash__


@dataclasses.dataclass(frozen=True, eq=False)
class Relationship(_Entity):
    id: int
    type: str
    start: int
    end: int
    properties: dict

    def __eq__(self, other):
        return isinstance(other, Relationship) and self.id == other.id

    __hash__ = _Entity.__hash__


@dataclasses.dataclass(frozen=True)
class Path:
    """nodes has one entry more than relationships; len() is the number of relationships."""
    nodes: tuple
    relationships: tuple

    def __len__(self):
        return len(self.relationships)


@dataclasses.dataclass(frozen=True)
class Duration:
    months: int = 0
    days: int = 0
    seconds: int = 0
    nanos: int = 0


@dataclasses.dataclass(frozen=True)
class Temporal:
    """A temporal value that datetime cannot hold: nanoseconds, years outside 1 to 9999, an unknown zone.

    kind: "date", "localtime", "time", "localdatetime" or "datetime"; seconds: of the day, or since 1970-01-01 (days
    for a date), in UTC for a datetime; text: openCypher's canonical form.
    """
    kind: str
    text: str
    seconds: int
    nanos: int = 0
    offset_seconds: int = 0
    zone: str = ""
