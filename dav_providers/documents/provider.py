"""The document tree as wsgidav's provider and resources: what its own methods work on."""

from collections.abc import MutableMapping
from typing import Any

from wsgidav.dav_provider import DAVCollection, DAVNonCollection, DAVProvider

from dav_providers.documents.preconditions import check, etag
from dav_providers.documents.request import DocumentRequest
from office import documents, places
from office.places import Place
from office.tracking import Act
from office.work import Work
from storage.tree import NodeRow

Environ = MutableMapping[str, Any]
REQUEST, WORK = "deedbox.documents.request", "deedbox.documents.work"


class _TreeMember:
    """What a document and a folder have in common for wsgidav."""

    environ: Environ
    place: Place

    def get_etag(self) -> str | None:
        """The entity tag without quotes, as wsgidav wants it."""
        return (etag(self.place.existing()) or "").strip('"') or None

    def handle_delete(self) -> bool:
        """Delete in one act, with all below; office errors are re-raised by the server."""
        request: DocumentRequest = self.environ[REQUEST]
        work: Work = self.environ[WORK]
        check(request, work.unit, self.place)
        request.describe(self.place)
        documents.delete(work, self.place)
        request.note.act = Act.DELETED
        return True


class DocumentResource(_TreeMember, DAVNonCollection):  # type: ignore[misc]
    """A document."""

    def __init__(self, path: str, environ: Environ, place: Place) -> None:
        super().__init__(path, environ)
        self.place = place

    def get_content_length(self) -> int:
        """The size in bytes."""
        return self.place.existing().size

    def get_content_type(self) -> str:
        """The media type as its writer told it."""
        return self.place.existing().content_type

    def get_content(self) -> None:
        """Documents are read by this room's own GET."""
        raise NotImplementedError

    def support_etag(self) -> bool:
        """Every document has one."""
        return True

    def support_ranges(self) -> bool:
        """Ranges are this room's own GET's."""
        return True


class FolderResource(_TreeMember, DAVCollection):  # type: ignore[misc]
    """A folder."""

    def __init__(self, path: str, environ: Environ, place: Place) -> None:
        super().__init__(path, environ)
        self.place = place

    def get_member_names(self) -> list[str]:
        """The names of the members that the caller may see."""
        return [node.name for node in self._members()]

    def _members(self) -> list[NodeRow]:
        work: Work = self.environ[WORK]
        return places.members(work.unit, work.who, work.layout, self.place)


class DocumentProvider(DAVProvider):  # type: ignore[misc]
    """Finds a path's document or folder in the transaction of its request."""

    def get_resource_inst(
        self, path: str | None, environ: Environ
    ) -> DocumentResource | FolderResource | None:
        """The resource at *path* (below ``/files``).

        wsgidav's DELETE asks for the parent of ``/`` with None.

        Raises:
            NotFoundError: There is nothing.
        """
        if path is None:
            return None
        request: DocumentRequest = environ[REQUEST]
        work: Work = environ[WORK]
        names = tuple(name for name in path.split("/") if name)
        if names == request.names:
            [place] = places.find_for_writing(work.unit, work.who, work.layout, names)
        else:
            place = places.find(work.unit, work.who, work.layout, names)
        # What is not there is said in the office's words, so that a block is noted by them.
        kind = FolderResource if place.existing().is_collection else DocumentResource
        return kind(path, environ, place)
