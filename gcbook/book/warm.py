"""Kernels in which the libraries are loaded already.

Importing torch, diffusers and Altair takes a kernel longer than many a chapter takes for its own
work. Here a server imports them once, and each kernel is forked from it. The server is
`multiprocessing`'s: a fresh interpreter with a single thread, so a kernel inherits modules and
nothing else. What starts kernels is a provisioner, in Jupyter's words; JupyterLab uses its own.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

__all__ = ["MODULES", "WarmProvisioner", "start_warm_kernels"]

MODULES = (
    "altair",
    "diffusers.pipelines.deepfloyd_if.pipeline_if",
    "pandas",
    "scipy.stats",
    "torchvision.transforms.v2",
    "ipykernel.kernelapp",  # last, for tqdm warns where it finds IPython and no widgets
)
"""What the server imports, and with it torch and transformers: nothing that starts threads."""

_NAME = "gcbook-warm"


def start_warm_kernels(modules: Sequence[str] = MODULES) -> None:
    """Let every kernel that this process starts from now on be a warm one.

    Args:
        modules: what is loaded in them.
    """
    # Imports go on in the server while this process does something else.
    multiprocessing.set_forkserver_preload([*modules, __name__])
    forkserver.ensure_running()
    factory = KernelProvisionerFactory.instance()
    place = f"{__name__}:{WarmProvisioner.__name__}"
    factory.provisioners[_NAME] = EntryPoint(_NAME, place, factory.GROUP_NAME)
    factory.default_provisioner_name = _NAME


class WarmProvisioner(LocalProvisioner):
    """Forks a kernel from the server of this process."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Start the kernel that the command ``python -m ipykernel_launcher …`` would start."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        kernel = _Kernel(target=_serve, args=(arguments, Path.cwd(), options["env"]))
        kernel.start()
        self.process = kernel  # type: ignore[assignment]
        # Signals go to a kernel's group, and it makes one of its own.
        self.pid = self.pgid = kernel.pid
        return self.connection_info


class _Kernel(ForkServerProcess):
    """A process that can be asked what `LocalProvisioner` asks a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        return self.exitcode

    def wait(self) -> int | None:
        self.join()
        return self.exitcode

    def send_signal(self, number: int) -> None:
        if self.pid and self.is_alive():
            os.kill(self.pid, number)


def _serve(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    import pandas as pd
    from ipykernel.kernelapp import IPKernelApp

    # Of columns it shows as many as fit a terminal, unless a kernel is there when it is imported.
    pd.set_option("display.max_columns", 20)
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    IPKernelApp.launch_instance(arguments)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.killpg(0, signal.SIGKILL)
