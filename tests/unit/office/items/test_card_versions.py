"""vCards from 3.0 to 4.0 and back (RFC 2426, RFC 6350)."""

import base64
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.items import read_address_object
from office.items.card_versions import in_version, version_of
from office.items.content_lines import find_lines, unfold
from tests.pace import is_within

JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(60)).decode()


def card(version: str, *lines: str) -> str:
    names = [] if any(line.startswith(("FN", "FN;")) for line in lines) else ["FN:Anna Berg"]
    if version == "3.0" and not any(line.startswith("N") for line in lines):
        names.append("N:Berg;Anna;;;")
    every = ["BEGIN:VCARD", f"VERSION:{version}", "UID:1", *names, *lines, "END:VCARD", ""]
    return "\r\n".join(every)


def in_4(*lines: str) -> list[str]:
    """What *lines* of a vCard 3.0 are in 4.0, unfolded."""
    return _own_lines(in_version(card("3.0", *lines), "4.0"))


def in_3(*lines: str) -> list[str]:
    """What *lines* of a vCard 4.0 are in 3.0, unfolded."""
    return _own_lines(in_version(card("4.0", *lines), "3.0"))


def _own_lines(text: str) -> list[str]:
    lines = unfold(text).strip().split("\n")
    known = ("BEGIN:", "END:", "VERSION:", "UID:", "FN:Anna", "N:Berg;Anna", "N:Anna Berg")
    return [line for line in lines if not line.startswith(known)]


BOTH = [
    ("TEL;TYPE=home,PREF:+49 170 1", "TEL;TYPE=home;PREF=1:+49 170 1"),
    ("BDAY:1985-04-12", "BDAY:19850412"),
    ("BDAY:1985-04-12T10:22:00Z", "BDAY:19850412T102200Z"),
    ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12", "BDAY:--0412"),
    ("REV:2026-05-04T10:00:00+02:00", "REV:20260504T100000+0200"),
    ("GEO:50.94;6.96", "GEO:geo:50.94,6.96"),
    ("TZ:+01:00", "TZ;VALUE=utc-offset:+0100"),
    ("TZ;VALUE=text:Europe/Berlin", "TZ:Europe/Berlin"),
    (f"PHOTO;ENCODING=b;TYPE=JPEG:{JPEG}", f"PHOTO:data:image/jpeg;base64,{JPEG}"),
    (f"SOUND;ENCODING=b;TYPE=WAVE:{JPEG}", f"SOUND:data:audio/wav;base64,{JPEG}"),
    (f"KEY;ENCODING=b;TYPE=PGP:{JPEG}", f"KEY:data:application/pgp-keys;base64,{JPEG}"),
    (
        "PHOTO;VALUE=uri;TYPE=PNG:https://muster.example/a.png",
        "PHOTO;MEDIATYPE=image/png:https://muster.example/a.png",
    ),
    ("X-ADDRESSBOOKSERVER-KIND:group", "KIND:group"),
    ("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:2", "MEMBER:urn:uuid:2"),
    ("X-GENDER:F", "GENDER:F"),
    ("X-ANNIVERSARY:2010-06-01", "ANNIVERSARY:20100601"),
    ("item1.X-ABLabel:_$!<HomePage>!$_", "item1.X-ABLabel:_$!<HomePage>!$_"),
    ("item1.URL:https://berg.example", "item1.URL:https://berg.example"),
    ("NOTE:a\\, b\\; c\\nd", "NOTE:a\\, b\\; c\\nd"),
    ("X-ABSHOWAS:COMPANY", "X-ABSHOWAS:COMPANY"),
]


class TestBothWays:
    @pytest.mark.parametrize(("old", "new"), BOTH)
    def test_there(self, old: str, new: str) -> None:
        assert in_4(old) == [new]

    @pytest.mark.parametrize(("old", "new"), BOTH)
    def test_and_back(self, old: str, new: str) -> None:
        assert in_3(new) == [old]

    def test_the_same_version_is_the_same_text(self) -> None:
        odd = card("3.0", "note;x=y:a").replace("\r\n", "\n")

        assert in_version(odd, "3.0") is odd

    def test_what_both_write_alike_stays_as_it_was_folded(self) -> None:
        line = "NOTE:eins\r\n  zwei"

        assert f"{line}\r\n" in in_version(card("3.0", line), "4.0")

    def test_the_version_stands_second(self) -> None:
        text = "BEGIN:VCARD\nN:a\nFN:a\nversion:3.0\nEND:VCARD\n"

        assert version_of(text) == "3.0"
        assert in_version(text, "4.0").split("\r\n")[0] == "BEGIN:VCARD\nVERSION:4.0"


class TestTo4:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("EMAIL;TYPE=INTERNET,home:a@b", "EMAIL;TYPE=home:a@b"),
            ("TEL;HOME;PREF:1", "TEL;TYPE=HOME;PREF=1:1"),
            ("NOTE;CHARSET=UTF-8:a", "NOTE:a"),
            ("BDAY;VALUE=date:19850412", "BDAY:19850412"),
            ("BDAY:um 1800", "BDAY;VALUE=text:um 1800"),
            (f"PHOTO;BASE64;JPEG:{JPEG}", f"PHOTO:data:image/jpeg;base64,{JPEG}"),
            (f"PHOTO;ENCODING=BASE64:{JPEG}", f"PHOTO:data:image/jpeg;base64,{JPEG}"),
            ("LABEL;TYPE=home:Weg 1\\nKöln", "ADR;TYPE=home;LABEL=Weg 1\\nKöln:;;;;;;"),
            ("PROFILE:VCARD", None),
            ('TEL;TYPE="voice,home, pref":1', "TEL;TYPE=voice,home;PREF=1:1"),
            ('X-A;TYPE="voice,home":1', 'X-A;TYPE="voice,home":1'),
            ("NOTE;ENCODING=QUOTED-PRINTABLE:Gr=C3=BC=C3=9Fe=2C =0D=0Aja", "NOTE:Grüße\\, \\nja"),
            ("NOTE;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:K=F6ln", "NOTE:Köln"),
            ("NOTE;QUOTED-PRINTABLE;CHARSET=utf-8:a=3Db=5Cc==3B=", "NOTE:a=b\\\\c\\;"),
            (
                "ADR;ENCODING=QUOTED-PRINTABLE:;;Weg 1=3B a\\;b;K=C3=B6ln;;;",
                "ADR:;;Weg 1\\; a\\;b;Köln;;;",
            ),
            ("URL;ENCODING=QUOTED-PRINTABLE:http://a/?b=3Dc=2Cd", "URL:http://a/?b=c,d"),
            ("NOTE;ENCODING=QUOTED-PRINTABLE:=00=07a=EF=BF=BF", "NOTE:a"),
            *(
                (odd, odd)
                for odd in (
                    "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:K=F6ln",
                    "NOTE;CHARSET=unicode_escape;ENCODING=QUOTED-PRINTABLE:K=F6ln",
                    "NOTE;CHARSET=us-ascii;ENCODING=QUOTED-PRINTABLE:Kö=F6ln",
                )
            ),
        ],
    )
    def test_a_line(self, old: str, new: str | None) -> None:
        assert in_4(old) == ([] if new is None else [new])

    def test_labels_go_to_their_addresses(self) -> None:
        lines = in_4(
            "ADR;TYPE=work,postal:;;Ring 2;Köln;;;",
            "ADR;TYPE=home:;;Weg 1;Köln;;;",
            "LABEL;TYPE=home:Weg 1\\, Köln",
        )

        assert lines == [
            "ADR;TYPE=work:;;Ring 2;Köln;;;",
            'ADR;TYPE=home;LABEL="Weg 1, Köln":;;Weg 1;Köln;;;',
        ]

    def test_a_group_binds_a_label_more_than_types_do(self) -> None:
        lines = in_4(
            "a.ADR;TYPE=work:;;Ring 2;;;;",
            "ADR;TYPE=home:;;Weg 1;;;;",
            "ADR;TYPE=home:;;Weg 3;;;;",
            "a.LABEL;TYPE=home:Ring",
            "LABEL;TYPE=HOME,postal:Weg",
        )

        assert lines == [
            "a.ADR;TYPE=work;LABEL=Ring:;;Ring 2;;;;",
            "ADR;TYPE=home;LABEL=Weg:;;Weg 1;;;;",
            "ADR;TYPE=home:;;Weg 3;;;;",
        ]

    def test_the_name_to_sort_by_goes_to_the_name(self) -> None:
        [name] = in_4("N:van der Berg;Anna;;;", "SORT-STRING:Berg")

        assert name == "N;SORT-AS=Berg:van der Berg;Anna;;;"


class TestTo3:
    @pytest.mark.parametrize(
        ("new", "old"),
        [
            ("TEL;VALUE=uri;TYPE=cell:tel:+49-170-1;ext=2", "TEL;TYPE=cell:+49-170-1 ext. 2"),
            ("EMAIL;PID=1.1;ALTID=1;PREF=7:a@b", "EMAIL;TYPE=PREF:a@b"),
            ("PHOTO:data:image/gif,%47IF", "PHOTO;ENCODING=b;TYPE=GIF:R0lG"),
            ("PHOTO:data:image/jpeg\\;base64\\,/9j/", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/"),
            ("BDAY;VALUE=text:um 1800", "BDAY;VALUE=text:um 1800"),
            ("BDAY:1985", "BDAY:1985"),
            ('TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+1', "TEL;TYPE=voice,home,PREF:+1"),
            ("CLIENTPIDMAP:1;urn:uuid:3", None),
        ],
    )
    def test_a_line(self, new: str, old: str | None) -> None:
        assert in_3(new) == ([] if old is None else [old])

    def test_a_name_in_parts_is_made_of_the_whole(self) -> None:
        text = in_version(card("4.0", "KIND:group", "FN:Verkäufer\\, Köln"), "3.0")

        assert "\r\nN:Verkäufer\\, Köln;;;;\r\n" in text

    def test_of_several_names_the_preferred_is_kept(self) -> None:
        text = in_version(card("4.0", "FN;PREF=2:Anna", "FN;PREF=1:Anna Berg"), "3.0")

        assert [line for line in text.split("\r\n") if line.startswith("FN")] == [
            "FN;TYPE=PREF:Anna Berg"
        ]

    def test_the_label_of_an_address_is_a_line(self) -> None:
        lines = in_3('ADR;TYPE=home;LABEL="Weg 1\\nKöln, Süd":;;Weg 1;Köln;;;')

        assert lines == ["ADR;TYPE=home:;;Weg 1;Köln;;;", "LABEL;TYPE=home:Weg 1\\nKöln\\, Süd"]

    def test_preference_is_a_type_of_the_first(self) -> None:
        lines = in_3("TEL;PREF=50:1", "TEL;PREF=1;TYPE=cell:2", "TEL:3")

        assert lines == ["TEL:1", "TEL;TYPE=cell,PREF:2", "TEL:3"]


class TestThereAndBack:
    """What the module says is lost; all else is in BOTH."""

    @pytest.mark.parametrize(
        ("version", "lines", "back"),
        [
            ("4.0", ["CLIENTPIDMAP:1;urn:uuid:3", "XML:<a/>"], []),
            ("4.0", ["GENDER:F", "GENDER;PREF=1:M"], ["GENDER;PREF=1:M"]),
            ("4.0", ["EMAIL;ALTID=1;PID=1.1:a@b"], ["EMAIL:a@b"]),
            ("4.0", ["TEL;PREF=2:1", "TEL;PREF=3:2"], ["TEL;PREF=1:1", "TEL:2"]),
            ("4.0", ["ORG;SORT-AS=Berg:Haus Berg"], ["ORG:Haus Berg"]),
            ("4.0", ['ADR;GEO="geo:1,2";TZ=x;CC=DE:;;a;;;;'], ["ADR:;;a;;;;"]),
            ("4.0", ["TEL;VALUE=uri:tel:+1;ext=2"], ["TEL:+1 ext. 2"]),
            ("4.0", ["GEO:geo:1,2;u=3"], ["GEO:geo:1,2"]),
            ("4.0", ["BDAY:1985"], ["BDAY;VALUE=text:1985"]),
            ("4.0", ["REV:20260504T100000.5Z"], ["REV:20260504T100000Z"]),
            ("3.0", ["PROFILE:VCARD", "NOTE;CHARSET=UTF-8:a"], ["NOTE:a"]),
            ("3.0", ["EMAIL;TYPE=INTERNET,home:a@b"], ["EMAIL;TYPE=home:a@b"]),
            ("3.0", ["TEL;TYPE=pref:1", "TEL;TYPE=pref:2"], ["TEL;TYPE=PREF:1", "TEL:2"]),
            ("3.0", ["LABEL:a"], ["ADR:;;;;;;", "LABEL:a"]),
        ],
    )
    def test_what_is_lost(self, version: str, lines: list[str], back: list[str]) -> None:
        there = in_version(card(version, *lines), "3.0" if version == "4.0" else "4.0")

        assert _own_lines(in_version(there, version)) == back


LARGE = {
    "addresses and labels": (
        "3.0",
        [f"{n};TYPE=x{i}:a" for n in ("ADR", "LABEL") for i in range(9_000)],
    ),
    "labels of one kind": ("3.0", ["ADR;TYPE=y:a"] * 9_000 + ["LABEL;TYPE=x:a"] * 9_000),
    "many names": ("4.0", [f"NAME{i}:a" for i in range(18_000)]),
    "many types": ("3.0", ["PHOTO;TYPE=" + ",".join(map(str, range(30_000))) + ":a"]),
}


@pytest.mark.parametrize("name", LARGE)
def test_the_largest_cards_take_no_longer_for_each_line(name: str) -> None:
    version, lines = LARGE[name]
    began = process_time()

    in_version(card(version, *lines), "4.0" if version == "3.0" else "3.0")

    # Less than half a second; were each line compared with each, it would be half a minute.
    assert is_within(process_time() - began, 5)


values = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=90) | st.binary(
    max_size=30
).map(lambda data: "".join(f"={byte:02X}" for byte in data))
lines_of_cards = st.lists(
    st.tuples(
        st.sampled_from(
            ("TEL", "EMAIL", "ADR", "LABEL", "BDAY", "PHOTO", "GEO", "TZ", "KIND", "X-A")
        ),
        st.sampled_from(
            (
                "",
                ";TYPE=home",
                ";TYPE=home,pref",
                ';TYPE="home,pref"',
                ";ENCODING=QUOTED-PRINTABLE",
                ";PREF=1",
                ";ENCODING=b",
                ';LABEL="a;b"',
            )
        ),
        values,
    ).map("{0[0]}{0[1]}:{0[2]}".format),
    max_size=6,
)


@given(lines=lines_of_cards, version=st.sampled_from(("3.0", "4.0")))
def test_whatever_is_stored_can_be_had_in_both(lines: list[str], version: str) -> None:
    stored = read_address_object(card(version, *lines).encode()).text.decode()
    other = "4.0" if version == "3.0" else "3.0"

    turned = in_version(stored, other)
    back = in_version(turned, version)

    for text, expected in ((turned, other), (back, version)):
        assert version_of(text) == expected
        assert read_address_object(text.encode()).text.decode() == text
    kept = [line for line in find_lines(unfold(stored)) if line[0] in {"X-A", "UID", "FN"}]
    assert [line for line in find_lines(unfold(back)) if line[0] in {"X-A", "UID", "FN"}] == kept
