"""What is wrong with a contact or an appointment, in the page's language.

``office.items`` says it in English, to programs. The faults of real exports are told here in the
words of the page; the rest are those of programs that were written by hand, and stay as they are.
"""

import re
from collections.abc import Callable

from markupsafe import Markup

from admin.texts import gettext as _

_Told = Callable[[re.Match[str]], str]
_FAULTS: tuple[tuple[str, _Told], ...] = (
    (
        r"VERSION is (.*); vCard 3\.0 and 4\.0 are taken\.",
        lambda found: _("This is vCard %(version)s; 3.0 and 4.0 are taken.", version=found[1]),
    ),
    (
        r"VERSION is (.*); only iCalendar 2\.0 is taken\.",
        lambda found: _("This is iCalendar %(version)s; 2.0 is taken.", version=found[1]),
    ),
    (
        r"The text is not UTF-8: .*",
        lambda _found: _("The text is not in UTF-8; export it with this character set."),
    ),
    (
        r"(?:BEGIN:(.*) has no END; )?the text is cut off\.",
        lambda _found: _("The text is cut off."),
    ),
    (
        r"“(.*)” is no line of the form NAME:value\.",
        lambda found: _("“%(line)s” is no line of such a file.", line=found[1]),
    ),
    (
        r"FN, the name to be shown, is missing\.",
        lambda _found: _("The name to be shown (FN) is missing."),
    ),
    (
        r"The (?:object|vCard) has (\d+) bytes; (\d+) are taken\.",
        lambda found: _(
            "It has %(size)s bytes; %(most)s are taken.", size=found[1], most=found[2]
        ),
    ),
    (
        r"a VEVENT without DTSTART\.",
        lambda _found: _("An appointment without a beginning (DTSTART)."),
    ),
    (r"DTEND comes before DTSTART\.", lambda _found: _("It ends before it begins.")),
    (
        r"DTSTART and DTEND: one is a date, the other a time\.",
        lambda _found: _("Of beginning and end one is a date, the other a time."),
    ),
    (
        r"“(.*)” is no date or time\.",
        lambda found: _("“%(value)s” is no date or time.", value=found[1]),
    ),
    (r"“(.*)” is no duration\.", lambda found: _("“%(value)s” is no duration.", value=found[1])),
    (
        r"(?:the rule “(.*)”: .*)",
        lambda found: _("The rule “%(rule)s” of repetition can't be read.", rule=found[1]),
    ),
    (
        r"RECURRENCE-ID (.*) comes twice\.",
        lambda found: _("The instance %(value)s was changed twice.", value=found[1]),
    ),
    (
        r"the time zone “(.*)” is neither known nor described\.",
        lambda found: _("The time zone “%(name)s” is neither known nor described.", name=found[1]),
    ),
    (
        r"There is no event, task or journal entry in it\.",
        lambda _found: _("There is no appointment and no task in it."),
    ),
    (r"a second UID\.", lambda _found: _("There is a second UID.")),
)
_COMPILED = tuple((re.compile(pattern, re.DOTALL), told) for pattern, told in _FAULTS)


def item_fault(sentence: str) -> Markup:
    """The sentence as the page shows it; marked as English where it is."""
    for pattern, told in _COMPILED:
        if found := pattern.fullmatch(sentence):
            return Markup("{}").format(told(found))
    return Markup('<span lang="en">{}</span>').format(sentence)
