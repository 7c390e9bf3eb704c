"""The set-up's last step: folders, contacts and appointments that the office has already."""

import re
import tempfile
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import abort, make_response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FIELD, FormGuard
from admin.parts import ConsoleParts
from admin.setup import GO_ON as PAGE
from admin.uploads import FormField, Upload, is_multipart, parts_of_form
from admin.visitors import SIGN_IN, visitor
from auth.errors import CredentialsError
from office import layout, wizard
from office.filling.archives import fill_from_archive
from office.filling.desk import Desk
from office.filling.documents import FULL, DocumentFill
from office.filling.items import ItemFill, Places, share
from office.filling.report import RefusedError, Report, Why
from office.layout import NAMES
from office.opening import Opening
from office.wizard import Step

_BLOCK = 1024 * 1024
_SEPARATOR = re.compile(r"[/\\]")
_SHARED = "shared"
_MOST_FIELDS = 20


@dataclass(slots=True)
class Choices:
    """Where things go, as the form says before its files."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def is_shared(self) -> bool:
        """Whether contacts and appointments are everybody's."""
        return self.fields.get("items") == _SHARED

    def folder(self, language: str) -> tuple[str, ...]:
        """The folder that documents go below; among the properties unless another was named."""
        names = NAMES[language]
        top = {"resources": names.resources, "home": names.home}.get(
            self.fields.get("target", ""), names.estates
        )
        below = [name.strip() for name in _SEPARATOR.split(self.fields.get("below", ""))]
        inner = [name for name in below if name] if top != names.estates else []
        return (top, *inner)


class Filling:
    """One form's files on their way into the office."""

    def __init__(self, parts: ConsoleParts, choices: Choices) -> None:
        self.report = Report()
        self._parts = parts
        self._desk = Desk(
            parts.store,
            parts.blobs,
            visitor().user_id,
            parts.room,
            parts.settings.limits.upload_bytes,
        )
        with parts.store.read() as unit:
            target = choices.folder(layout.language(unit))
        self._documents = DocumentFill(self._desk, target, self.report)
        places = share(self._desk) if choices.is_shared else Places()
        self._items = ItemFill(self._desk, places, self.report)

    def take(self, upload: Upload) -> None:
        """Take one file in; of another kind of field nothing."""
        if upload.name == "folder":
            self._take_document(upload)
        elif upload.name in {"archive", "cards", "calendars"}:
            self._take_whole(upload)

    def end(self) -> Report:
        """Nothing more comes: what became of all of it."""
        self._documents.tell_empty()
        return self.report

    def _take_document(self, upload: Upload) -> None:
        names = _SEPARATOR.split(upload.filename)
        # A browser names the chosen folder first, which is the one around all others.
        path = names[1:] if len(names) > 1 else names
        self._documents.take(path, upload.read)

    def _take_whole(self, upload: Upload) -> None:
        """Take in what has to be read from its end, or twice."""
        name = _SEPARATOR.split(upload.filename)[-1]
        folder = self._parts.settings.storage.blobs_folder / "tmp"
        with tempfile.TemporaryFile(dir=folder) as file:
            try:
                read = self._desk.guarded(upload.read, most_bytes=0)
                while block := read(_BLOCK):
                    file.write(block)
            except RefusedError as error:
                self.report.refuse(name, error)
                return
            except OSError as error:
                if error.errno not in FULL:
                    raise
                self.report.refuse(name, RefusedError(Why.NO_ROOM))
                return
            file.seek(0)
            if upload.name == "archive":
                fill_from_archive(self._documents, file, name, self.report, self._parts.room)
            elif upload.name == "cards":
                self._items.take_cards(name, file)
            else:
                self._items.take_calendar(name, file)


class FillPage:
    """The page of the last step."""

    def __init__(self, parts: ConsoleParts, guard: FormGuard, office: Opening) -> None:
        self._parts = parts
        self._guard = guard
        self._office = office

    def form(self) -> AnyResponse:
        """What can be filled in, and how."""
        return self._page(None)

    def take(self) -> AnyResponse:
        """Take in what the form brings, as it comes, and tell what became of each."""
        if not is_multipart():
            self._guard.check()
            return redirect(f"{PAGE}/fill", HTTPStatus.SEE_OTHER)
        try:
            return self._taken()
        except CredentialsError:
            return redirect(SIGN_IN, HTTPStatus.SEE_OTHER)

    def _taken(self) -> AnyResponse:
        choices = Choices()
        filling: Filling | None = None
        for part in parts_of_form():
            if isinstance(part, FormField):
                choices.fields[part.name] = part.value
                if len(choices.fields) > _MOST_FIELDS:
                    abort(HTTPStatus.BAD_REQUEST)
                continue
            if filling is None:
                if refusal := self._refusal(choices):
                    return refusal
                filling = Filling(self._parts, choices)
            filling.take(part)
        if filling is None:
            return self._refusal(choices) or self._page(Report())
        return self._page(filling.end())

    def _refusal(self, choices: Choices) -> AnyResponse | None:
        """What is asked before the first file: the form is ours, and its step is open."""
        self._guard.check_field(choices.fields.get(FIELD, ""))
        if self._office.is_done():
            return redirect(PAGE, HTTPStatus.SEE_OTHER)
        with self._parts.store.read() as unit:
            if not wizard.is_open(unit, Step.FILL):
                return redirect(PAGE, HTTPStatus.SEE_OTHER)
        return None

    def _page(self, report: Report | None) -> AnyResponse:
        with self._parts.store.read() as unit:
            names = NAMES[layout.language(unit)]
        return make_response(render_template("setup_fill.html", report=report, names=names))
