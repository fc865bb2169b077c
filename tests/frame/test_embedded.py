"""The embedded servers under violence: committed rows come back, no stranger is touched."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap

import psutil
import psycopg
import pytest
import redis

from vinkey.embedded import EmbeddedError, Servers, Taken, child, postgres
from vinkey.embedded.__main__ import reset
from vinkey.embedded.home import APP, OWNER, Home

pytestmark = pytest.mark.slow

HOLDER = """
import sys
from pathlib import Path
from vinkey.embedded import Servers, child
if "{deaf}":
    child.die_with_parent = lambda sig=0: None
servers = Servers(Path("{data}"))
servers.start()
import psycopg, redis
broker = redis.Redis.from_url(servers.home.redis_url())
with psycopg.connect(servers.home.database_url("vinkey"), autocommit=True) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS acked (n int)")
    for n in range(100_000):
        connection.execute("INSERT INTO acked VALUES (%s)", [n])
        broker.set("acked", n)
        print(n, flush=True)
"""


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def servers(data):
    servers = Servers(data)
    servers.start()
    yield servers
    servers.stop()


def rows(servers: Servers) -> int:
    with psycopg.connect(servers.home.database_url(OWNER)) as connection:
        return connection.execute("SELECT count(*) FROM acked").fetchone()[0]


def ours(servers: Servers) -> list[psutil.Process]:
    home = servers.home
    places = {str(home.postgres), str(home.valkey)}
    found = []
    for process in psutil.process_iter():
        try:
            found += [process] if process.cwd() in places else []
        except psutil.Error:
            continue
    return found


def holder(data, *, deaf: bool) -> tuple[subprocess.Popen, int]:
    """Another process that has the servers and writes; killed in the middle, with its last word."""
    script = textwrap.dedent(HOLDER.format(data=data, deaf="deaf" if deaf else ""))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    last = -1
    for line in process.stdout:
        last = int(line)
        if last >= 200:
            process.kill()
            break
    acked = [int(line) for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    process.wait()
    return process, max([last, *acked])


def test_roles_passwords_and_places_are_private(servers, data):
    home = servers.home
    assert stat.S_IMODE(home.sockets.stat().st_mode) == 0o700
    assert len(str(home.sockets)) < 40
    for name in ("postgres", OWNER, APP):
        assert stat.S_IMODE((home.secrets / name).stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError, match=r"password"):
        psycopg.connect(f"postgresql://{APP}:wrong@{home.database_url(APP).partition('@')[2]}")
    with psycopg.connect(home.database_url(APP)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)
        assert connection.execute("SHOW jit").fetchone() == ("off",)
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [OWNER])
        asked = "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolcanlogin ORDER BY 1"
        assert connection.execute(asked).fetchall() == [
            ("postgres", True, True),
            (OWNER, False, False),
            (APP, False, False),
        ]


def test_servers_are_children_in_groups_of_their_own_and_not_root(servers):
    for server in servers.running:
        process = psutil.Process(server.process.pid)
        assert process.ppid() == os.getpid()
        assert os.getpgid(process.pid) == process.pid
        assert process.uids().effective != 0


def test_nothing_is_left_after_a_stop(data):
    servers = Servers(data)
    servers.start()
    assert ours(servers)
    servers.stop()
    assert ours(servers) == []
    assert not servers.home.sockets.exists()


def test_one_directory_has_one_holder(servers, data):
    second = Servers(data)
    with pytest.raises(Taken, match="already runs"):
        second.start()
    second.stop()
    with pytest.raises(Taken):
        reset(data)
    assert (data / "postgres" / "PG_VERSION").exists()
    # Its sockets are where they were: who comes later is answered.
    with psycopg.connect(servers.home.database_url(OWNER)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert redis.Redis.from_url(servers.home.redis_url()).ping()


def test_reset_removes_everything_when_nothing_runs(data):
    servers = Servers(data)
    servers.start()
    servers.stop()
    assert reset(data) == f"{data} is removed."
    assert not data.exists()
    assert reset(data) == f"There is no {data}."


def test_postgres_killed_comes_back_with_every_committed_row(servers):
    postgres, _ = servers.running
    with psycopg.connect(servers.home.database_url(OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE acked (n int)")
        for n in range(50):
            connection.execute("INSERT INTO acked VALUES (%s)", [n])
        os.kill(postgres.process.pid, signal.SIGKILL)
        postgres.process.wait()
        postgres.restart()
    assert rows(servers) == 50


def test_valkey_killed_comes_back_with_every_acknowledged_write(servers):
    _, valkey = servers.running
    with redis.Redis.from_url(servers.home.redis_url()) as client:
        for n in range(50):
            client.rpush("acked", n)
    os.kill(valkey.process.pid, signal.SIGKILL)
    valkey.process.wait()
    valkey.restart()
    with redis.Redis.from_url(servers.home.redis_url()) as client:
        assert client.llen("acked") == 50


@pytest.mark.parametrize("deaf", [False, True], ids=["told by the kernel", "left running"])
def test_after_a_killed_holder_the_next_start_has_all_it_acknowledged(data, deaf):
    _, acked = holder(data, deaf=deaf)
    servers = Servers(data)
    if deaf:
        assert ours(servers)
    servers.start()
    try:
        assert rows(servers) >= acked + 1
        with redis.Redis.from_url(servers.home.redis_url()) as client:
            assert int(client.get("acked")) >= acked
        alive = {server.process.pid for server in servers.running}
        assert {process.pid for process in ours(servers) if process.ppid() == os.getpid()} == alive
    finally:
        servers.stop()
    assert ours(servers) == []


def test_a_stranger_with_the_pid_of_an_old_server_is_not_touched(data):
    servers = Servers(data)
    servers.start()
    servers.stop()
    stranger = child.spawn(["/bin/sleep", "60"], user=child.unprivileged())
    try:
        pidfile = data / "postgres" / "postmaster.pid"
        pidfile.write_text(f"{stranger.pid}\n{data / 'postgres'}\n1\n5432\n\n\n")
        servers.start()
        servers.stop()
        assert stranger.poll() is None
    finally:
        child.stop(stranger)


def test_another_vinkey_on_the_machine_is_not_touched(servers, tmp_path):
    other = Servers(tmp_path / "other")
    other.start()
    pids = [server.process.pid for server in servers.running]
    other.stop()
    assert reset(tmp_path / "other").endswith("is removed.")
    assert [psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids] == [True, True]
    assert servers.running[0].answers()


def test_data_of_another_major_version_is_refused_with_the_way_out(data):
    servers = Servers(data)
    servers.start()
    servers.stop()
    (data / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match=r"PostgreSQL 17.*brings PostgreSQL 18.*make reset"):
        servers.start()
    assert ours(servers) == []
    servers.home.take()
    servers.home.release()


def test_a_cluster_half_made_is_made_again(data):
    home = Home(data)
    data.mkdir()
    (data / "postgres.new").mkdir()
    (data / "postgres.new" / "PG_VERSION").write_text("18\n")
    servers = Servers(data, valkey=False)
    servers.start()
    servers.stop()
    assert (home.postgres / "PG_VERSION").read_text() == "18\n"
    assert not (data / "postgres.new").exists()


def test_somebody_elses_socket_directory_is_refused(data, tmp_path, monkeypatch):
    trap = tmp_path / "trap"
    trap.symlink_to(tmp_path)
    servers = Servers(data)
    servers.home.sockets = trap
    with pytest.raises(EmbeddedError, match="somebody else"):
        servers.home.make()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand its servers to another user")
def test_a_clone_in_a_private_folder_works_as_root_too(data, tmp_path, monkeypatch):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    folder = postgres.binaries().parent.parent
    shutil.copytree(folder, private / folder.name, copy_function=link, symlinks=True)
    shutil.copytree(f"{folder}.libs", private / f"{folder.name}.libs", copy_function=link)
    monkeypatch.setattr(postgres, "binaries", lambda: private / folder.name / "pginstall" / "bin")
    servers = Servers(data, valkey=False)
    servers.start()
    try:
        [server] = servers.running
        assert str(server.executable).startswith(str(private))
        assert server.answers()
    finally:
        servers.stop()


def link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
