"""What programs are set up with: Apple's profile, Windows' registry file, QR codes."""

import plistlib
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

import segno

from admin.mounts import Mounts
from config.settings import Tls

_HTTPS_PORT, _HTTP_PORT = 443, 80
_PROFILE_VERSION = 1
_QR_BORDER_MODULES = 4

_REGISTRY_HEAD = "Windows Registry Editor Version 5.00\n\n"
# WebClient's own limits: 50,000,000 bytes a file, 1,000,000 bytes of properties a folder, a
# minute of silence. Here: the largest file it knows, 10,000,000 bytes, ten minutes.
_OF_WINDOWS = """\
[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\WebClient\\Parameters]
"FileSizeLimitInBytes"=dword:ffffffff
"FileAttributesLimitInBytes"=dword:00989680
"SendReceiveTimeoutInSec"=dword:00000258
"""
# A policy of users, by Microsoft's documentation; there is none of machines.
_OF_OFFICE = """\
[HKEY_CURRENT_USER\\Software\\Policies\\Microsoft\\Office\\16.0\\Common\\Identity]
"basichostallowlist"=hex(2):{host}
"""


def profile(mounts: Mounts, device_id: int, label: str, tls: Tls) -> bytes:
    """A configuration profile with a CalDAV and a CardDAV account, by Apple's documented keys.

    It holds no password, which is for encrypted profiles only: the device asks for it. The UUIDs
    are always the same for the same device, so that a newer profile takes the older one's place.
    Signed where we have a certificate of our own.
    """
    base = uuid5(NAMESPACE_URL, f"{mounts.origin}/devices/{device_id}")
    parts = urlsplit(mounts.origin)
    name = f"{parts.hostname}.{mounts.user_name}.{device_id}"
    accounts = [
        _account(mounts, base, name, kind)
        for kind in (("caldav", "CalDAV"), ("carddav", "CardDAV"))
    ]
    whole = {
        "PayloadContent": accounts,
        "PayloadDescription": "CalDAV, CardDAV",
        "PayloadDisplayName": f"deedbox {parts.hostname}: {label}",
        "PayloadIdentifier": f"deedbox.{name}",
        "PayloadRemovalDisallowed": False,
        "PayloadType": "Configuration",
        "PayloadUUID": _uuid(base),
        "PayloadVersion": _PROFILE_VERSION,
    }
    return _signed(plistlib.dumps(whole), tls)


def _account(
    mounts: Mounts, base: UUID, name: str, kind: tuple[str, str]
) -> dict[str, str | int | bool]:
    word, prefix = kind
    parts = urlsplit(mounts.origin)
    port = parts.port or (_HTTPS_PORT if mounts.is_encrypted else _HTTP_PORT)
    return {
        f"{prefix}AccountDescription": f"deedbox {parts.hostname}",
        f"{prefix}HostName": parts.hostname or "",
        f"{prefix}Port": port,
        f"{prefix}PrincipalURL": mounts.home,
        f"{prefix}UseSSL": mounts.is_encrypted,
        f"{prefix}Username": mounts.user_name,
        "PayloadDisplayName": prefix,
        "PayloadIdentifier": f"deedbox.{name}.{word}",
        "PayloadType": f"com.apple.{word}.account",
        "PayloadUUID": _uuid(uuid5(base, word)),
        "PayloadVersion": _PROFILE_VERSION,
    }


def _uuid(value: UUID) -> str:
    return str(value).upper()


def _signed(data: bytes, tls: Tls) -> bytes:
    """*data* signed (CMS) with the server's certificate; as it is where that cannot sign."""
    if tls.certificate_file is None or tls.key_file is None:
        return data
    # Imported here: slow, and most offices have their certificate in a proxy.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import pkcs7  # noqa: PLC0415

    own, *chain = x509.load_pem_x509_certificates(tls.certificate_file.read_bytes())
    key = serialization.load_pem_private_key(tls.key_file.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return data
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(own, key, hashes.SHA256())
    for each in chain:
        builder = builder.add_certificate(each)
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def windows_registry_file() -> bytes:
    """The limits of Windows' own WebDAV client, which hold for the whole computer."""
    return _registry_file(_OF_WINDOWS)


def office_registry_file(mounts: Mounts) -> bytes:
    """The host that Office may ask for a password, for whoever opens the file and nobody else."""
    host = f"{urlsplit(mounts.origin).hostname}\x00".encode("utf-16-le")
    return _registry_file(_OF_OFFICE.format(host=",".join(f"{byte:02x}" for byte in host)))


def _registry_file(text: str) -> bytes:
    """What Windows' registry editor reads: UTF-16 with its mark, lines ending in CR LF."""
    return (_REGISTRY_HEAD + text).replace("\n", "\r\n").encode("utf-16")


def davx5_address(mounts: Mounts, password: str | None) -> str:
    """What DAVx⁵ takes from a QR code: address and user in one; it speaks https.

    Without the password it asks for it.
    """
    parts = urlsplit(mounts.origin)
    user = quote(mounts.user_name, safe="")
    if password is not None:
        user += f":{quote(password, safe='')}"
    return f"davx5://{user}@{parts.netloc}/dav/{quote(mounts.user_name)}/"


def qr_code(text: str) -> str:
    """A QR code as an SVG element, for a page that allows no styles of its own."""
    return str(
        segno.make(text, error="m", micro=False).svg_inline(
            scale=4, border=_QR_BORDER_MODULES, dark="#000", light="#fff", omitsize=False
        )
    )
