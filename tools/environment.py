"""Install what the book needs, every file compared with its SHA-256, or resolve the lock anew.

    python tools/environment.py install         # into the environment of the Python that runs this
    python tools/environment.py lock            # rewrite requirements/ after pyproject.toml changed
    python tools/environment.py lock --upgrade  # the same, with the newest versions that fit

pip brings uv (``requirements/uv.txt``), and uv the rest (``requirements/lock.txt``). PyTorch is not
in the lock: it has a build for each kind of GPU and one for none, with other files and libraries,
so no one hash is right. Its range is that of ``pyproject.toml``. Its build is the one that the
environment has or that lies in a folder of wheels (pip's ``find-links``), else the one that uv
chooses for the machine from PyTorch's own index, else the package registry's. UV_TORCH_BACKEND,
for example ``cpu`` or ``cu128``, chooses another.

uv does not read pip's settings, so those that say where packages come from are handed to it. It
runs before anything is installed and so imports the standard library alone.
"""

import argparse
import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = "requirements/lock.txt"
UV = "requirements/uv.txt"

NOT_LOCKED = re.compile(r"(torch|torchvision|triton|cuda-.+|nvidia-.+)==")
"""PyTorch, and the libraries for GPUs that one of its builds brings."""

FROM_PIP = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "constraint": "UV_CONSTRAINT",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}


def settings_of_pip(listing: str) -> dict[str, str]:
    """What `pip config list` says, as uv's variables; of several places the nearest one counts."""
    found: dict[str, str] = {}
    # Lines as global.cert='/a.crt', install.cert=…, and :env:.cert=…, which overrules them.
    places = ("global", "install", ":env:")
    lines = (re.fullmatch(r"(.+?)\.([\w-]+)=(.+)", line) for line in listing.splitlines())
    settings = [match.groups() for match in lines if match and match[1] in places]
    for _, key, value in sorted(settings, key=lambda setting: places.index(setting[0])):
        if name := FROM_PIP.get(key):
            separator = "," if name == "UV_FIND_LINKS" else " "
            found[name] = separator.join(ast.literal_eval(value).split())
    if "UV_INDEX" in found:
        # pip prefers no index; uv by default takes a name from the first that knows it at all.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def run(*command: str) -> None:
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True)


def bring_uv() -> dict[str, str]:
    """Install uv itself by pip, and return the variables under which to run it."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode:
        run("-m", "ensurepip")  # making .venv was interrupted
    pip = ("-m", "pip", "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r", UV)
    listing = subprocess.run(
        [sys.executable, *pip, "config", "list"], capture_output=True, text=True, check=True
    )
    return {**settings_of_pip(listing.stdout), **os.environ}


def uv_pip(command: str, *arguments: str, env: Mapping[str, str]) -> None:
    """Run `uv pip`; what it says is shown if it fails."""
    here = ("--python", sys.executable)
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", command, "--quiet", *here, *arguments],
        cwd=ROOT,
        env=dict(env),
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )


def install_torch(env: Mapping[str, str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    models = project["optional-dependencies"]["models"]
    torch = [name for name in models if name.startswith("torch")]
    # What PyTorch needs besides stays as it is locked.
    env = {**env, "UV_CONSTRAINT": f"{env.get('UV_CONSTRAINT', '')} {LOCK}"}
    if "UV_TORCH_BACKEND" in env:
        return uv_pip("install", *torch, env=env)
    with suppress(subprocess.CalledProcessError):
        return uv_pip("install", "--no-index", *torch, env=env)
    try:
        return uv_pip("install", "--torch-backend=auto", *torch, env=env)
    except subprocess.CalledProcessError as failure:
        reason = failure.stderr.strip().splitlines()[-1].strip()
        print(f"PyTorch comes from the package registry, since its own index failed: {reason}")
    return uv_pip("install", *torch, env=env)


def install() -> None:
    env = bring_uv()
    # The lock leaves nothing to constrain, and uv takes no constraint without a hash beside it.
    exact = {name: value for name, value in env.items() if name != "UV_CONSTRAINT"}
    # An interrupted installation leaves packages that look whole and are not: all come anew.
    begun = Path(sys.prefix, ".installing")
    if begun.exists():
        uv_pip("sync", "--reinstall", "--require-hashes", LOCK, env=exact)
    begun.touch()
    uv_pip("install", "--no-deps", "--require-hashes", "-r", LOCK, env=exact)
    install_torch(env)
    # setuptools, which builds the package, is the one in the lock.
    uv_pip("install", "--no-deps", "--no-build-isolation", "--editable", ".", env=env)
    begun.unlink()


def lock(upgrade: bool) -> None:
    # What this machine has or caps is not what others install.
    env = {k: v for k, v in bring_uv().items() if k not in ("UV_FIND_LINKS", "UV_CONSTRAINT")}
    compile_ = ["-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version=3.11"]
    compile_ += ["--generate-hashes", "--no-annotate", "--custom-compile-command=make lock"]
    compile_ += ["--upgrade"] if upgrade else []
    for source, target in ((["pyproject.toml", "--extra=dev"], LOCK), (["-"], UV)):
        command = [sys.executable, *compile_, *source, f"--output-file={target}"]
        subprocess.run(command, input="uv", text=True, cwd=ROOT, env=env, check=True)
    path = ROOT / LOCK
    entries = re.split(r"^(?=\S)", path.read_text("utf-8"), flags=re.MULTILINE)
    path.write_text("".join(e for e in entries if not NOT_LOCKED.match(e)), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("command", choices=("install", "lock"))
    parser.add_argument("--upgrade", action="store_true", help="lock the newest versions that fit")
    chosen = parser.parse_args()
    try:
        install() if chosen.command == "install" else lock(chosen.upgrade)
    except subprocess.CalledProcessError as failure:
        sys.exit(failure.stderr or f"failed: {' '.join(failure.cmd)}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
