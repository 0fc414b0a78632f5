"""Whom the local scheduler, its nanny and its worker heed: the page that started them alone."""

import asyncio
import os
import stat
import sys
from contextlib import closing

import psutil
import pytest
from distributed import Client, Security
from distributed.core import rpc
from distributed.protocol.pickle import dumps

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.jobs import certificate
from dreamlab.jobs.local_cluster import LocalCluster
from tests.support.jobs import PATIENCE, PRELOAD


async def call(address, security, function, *args, seconds=PATIENCE):
    """Have whoever listens at an address call a function."""
    arguments = security.get_connection_args("client")
    async with rpc(address, connection_args=arguments, timeout=seconds) as there:
        asked = there.run(function=dumps(function), args=dumps(args), kwargs=dumps({}))
        return await asyncio.wait_for(asked, seconds)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_can_read_the_key(tmp_path):
    certificate.make(tmp_path)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"certificate.pem": 0o600, "key.pem": 0o600}


def test_the_key_is_written_to_no_file_that_is_there_already(tmp_path):
    (tmp_path / "key.pem").write_text("somebody else's")
    with pytest.raises(FileExistsError):
        certificate.make(tmp_path)


@pytest.mark.slow
def test_only_the_page_is_heeded(monkeypatch, tmp_path):
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    certificate.make(tmp_path)

    async def story(cluster):
        address = await cluster.address()
        async with Client(address, security=cluster.security, asynchronous=True) as client:
            await client.wait_for_workers(1, timeout=PATIENCE)
            ((worker, facts),) = (await client.scheduler.identity())["workers"].items()
        own = [address, worker, facts["nanny"]]
        processes = [psutil.Process(cluster.process.pid)]
        processes += processes[0].children(recursive=True)
        ports = {
            connection.laddr.port
            for process in processes
            for connection in process.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        }
        assert {int(address.rpartition(":")[2]) for address in own} <= ports
        for place, address in enumerate(own[1:]):  # who has the key is heeded
            await call(address, cluster.security, os.mkdir, str(tmp_path / f"own {place}"))
        strangers = {"tcp": Security(), "tls": certificate.security(tmp_path)}
        tries = [
            call(
                f"{protocol}://127.0.0.1:{port}",
                security,
                os.mkdir,
                str(tmp_path / "stranger"),
                seconds=2,
            )
            for port in ports
            for protocol, security in strangers.items()
        ]
        for problem in await asyncio.gather(*tries, return_exceptions=True):
            assert isinstance(problem, OSError | EOFError)
        assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [
            "own 0",
            "own 1",
        ]
        key = (cluster.folder / "key.pem").read_text()
        for process in processes:
            told = " ".join([*process.cmdline(), *process.environ().values()])
            assert key not in told and "PRIVATE KEY" not in told
        if sys.platform != "win32":
            assert stat.S_IMODE(cluster.folder.stat().st_mode) == 0o700

    with closing(LocalCluster(DeploymentSettings())) as cluster:
        asyncio.run(asyncio.wait_for(story(cluster), 2 * PATIENCE))
