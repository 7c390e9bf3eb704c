"""What to type where, so that devices show the office's folders, calendars and contacts."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class Mounts:
    """The addresses and command lines for one user, ready to copy.

    Attributes:
        origin: Scheme, host and port by which clients reach the server.
        user_name: Who signs in; ``""`` where nobody is known yet.
    """

    origin: str
    user_name: str = ""

    @property
    def address(self) -> str:
        """What Explorer, Finder and every other WebDAV client take."""
        return f"{self.origin}/files/"

    @property
    def account(self) -> str:
        """What calendar and contact programs take that find the rest by themselves (RFC 6764)."""
        return f"{self.origin}/"

    @property
    def server(self) -> str:
        """The same for Apple's programs, which put the scheme before it themselves."""
        return urlsplit(self.origin).netloc

    @property
    def home(self) -> str:
        """Where the user's calendars and address books lie."""
        return f"{self.origin}/dav/{quote(self.user_name)}/"

    @property
    def is_encrypted(self) -> bool:
        """Whether the address is https: Explorer signs in by nothing else."""
        return urlsplit(self.origin).scheme == "https"

    @property
    def is_of_this_machine(self) -> bool:
        """Whether the address means the computer that it is typed on: others reach nothing."""
        host = (urlsplit(self.origin).hostname or "").rstrip(".")
        if host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def is_for_phones(self) -> bool:
        """Whether a phone reaches the address, by https."""
        return self.is_encrypted and not self.is_of_this_machine

    @property
    def net_use(self) -> str:
        """Windows' command line; the star asks for the password."""
        return f"net use Z: {self.address} /user:{self.user_name} * /persistent:yes"

    @property
    def gnome(self) -> str:
        """GNOME Files and other programs on GVfs."""
        parts = urlsplit(self.origin)
        scheme = "davs" if parts.scheme == "https" else "dav"
        user = f"{quote(self.user_name)}@" if self.user_name else ""
        return f"{scheme}://{user}{parts.netloc}/files/"

    @property
    def davfs2(self) -> str:
        """davfs2 on Linux; it asks for user name and password."""
        return f"sudo mount -t davfs {self.address} /mnt/deedbox"

    @property
    def rclone_file(self) -> str:
        """The same set-up as a configuration file; the password is put into it on the computer."""
        return (
            f"[deedbox]\ntype = webdav\nurl = {self.address}\nvendor = owncloud\n"
            f"user = {self.user_name}\n"
        )

    def rclone(self, password: str) -> str:
        """Set-up of rclone, the password in it: nothing is left to type.

        With the vendor owncloud it sends the files' own times, with others it does not.
        """
        return (
            f"rclone config create deedbox webdav url={self.address} vendor=owncloud"
            f" user={self.user_name} pass={password} --obscure"
        )
