"""The ``If`` header (RFC 4918 section 10.4): state lists, parsed strictly and evaluated.

Grammar::

    If           = 1*No-tag-list | 1*Tagged-list
    No-tag-list  = List
    Tagged-list  = "<" Simple-ref ">" 1*List
    List         = "(" 1*Condition ")"
    Condition    = ["Not"] ( "<" absolute-URI ">" | "[" entity-tag "]" )
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple, Self

from wire.conditions import EntityTag

_LEXEMES = re.compile(
    r"[ \t]*(?:"
    r"(?P<open>\()|(?P<close>\))|(?P<negation>Not)(?=[ \t]*[<\[])"
    r"|<(?P<reference>[!-;=?-~\x80-\xff]+)>"
    r'|\[(?P<etag>(?:W/)?"[!#-~\x80-\xff]*")\]'
    r")",
    re.IGNORECASE,
)
_ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_MAX_LEXEMES = 10_000
_MAX_RESOURCES = 100  # each is looked up


class ResourceState(NamedTuple):
    """What a condition is compared with."""

    etag: str | None  # in header form; None for a collection
    lock_tokens: Collection[str]  # of every lock whose scope covers the resource


@dataclass(frozen=True, slots=True)
class StateCondition:
    """One condition: a lock token or an entity tag, exactly one of them."""

    token: str | None = None
    etag: EntityTag | None = None
    is_negated: bool = False

    def holds(self, state: ResourceState | None) -> bool:
        """Whether it is true of *state*; None is a resource that does not exist."""
        return self._matches(state) is not self.is_negated

    def _matches(self, state: ResourceState | None) -> bool:
        if state is None:
            return False
        if self.token is not None:
            return self.token in state.lock_tokens
        if self.etag is None or state.etag is None:
            return False
        # Section 10.4.4 allows either comparison. A compressing proxy makes our tags weak on the
        # way out, and what comes back still names these bytes.
        return EntityTag.parse(state.etag).weakly_equals(self.etag)


@dataclass(frozen=True, slots=True)
class StateList:
    """Conditions that must all hold, about *reference* or (None) the request's own resource."""

    reference: str | None
    conditions: tuple[StateCondition, ...]


@dataclass(frozen=True, slots=True)
class IfHeader:
    """A parsed ``If`` header."""

    lists: tuple[StateList, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the header's value.

        Raises:
            ValueError: It does not follow the grammar (400).
        """
        return cls(tuple(_Parser(_lexemes(text)).header()))

    @property
    def submitted_tokens(self) -> frozenset[str]:
        """Every token named in the header, even where its list is false (section 10.4.1)."""
        return frozenset(
            condition.token
            for each in self.lists
            for condition in each.conditions
            if condition.token is not None
        )

    @property
    def tagged_references(self) -> tuple[str, ...]:
        """The resources that lists are tagged with, as sent, each once."""
        return tuple(dict.fromkeys(e.reference for e in self.lists if e.reference is not None))

    def evaluate(self, state_of: Callable[[str | None], ResourceState | None]) -> bool:
        """Whether at least one list holds (section 10.4.4); if not, the answer is 412.

        Args:
            state_of: Gives the state of a tag as sent, or (None) of the request's own resource;
                None where nothing exists.
        """
        states: dict[str | None, ResourceState | None] = {}
        for each in self.lists:
            if each.reference not in states:
                states[each.reference] = state_of(each.reference)
            state = states[each.reference]
            if all(condition.holds(state) for condition in each.conditions):
                return True
        return False


class _Lexeme(NamedTuple):
    kind: str
    text: str


def _lexemes(text: str) -> list[_Lexeme]:
    text = text.strip(" \t")
    found: list[_Lexeme] = []
    at = 0
    while at < len(text):
        match = _LEXEMES.match(text, at)
        if match is None or match.lastgroup is None or len(found) == _MAX_LEXEMES:
            raise ValueError(f"The If header can't be read from {text[at : at + 40]!r} on.")
        found.append(_Lexeme(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    """Recursive descent over the lexemes of one header."""

    def __init__(self, lexemes: list[_Lexeme]) -> None:
        self._lexemes = lexemes
        self._at = 0

    def header(self) -> list[StateList]:
        if not self._lexemes:
            raise ValueError("The If header is empty.")
        is_tagged = self._peek() == "reference"
        lists: list[StateList] = []
        tagged: set[str | None] = set()
        while self._peek():
            reference = self._take("reference") if is_tagged else None
            tagged.add(reference)
            if len(tagged) > _MAX_RESOURCES:
                raise ValueError(f"The If header names more than {_MAX_RESOURCES} resources.")
            lists.append(self._list(reference))
            while self._peek() == "open":
                lists.append(self._list(reference))
        return lists

    def _list(self, reference: str | None) -> StateList:
        self._take("open")
        conditions = [self._condition()]
        while self._peek() != "close":
            conditions.append(self._condition())
        self._take("close")
        return StateList(reference, tuple(conditions))

    def _condition(self) -> StateCondition:
        is_negated = self._peek() == "negation"
        if is_negated:
            self._take("negation")
        if self._peek() == "etag":
            return StateCondition(etag=EntityTag.parse(self._take("etag")), is_negated=is_negated)
        token = self._take("reference")
        if not _ABSOLUTE_URI.fullmatch(token):
            raise ValueError(f"The If header's state token {token[:80]!r} is not an absolute URI.")
        return StateCondition(token=token, is_negated=is_negated)

    def _peek(self) -> str:
        return self._lexemes[self._at].kind if self._at < len(self._lexemes) else ""

    def _take(self, kind: str) -> str:
        if self._peek() != kind:
            raise ValueError("The If header does not follow the grammar of RFC 4918 section 10.4.")
        lexeme = self._lexemes[self._at]
        self._at += 1
        return lexeme.text
