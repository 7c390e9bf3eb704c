"""The TLS context both servers use."""

import ssl
from pathlib import Path

from server.http_servers import ServerOptions


def make_context(options: ServerOptions) -> ssl.SSLContext | None:
    """Return a server's context, or None when *options* name no certificate.

    Raises:
        OSError: A file can not be read, or certificate and key do not fit (`ssl.SSLError`).
    """
    if options.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    # A client may not make us compute a new handshake on an open connection (CVE-2011-1473).
    context.options |= ssl.OP_NO_RENEGOTIATION
    load(context, options.certificate, options.private_key)
    return context


def fault(options: ServerOptions) -> str | None:
    """Say why the certificate's files cannot be used now; None when they can."""
    try:
        make_context(options)
    except OSError as error:
        key = f"key {options.private_key}" if options.private_key else "the key in it"
        reason = error.strerror or str(error)
        return f"certificate {options.certificate} and {key} cannot be used together: {reason}"
    return None


def load(context: ssl.SSLContext, certificate: Path, private_key: Path | None) -> None:
    """Put the files' present content into *context*."""
    # Without a password callback OpenSSL would ask at the terminal and the server would hang.
    context.load_cert_chain(certificate, private_key, password=lambda: b"")
