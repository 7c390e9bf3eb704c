"""Cards in the manner of the programs that offices use, all of one person; our own samples."""

from office.contacts.fields import Birthday, ContactFields, Sex

ANNA = ContactFields(
    first_name="Anna",
    last_name="Berg-Müßig",
    street="Königsallee 5",
    postcode="40212",
    town="Düsseldorf",
    country="Deutschland",
    profession="Architektin",
    phone_private="+49 211 1234",
    phone_business="+49 211 5678",
    fax="+49 211 9999",
    mobile="+49 170 1234567",
    email="anna@berg.example",
    web="https://berg.example/büro",
    sex=Sex.FEMALE,
    birthday=Birthday(1985, 4, 12),
)

IOS = """\
BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 18.5//EN
N:Berg-Müßig;Anna;;Dr.;
FN:Dr. Anna Berg-Müßig
ROLE:Architektin
item1.EMAIL;type=INTERNET;type=pref:anna@berg.example
item1.X-ABLabel:Büro
EMAIL;type=INTERNET;type=HOME:privat@berg.example
TEL;type=HOME;type=VOICE;type=pref:+49 211 1234
TEL;type=WORK;type=VOICE:+49 211 5678
TEL;type=IPHONE;type=CELL;type=VOICE:+49 170 1234567
TEL;type=HOME;type=FAX:+49 211 9999
item2.TEL:+49 30 1
item2.X-ABLabel:Ferienhaus
item3.ADR;type=HOME;type=pref:;;Königsallee 5;Düsseldorf;;40212;Deutschland
item3.X-ABADR:de
item4.URL;type=pref:https\\://berg.example/büro
item4.X-ABLabel:_$!<HomePage>!$_
X-GENDER:female
BDAY:1985-04-12
REV:2026-11-01T10:00:00Z
UID:b1
END:VCARD
"""
OUTLOOK = """\
BEGIN:VCARD
VERSION:3.0
PRODID:-//CalDavSynchronizer//EN
FN:Berg-Müßig\\, Anna
N:Berg-Müßig;Anna;;;
X-WAB-GENDER:1
CATEGORIES:Kunde,VIP
EMAIL;TYPE=INTERNET:anna@berg.example
ADR;TYPE=WORK:;;Hafenstr. 1;Köln;;50667;Deutschland
ADR;TYPE=HOME,PREF:;;Königsallee 5;Düsseldorf;;40212;Deutschland
TEL;TYPE=WORK,VOICE:+49 211 5678
TEL;TYPE=HOME,VOICE:+49 211 1234
TEL;TYPE=CELL:+49 170 1234567
TEL;TYPE=WORK,FAX:+49 211 9999
TEL;TYPE=PAGER:1
BDAY:1985-04-12
ORG:Berg Architekten;Entwurf
TITLE:Architektin
URL;TYPE=WORK:https://berg.example/büro
NOTE:Zeile eins\\nZeile zwei
UID:b1
END:VCARD
"""
THUNDERBIRD = """\
BEGIN:VCARD
VERSION:4.0
N:Berg-Müßig;Anna;;;
FN:Anna Berg-Müßig
EMAIL;PREF=2:zweite@berg.example
EMAIL;PREF=1:anna@berg.example
TEL;TYPE=home;VALUE=TEXT:+49 211 1234
TEL;TYPE=work;VALUE=TEXT:+49 211 5678
TEL;TYPE=cell;VALUE=TEXT:+49 170 1234567
TEL;TYPE=fax;VALUE=TEXT:+49 211 9999
ADR;TYPE=home:;;Königsallee 5;Düsseldorf;;40212;Deutschland
URL;TYPE=home;VALUE=URL:https://berg.example/büro
ROLE:Architektin
GENDER:F
BDAY;VALUE=DATE:19850412
X-CUSTOM1;VALUE=TEXT:eigenes
UID:b1
END:VCARD
"""
ANDROID = """\
BEGIN:VCARD
VERSION:4.0
PRODID:+//IDN bitfire.at//DAVx5/4.5.17-ose ez-vcard/0.12.1
UID:b1
FN:Anna Berg-Müßig
N:Berg-Müßig;Anna;;;
TITLE:Inhaberin
ROLE:Architektin
TEL;TYPE=home:+49 211 1234
TEL;TYPE=work:+49 211 5678
TEL;TYPE=cell:+49 170 1234567
TEL;TYPE=home,fax:+49 211 9999
item1.TEL:+49 30 1
item1.X-ABLABEL:Ferienhaus
EMAIL;TYPE=home:anna@berg.example
URL:https://berg.example/büro
ADR;TYPE=home;LABEL="Königsallee 5":;;Königsallee 5;Düsseldorf;;40212;Deutschland
BDAY:19850412
GENDER:F;Frau
CATEGORIES:Kunde
REV:20261101T100000Z
END:VCARD
"""
GOOGLE = """\
BEGIN:VCARD
VERSION:3.0
FN:Anna Berg-Müßig
N:Berg-Müßig;Anna;;;
EMAIL;TYPE=INTERNET;TYPE=HOME:anna@berg.example
TEL;TYPE=CELL:+49 170 1234567
TEL;TYPE=HOME:+49 211 1234
TEL;TYPE=WORK:+49 211 5678
item1.TEL:+49 211 9999
item1.X-ABLabel:Fax
ADR;TYPE=HOME:;;Königsallee 5;Düsseldorf;;40212;Deutschland
item2.URL:https://berg.example/büro
item2.X-ABLabel:PROFILE
BDAY;VALUE=text:19850412
ORG:Berg Architekten
TITLE:Architektin
X-GENDER:w
UID:b1
END:VCARD
"""
OLD = """\
BEGIN:VCARD
VERSION:3.0
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Anna Berg-M=C3=BC=C3=9Fig
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Berg-M=C3=BC=C3=9Fig;Anna;;;
TEL;HOME;VOICE:+49 211 1234
TEL;WORK;VOICE:+49 211 5678
TEL;CELL:+49 170 1234567
TEL;FAX;WORK:+49 211 9999
ADR;HOME;ENCODING=QUOTED-PRINTABLE:;;K=C3=B6nigsallee 5;D=C3=BCsseldorf;;40212;Deutschland
EMAIL;INTERNET:anna@berg.example
URL:https://berg.example/büro
X-PROFESSION:Architektin
X-GENDER:Female
BDAY:1985-04-12T00:00:00Z
UID:b1
END:VCARD
"""
ALL = {
    "ios": IOS,
    "outlook": OUTLOOK,
    "thunderbird": THUNDERBIRD,
    "android": ANDROID,
    "google": GOOGLE,
    "old": OLD,
}
GROSS = ContactFields(
    is_business=True,
    name="Groß & Söhne Häuser GmbH",
    street="Mühlenstraße 3",
    postcode="50667",
    town="Köln",
    country="Österreich",
    phone_business="+49 221 5678",
    fax="+49 221 9999",
    mobile="+49 170 7654321",
    email="büro@groß.example",
    web="https://groß.example/",
)
_IOS_COMPANY = """\
BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 18.5//EN
N:;;;;
FN:Groß & Söhne Häuser GmbH
ORG:Groß & Söhne Häuser GmbH;
EMAIL;type=INTERNET;type=WORK;type=pref:büro@groß.example
TEL;type=WORK;type=VOICE;type=pref:+49 221 5678
TEL;type=CELL;type=VOICE:+49 170 7654321
TEL;type=WORK;type=FAX:+49 221 9999
item1.ADR;type=WORK;type=pref:;;Mühlenstraße 3;Köln;;50667;Österreich
item1.X-ABADR:at
item2.URL;type=pref:https\\://groß.example/
item2.X-ABLabel:_$!<HomePage>!$_
X-ABShowAs:COMPANY
UID:g1
END:VCARD
"""
_OUTLOOK_COMPANY = """\
BEGIN:VCARD
VERSION:3.0
PRODID:-//CalDavSynchronizer//EN
FN:Groß & Söhne Häuser GmbH
N:;;;;
EMAIL;TYPE=INTERNET:büro@groß.example
ADR;TYPE=WORK,PREF:;;Mühlenstraße 3;Köln;;50667;Österreich
TEL;TYPE=WORK,VOICE:+49 221 5678
TEL;TYPE=CELL:+49 170 7654321
TEL;TYPE=WORK,FAX:+49 221 9999
ORG:Groß & Söhne Häuser GmbH
URL;TYPE=WORK:https://groß.example/
UID:g1
END:VCARD
"""
_THUNDERBIRD_COMPANY = """\
BEGIN:VCARD
VERSION:4.0
N:;;;;
FN:Groß & Söhne Häuser GmbH
ORG:Groß & Söhne Häuser GmbH
EMAIL;PREF=1:büro@groß.example
TEL;TYPE=work;VALUE=TEXT:+49 221 5678
TEL;TYPE=cell;VALUE=TEXT:+49 170 7654321
TEL;TYPE=fax;VALUE=TEXT:+49 221 9999
ADR;TYPE=work:;;Mühlenstraße 3;Köln;;50667;Österreich
URL;TYPE=work;VALUE=URL:https://groß.example/
UID:g1
END:VCARD
"""
_ANDROID_COMPANY = """\
BEGIN:VCARD
VERSION:4.0
PRODID:+//IDN bitfire.at//DAVx5/4.5.17-ose ez-vcard/0.12.1
UID:g1
FN:Groß & Söhne Häuser GmbH
ORG:Groß & Söhne Häuser GmbH
TEL;TYPE=work:+49 221 5678
TEL;TYPE=cell:+49 170 7654321
TEL;TYPE=work,fax:+49 221 9999
EMAIL;TYPE=work:büro@groß.example
URL:https://groß.example/
ADR;TYPE=work:;;Mühlenstraße 3;Köln;;50667;Österreich
REV:20261101T100000Z
END:VCARD
"""
_GOOGLE_COMPANY = """\
BEGIN:VCARD
VERSION:3.0
FN:Groß & Söhne Häuser GmbH
N:;;;;
EMAIL;TYPE=INTERNET;TYPE=WORK:büro@groß.example
TEL;TYPE=CELL:+49 170 7654321
TEL;TYPE=WORK:+49 221 5678
item1.TEL:+49 221 9999
item1.X-ABLabel:Fax
ADR;TYPE=WORK:;;Mühlenstraße 3;Köln;;50667;Österreich
item2.URL:https://groß.example/
item2.X-ABLabel:WORK
ORG:Groß & Söhne Häuser GmbH
UID:g1
END:VCARD
"""
COMPANIES = {
    "ios": _IOS_COMPANY,
    "outlook": _OUTLOOK_COMPANY,
    "thunderbird": _THUNDERBIRD_COMPANY,
    "android": _ANDROID_COMPANY,
    "google": _GOOGLE_COMPANY,
}


def crlf(text: str) -> str:
    """A sample as it is sent."""
    return text.replace("\n", "\r\n")


def of(*lines: str, version: str = "3.0", name: str = "Anna Berg") -> str:
    """A small card."""
    head = ("BEGIN:VCARD", f"VERSION:{version}", "UID:1", f"FN:{name}", "N:Berg;Anna;;;")
    return crlf("\n".join([*head, *lines, "END:VCARD", ""]))
