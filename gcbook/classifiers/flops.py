"""What one evaluation of a diffusion model's network costs, counted on its architecture.

The networks are built of their configurations on torch's meta device, which computes shapes alone,
so that neither weights nor a GPU are needed. A multiplication with an addition counts as two
operations; what is no matrix product or convolution is left out, as is the text encoder, which is
run once a prompt.
"""

import weakref
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from gcbook.classifiers import registry
from gcbook.classifiers.load import find_adapter
from gcbook.classifiers.pipelines import downsampling
from gcbook.classifiers.pretrained import no_larger_than, read_configuration, refused_model
from gcbook.classifiers.quiet import quiet_libraries
from gcbook.classifiers.weights import find_local, weight_files
from gcbook.classifiers.zoo import at_hand, zoo
from gcbook.files.manifest import DATA

SINGLE_BYTES = 4


@dataclass(frozen=True)
class NetworkCost:
    """What a model costs, of images of the size that it was made for.

    Attributes:
        flops: of one network evaluation.
        image_flops: of encoding an image, once an image; 0 where pixels are compared.
        parameters: of the network.
        encoder_parameters: of the autoencoder, which is float32 always.
        activations: bytes that one evaluation needs at a time beside the weights, in float32 and
            with attention that holds no matrix of all pairs.
        encoder_activations: bytes likewise, of encoding one image.
    """

    flops: int
    image_flops: int
    parameters: int
    encoder_parameters: int
    activations: int
    encoder_activations: int

    def memory(self, n_bytes: int, batch_size: int) -> int:
        """Bytes that the networks take, without what the libraries keep for themselves.

        Args:
            n_bytes: of a number of the network, 4 or 2.
            batch_size: evaluations at a time.
        """
        weights = n_bytes * self.parameters + SINGLE_BYTES * self.encoder_parameters
        batch = batch_size * self.activations * n_bytes // SINGLE_BYTES
        return weights + max(batch, self.encoder_activations)


def model_cost(model: str) -> NetworkCost | None:
    """Count what a model costs, by its configuration on this machine, else by the one that ships.

    Args:
        model: name in the zoo, or local folder.

    Returns:
        None where no configuration is at hand, or the model is none of diffusers' diffusion models.

    Raises:
        InputError: the folder holds no model of a format that is known, or is damaged.
    """
    entry = zoo().get(model)
    place = at_hand(entry) if entry else None
    folder = place.path if place else find_local(model)
    if folder:
        found = find_adapter(folder) if folder.is_dir() else None
        return _cost(folder, found, bare=False) if found and found.inputs else None
    return shipped_cost(entry.architecture) if entry and entry.architecture else None


@cache
def shipped_cost(architecture: str) -> NetworkCost:
    """Count what a model costs whose configurations ship: a folder of ``architectures``."""
    folder = DATA.path(f"architectures/{architecture}")
    return _cost(folder, find_adapter(folder), bare=True)


def _cost(folder: Path, found: registry.Format, *, bare: bool) -> NetworkCost:
    """Count what a pipeline costs, of a format with ``inputs``; ``bare``: it has no weights."""
    with quiet_libraries(), refused_model(folder), torch.device("meta"), torch.inference_mode():
        network = _network(folder, *found.network, bare=bare)
        given = found.function(found.inputs)(folder, network.config)
        flops, activations = _count(network, **given)
        image_flops = encoder_parameters = encoder_activations = 0
        if (folder / "vae").is_dir():
            codec = read_configuration(folder / "vae" / "config.json")
            kind = "AutoencoderDC" if "encoder_block_out_channels" in codec else "AutoencoderKL"
            vae = _network(folder, "vae", kind, bare=bare)
            side = found.resolution or network.config.sample_size * downsampling(codec)
            image = torch.empty(1, vae.config.in_channels, side, side)
            image_flops, encoder_activations = _count(vae.encode, image)
            encoder_parameters = _n_parameters(vae)
    return NetworkCost(
        flops,
        image_flops,
        _n_parameters(network),
        encoder_parameters,
        activations,
        encoder_activations,
    )


def _network(folder: Path, part: str, name: str, *, bare: bool) -> Any:
    """Build a network without weights, which has no more parameters than its files hold."""
    import diffusers

    config = read_configuration(folder / part / "config.json")
    with nullcontext() if bare else no_larger_than(weight_files(folder / part)):
        return getattr(diffusers, name).from_config(config).eval().requires_grad_(False)


def _n_parameters(network: torch.nn.Module) -> int:
    return sum(each.numel() for each in network.parameters())


def _count(network: Any, *inputs: Any, **named: Any) -> tuple[int, int]:
    """Return the operations of one call, and the bytes that it holds at a time."""
    # The inner one sees attention whole; the outer one, the matrix products that it is made of.
    with FlopCounterMode(display=False) as counter, _Held() as held:
        network(*inputs, **named)
    return int(counter.get_total_flops()), held.most


def _storages(values: Any) -> list[Any]:
    tensors = (each for each in tree_leaves(values) if isinstance(each, torch.Tensor))
    return [each.untyped_storage() for each in tensors]


class _Held(TorchDispatchMode):
    """How many bytes of new tensors are held at a time, at most."""

    def __init__(self) -> None:
        super().__init__()
        self.most = self._now = 0
        self._alive: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = {storage._cdata for storage in _storages([args, kwargs])}
        for storage in _storages(result):
            # Others are views, or results written into what was given.
            if storage._cdata not in self._alive | given:
                self._hold(storage)
        return result

    def _hold(self, storage: Any) -> None:
        key, n_bytes = storage._cdata, storage.nbytes()
        self._alive.add(key)
        self._now += n_bytes
        self.most = max(self.most, self._now)

        def release() -> None:
            self._alive.discard(key)
            self._now -= n_bytes

        weakref.finalize(storage, release)
