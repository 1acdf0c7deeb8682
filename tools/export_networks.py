r"""Write the graphs of shipped miniatures, so that a page of the book can run them.

    python tools/export_networks.py

A graph is the network in the format ONNX without its weights: these are read from the shipped
safetensors themselves, half precision and all, at the places that the graph notes. So the book has
no second copy of them, and a page computes with the very numbers that Python does. Two graphs
are written to ``gcbook/data/networks``:

- of a diffusion model, ``v = network(x, t, label)``, x (N, 3, 32, 32) in [-1, 1], t (N,) the
  step of its schedule, label (N,) an index into `ALL_CATEGORIES`, whose prompts' embeddings the
  graph holds;
- of a classifier, ``log_p = network(pixels)``, pixels (N, 3, 32, 32) in [0, 1].

``networks.json`` has the choices of the drawn world and, by model, the file of weights, its
SHA-256, the labels, and the schedule. ``silhouettes.gz`` has the test silhouettes, on which nothing
was trained, 64 × 64 bytes each. Needs ``onnx`` (``pip install onnx``), which neither the book nor
its tests do.
"""

import gzip
import hashlib
import io
import json
import struct
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import onnx
import torch
from diffusers import UNet2DConditionModel
from onnx.external_data_helper import set_external_data
from transformers import ResNetForImageClassification

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.schedulers import read_process
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.shipped import folder_of, model_folder
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.testsets import numbered
from gcbook.miniworld.world import ALL_CATEGORIES, WORLD
from gcbook.paper.categories import CATEGORIES

TARGET = DATA.folder / "networks"
OPSET = 17
DIFFUSION, CNN = "mini-pixel", "mini-cnn"


class Denoiser(torch.nn.Module):
    """A U-Net under the prompt of a class."""

    def __init__(self, unet: torch.nn.Module, texts: torch.Tensor) -> None:
        super().__init__()
        self.unet = unet
        self.register_buffer("texts", texts)

    def forward(self, x: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return self.unet(x, t, encoder_hidden_states=self.texts[label]).sample


class Namer(torch.nn.Module):
    """A ResNet from pixels to log-probabilities."""

    def __init__(self, resnet: torch.nn.Module, mean: float, sd: float) -> None:
        super().__init__()
        self.resnet, self.mean, self.sd = resnet, mean, sd

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.resnet((pixels - self.mean) / self.sd).logits.log_softmax(1)


def export_diffusion(model: str) -> dict[str, Any]:
    folder = model_folder(model)
    classifier = load_classifier(folder, name=model, labels=ALL_CATEGORIES)
    seen: list[torch.Tensor] = []
    unet = UNet2DConditionModel.from_pretrained(folder / "unet").float().eval()
    # The embeddings that the classifier gives its network, whatever made them.
    original = UNet2DConditionModel.forward

    def watched(self: Any, *args: Any, **named: Any) -> Any:
        seen.append(named["encoder_hidden_states"].detach().clone())
        return original(self, *args, **named)

    UNet2DConditionModel.forward = watched
    try:
        n = len(ALL_CATEGORIES)
        classifier.denoise(torch.zeros(n, 3, 32, 32), torch.full((n,), 0.5), torch.arange(n))
    finally:
        UNet2DConditionModel.forward = original
    checkpoint = Checkpoint(
        folder, "IFPipeline", model, ALL_CATEGORIES, torch.device("cpu"), torch.float32
    )
    process = read_process(checkpoint, "discrete")
    if process.prediction != "v_prediction":
        raise SystemExit(f"{model}: expected a velocity, found {process.prediction}")
    inputs = (torch.zeros(16, 3, 32, 32), torch.full((16,), 300), torch.arange(16))
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    network = Denoiser(unet, seen[0])
    size = export(network, inputs, ("x", "t", "label"), "v", "unet.", weights, model)
    print(f"{model}: graph {size / 1e3:.0f} kB, prompts of {tuple(seen[0].shape)}")
    return {
        "kind": "diffusion",
        "labels": list(ALL_CATEGORIES),
        "candidates": len(CATEGORIES),
        "schedule": process.schedule.as_dict()["alphas_cumprod"],
        **of_weights(weights),
    }


def export_cnn(model: str) -> dict[str, Any]:
    folder = model_folder(model)
    resnet = ResNetForImageClassification.from_pretrained(folder).float().eval()
    seen = json.loads((folder / "preprocessor_config.json").read_text("utf-8"))
    (mean,), (sd,) = set(seen["image_mean"]), set(seen["image_std"])
    weights = folder / "model.safetensors"
    network = Namer(resnet, mean, sd)
    size = export(
        network, (torch.zeros(1, 3, 32, 32),), ("pixels",), "log_p", "resnet.", weights, model
    )
    print(f"{model}: graph {size / 1e3:.0f} kB")
    labels = [resnet.config.id2label[i] for i in range(resnet.config.num_labels)]
    return {"kind": "cnn", "labels": labels, **of_weights(weights)}


def of_weights(path: Path) -> dict[str, str]:
    return {
        "weights": str(path.relative_to(DATA.folder)),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def export(
    network: torch.nn.Module,
    inputs: tuple[torch.Tensor, ...],
    names: tuple[str, ...],
    output: str,
    prefix: str,
    weights: Path,
    model: str,
) -> int:
    """Write a graph whose weights lie in a safetensors file; return its compressed size."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The tracer warns of every size that is fixed, and here they are.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            inputs,
            buffer,
            dynamo=False,
            opset_version=OPSET,
            # Folding would store weights anew, transposed.
            do_constant_folding=False,
            input_names=list(names),
            output_names=[output],
            dynamic_axes={name: {0: "n"} for name in (*names, output)},
        )
    graph = onnx.load_from_string(buffer.getvalue())
    point_to(graph, prefix, weights)
    packed = gzip.compress(graph.SerializeToString(), 9, mtime=0)
    (TARGET / f"{folder_of(model)}.onnx.gz").write_bytes(packed)
    return len(packed)


def point_to(graph: onnx.ModelProto, prefix: str, weights: Path) -> None:
    """Let initializers be read from a safetensors file, and cast what it has in half precision."""
    raw = weights.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8 : 8 + length])
    casts = []
    for each in graph.graph.initializer:
        stored = head.get(each.name.removeprefix(prefix))
        if stored is None:
            continue
        if stored["dtype"] != "F16" or stored["shape"] != list(each.dims):
            raise SystemExit(
                f"{weights}: {each.name}: expected half precision of shape {list(each.dims)}, "
                f"found {stored['dtype']}, {stored['shape']}"
            )
        begin, end = stored["data_offsets"]
        name, each.name = each.name, f"{each.name}.half"
        each.data_type = onnx.TensorProto.FLOAT16
        each.raw_data = b"-"
        set_external_data(each, "weights", 8 + length + begin, end - begin)
        each.ClearField("raw_data")
        casts.append(onnx.helper.make_node("Cast", [each.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.graph.node]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)


def write_silhouettes() -> dict[str, Any]:
    """Write the pictures; return their names, numbered as in the test sets, and their side."""
    known = load_silhouettes("test", CATEGORIES)
    packed = gzip.compress(known.images.tobytes(), 9, mtime=0)
    (TARGET / "silhouettes.gz").write_bytes(packed)
    return {"names": numbered(known.categories), "side": known.images.shape[1]}


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    models = {DIFFUSION: export_diffusion(DIFFUSION), CNN: export_cnn(CNN)}
    stored = {"world": asdict(WORLD), "diffusion": DIFFUSION, "cnn": CNN, "models": models}
    stored["silhouettes"] = write_silhouettes()
    text = json.dumps(stored) + "\n"
    (TARGET / "networks.json").write_text(text, encoding="utf-8")
    DATA.write()


if __name__ == "__main__":
    main()
