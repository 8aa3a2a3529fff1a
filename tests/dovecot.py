"""A real IMAP server: Dovecot with a configuration, a folder and a port of its own, gone afterwards.

As root it runs as Debian's user dovecot, because it gives nobody mail as root.
"""

import grp
import imaplib
import os
import pwd
import shutil
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from clinic_site.env_secrets import Mailbox
from tests.certificates import write_certificate
from tests.environment import skip_for_want_of, with_real_clock
from tests.server import HANG_SECONDS, dying_with_us, free_port, wait_for

HOST, PASSWORD = "127.0.0.1", "a@b:/"
_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
auth_failure_delay = 0
ssl = required
ssl_cert = <{folder}/fullchain.pem
ssl_key = <{folder}/privkey.pem
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # No pause after a wrong password.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


@dataclass
class Dovecot:
    """Every user name has a mailbox, with the same password."""

    folder: Path
    port: int

    @property
    def certificate(self) -> str:
        """For SSL_CERT_FILE."""
        return str(self.folder / "fullchain.pem")

    def mailbox(self, user: str, name: str = "INBOX") -> Mailbox:
        return Mailbox(HOST, self.port, user, PASSWORD, name)

    def url(self, user: str) -> str:
        return f"imaps://{user}:{quote(PASSWORD, safe='')}@{HOST}:{self.port}/INBOX"

    @contextmanager
    def signed_in(self, user: str) -> Iterator[imaplib.IMAP4_SSL]:
        """A person's mail program."""
        context = ssl.create_default_context(cafile=self.certificate)
        with imaplib.IMAP4_SSL(HOST, self.port, ssl_context=context, timeout=HANG_SECONDS) as server:
            server.login(user, PASSWORD)
            yield server

    def bring(self, user: str, *mails: str | bytes, to: str = "INBOX") -> None:
        with self.signed_in(user) as server:
            server.create(f'"{to}"')
            for mail in mails:
                content = mail if isinstance(mail, bytes) else mail.encode("utf-8", "surrogateescape")
                assert server.append(f'"{to}"', "", "", content)[0] == "OK"

    def left(self, user: str, of: str = "INBOX") -> list[tuple[str, str]]:
        """Subject and flags of what is in the mailbox."""
        with self.signed_in(user) as server:
            if server.select(f'"{of}"', readonly=True)[1] == [b"0"]:
                return []
            found = server.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        return [
            (header.decode().partition(":")[2].strip(), " ".join(flag.decode() for flag in imaplib.ParseFlags(line)))
            for line, header in (part for part in found if isinstance(part, tuple))
        ]


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Skips the test in one line where there is none."""
    program = _program()
    account = pwd.getpwnam("dovecot") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    user, group = account.pw_name, grp.getgrgid(account.pw_gid).gr_name
    folder = Path(tempfile.mkdtemp(prefix="clinic-dovecot-", dir="/tmp"))
    running = Dovecot(folder, free_port())
    try:
        for name in ("run", "state", "mail", "home"):
            (folder / name).mkdir()
        write_certificate(folder, HOST)
        values = {"folder": folder, "user": user, "group": group, "port": running.port, "password": PASSWORD}
        (folder / "dovecot.conf").write_text(_CONFIGURATION.format(**values))
        become = []
        if os.geteuid() == 0:
            become = [f"--reuid={user}", f"--regid={group}", "--clear-groups"]
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, user, group)
        folder.chmod(0o755)
        command = dying_with_us([program, "-F", "-c", str(folder / "dovecot.conf")], signal.SIGTERM, *become)
        with open(folder / "output", "wb") as output:
            process = subprocess.Popen(command, cwd="/", env=with_real_clock(dict(os.environ)), stdout=output, stderr=output)
        said = lambda: "".join(path.read_text() for path in (folder / "output", folder / "log") if path.exists())  # noqa: E731
        try:
            wait_for(lambda: process.poll() is not None or _answers(running), HANG_SECONDS, "dovecot answers", said)
            assert process.poll() is None, said()
            yield running
        finally:
            process.terminate()
            process.wait(HANG_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program() -> str:
    found = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if not found:
        skip_for_want_of("Dovecot was not found on PATH or in /usr/sbin")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=HANG_SECONDS, check=True).stdout
    if not version.startswith("2.3."):
        skip_for_want_of(f"Dovecot was found, but it is {version.strip()}, and the test's configuration is of 2.3")
    return found


def _answers(running: Dovecot) -> bool:
    try:
        with running.signed_in("nobody"):
            return True
    except (OSError, imaplib.IMAP4.error):
        return False
