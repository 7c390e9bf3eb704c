"""Documents over WebDAV: wsgidav on the document tree."""
