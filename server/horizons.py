"""How far devices have calendars and address books, as one process learnt it: written in batches.

What says nothing new writes nothing; that a program is still there is written once a day.
"""

from collections.abc import Iterable

from office.horizons import Knowledge
from office.tracking import Access
from storage import horizons
from storage.horizons import Horizon, Mark, Program, Stand, Version, is_beyond
from storage.store import Store

SEEN_US = 24 * 3600 * 1_000_000
"""How long a program that is known to be there need not be written down again."""

_MOST_REMEMBERED = 50_000
_NOTHING = Version(-1, -1)


class Horizons:
    """The marks that were not written yet, and what is known to be; used by one thread."""

    def __init__(self) -> None:
        self._pending: dict[Program, Mark] = {}
        self._written: dict[Program, Stand] = {}

    def see(self, accesses: Iterable[Access]) -> None:
        """Take in what requests showed of what their clients know."""
        for access in accesses:
            knowledge = access.note.knowledge
            if knowledge is not None:
                self._see(access, knowledge)

    def due(self, store: Store) -> list[Mark]:
        """What is new of it; another process may have written the rest, which is forgotten."""
        if not self._pending:
            return []
        with store.read() as unit:
            for program in self._pending.keys() - self._written.keys():
                stands = horizons.find(unit, program)
                if stands is not None:
                    self._remember(program, stands)
            news = []
            for mark in self._pending.values():
                beyond = self._beyond(mark)
                stored = horizons.fetched(unit, mark.program, beyond) if beyond else {}
                fetched = {
                    href: version
                    for href, version in beyond.items()
                    if href not in stored or version > stored[href]
                }
                if fetched or self._is_news(mark.program, mark.horizon, mark.seen_us):
                    news.append(mark._replace(fetched=fetched))
        self._pending = {each.program: each for each in news}
        return news

    def written(self, marks: Iterable[Mark]) -> None:
        """Forget what the database has."""
        for mark in marks:
            self._pending.pop(mark.program, None)
            if mark.horizon is not None:
                known = self._written.get(mark.program, Stand(mark.horizon, 0))
                horizon = max(known.horizon, mark.horizon)
                self._remember(mark.program, Stand(horizon, max(known.seen_us, mark.seen_us)))

    def drop(self) -> None:
        """Give up what could not be written; it is noted anew when its clients ask again."""
        self._pending.clear()

    def _see(self, access: Access, knowledge: Knowledge) -> None:
        program = Program(access.device_id, knowledge.collection_id, str(access.family))
        known = knowledge.presented
        if known is None and access.is_finished:
            known = knowledge.told
        horizon = None if known is None else Horizon(knowledge.epoch, known.changed, known.gone)
        waiting = self._pending.get(program)
        if waiting is not None:
            horizon = _farthest(waiting.horizon, horizon)
        fetched = dict(waiting.fetched) if waiting is not None else {}
        if access.is_finished:
            farthest = _farthest(horizon, self._known(program))
            for each in knowledge.fetched:
                version = Version(knowledge.epoch, each.modseq)
                if is_beyond(version, farthest) and version > fetched.get(each.href, _NOTHING):
                    fetched[each.href] = version
        if fetched or self._is_news(program, horizon, access.until_us):
            self._pending[program] = Mark(program, horizon, access.until_us, fetched)

    def _known(self, program: Program) -> Horizon | None:
        stands = self._written.get(program)
        return stands.horizon if stands is not None else None

    def _is_news(self, program: Program, horizon: Horizon | None, seen_us: int) -> bool:
        if horizon is None:
            return False
        stands = self._written.get(program)
        if stands is None or horizon > stands.horizon:
            return True
        return seen_us - stands.seen_us >= SEEN_US

    def _beyond(self, mark: Mark) -> dict[str, Version]:
        """What was fetched beyond the horizon as it is known by now."""
        farthest = _farthest(mark.horizon, self._known(mark.program))
        return {
            href: version for href, version in mark.fetched.items() if is_beyond(version, farthest)
        }

    def _remember(self, program: Program, stands: Stand) -> None:
        if len(self._written) >= _MOST_REMEMBERED:
            self._written.clear()
        self._written[program] = stands


def _farthest(one: Horizon | None, other: Horizon | None) -> Horizon | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
