"""The DAV doors: what speaks WebDAV, CalDAV and CardDAV to clients nobody here wrote."""
