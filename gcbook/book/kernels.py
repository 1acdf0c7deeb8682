"""Kernels that end with the process that asked for them, and may have the libraries loaded.

What starts kernels is a provisioner, in Jupyter's words; JupyterLab uses its own. That of the book
starts them as `multiprocessing` starts processes, so that one whose parent was killed notices it.

Importing torch, diffusers and Altair takes a kernel longer than many a chapter takes for its own
work. A warm kernel is forked from a server that has imported them once: `multiprocessing`'s, a
fresh interpreter with a single thread, so a kernel inherits modules and nothing else.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess, SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from gcbook.files.processes import begin_group

MODULES = (
    "altair",
    "diffusers.pipelines.deepfloyd_if.pipeline_if",
    "pandas",
    "scipy.stats",
    "torchvision.transforms.v2",
    "ipykernel.kernelapp",  # last, for tqdm warns where it finds IPython and no widgets
)
"""What the server imports, and with it torch and transformers: nothing that starts threads."""

LIGHT_MODULES = ("altair", "pandas", "ipykernel.kernelapp")
"""The same for one chapter, which imports what else it needs itself."""

_NAME = "gcbook"


def start_own_kernels(modules: Sequence[str] = ()) -> None:
    """Let every kernel that this process starts from now on be one that ends with it.

    Args:
        modules: what is loaded in them; by default they are fresh interpreters.
    """
    # A kernel that is killed leaves the file of its connection.
    os.environ["JUPYTER_RUNTIME_DIR"] = tempfile.gettempdir()
    if modules:
        # Imports go on in the server while this process does something else.
        multiprocessing.set_forkserver_preload([*modules, __name__])
        try:
            forkserver.ensure_running()
        except OSError:
            # A socket's path may have about a hundred characters, and temporary folders more.
            modules = ()
    KernelProvisioner.warm = bool(modules)
    factory = KernelProvisionerFactory.instance()
    place = f"{__name__}:{KernelProvisioner.__name__}"
    factory.provisioners[_NAME] = EntryPoint(_NAME, place, factory.GROUP_NAME)
    factory.default_provisioner_name = _NAME


class KernelProvisioner(LocalProvisioner):
    """Starts a kernel that ends with this process.

    Attributes:
        warm: whether kernels are forked from the server of this process.
    """

    warm = False

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Start the kernel that the command ``python -m ipykernel_launcher …`` would start."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        kind = _WarmKernel if self.warm else _ColdKernel
        kernel = kind(target=_serve, args=(arguments, Path.cwd(), options["env"]))
        kernel.start()
        self.process = kernel  # type: ignore[assignment]
        # Signals go to a kernel's group, and it makes one of its own.
        self.pid = self.pgid = kernel.pid
        return self.connection_info


class _Kernel(BaseProcess):
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


class _WarmKernel(_Kernel, ForkServerProcess):
    pass


class _ColdKernel(_Kernel, SpawnProcess):
    pass


def _serve(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    begin_group()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    from ipykernel.kernelapp import IPKernelApp

    if "pandas" in sys.modules:
        # It was imported without a kernel, and shows as many columns as fit a terminal.
        sys.modules["pandas"].set_option("display.max_columns", 20)
    IPKernelApp.launch_instance(arguments)
