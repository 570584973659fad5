#!/usr/bin/python3
"""Makes ONNX files of published CNN architectures with random weights, for profiling and planning.

Needs Debian's python3-torch, python3-torchvision and libopenblas0-pthread: a development tool, nothing that users of
Isthmus need. Usage: make.py FOLDER [--only NAME ...] [--photos FOLDER] [--list]

Latencies and tensor shapes are those of the architecture; classes are not. So that activations look like a trained
network's (unit variance before each ReLU, about half of the values zero after it) and neither vanish nor explode, the
running statistics of batch normalisation are taken from the photographs; networks without it keep their published
initialisation. Sizes after compression are therefore of the right kind, accuracies do not exist.
"""

import argparse
import os
import sys
import warnings

# Name -> side of the square input. All are in torchvision 0.14.
NETWORKS = {
    "alexnet": 224,
    "convnext_tiny": 224,
    "densenet121": 224,
    "densenet169": 224,
    "densenet201": 224,
    "efficientnet_b0": 224,
    "googlenet": 224,
    "inception_v3": 299,
    "mnasnet1_0": 224,
    "mobilenet_v2": 224,
    "mobilenet_v3_large": 224,
    "mobilenet_v3_small": 224,
    "regnet_y_400mf": 224,
    "resnet18": 224,
    "resnet34": 224,
    "resnet50": 224,
    "resnet101": 224,
    "resnet152": 224,
    "resnext50_32x4d": 224,
    "shufflenet_v2_x1_0": 224,
    "squeezenet1_0": 224,
    "squeezenet1_1": 224,
    "vgg11": 224,
    "vgg16": 224,
    "vgg19": 224,
    "wide_resnet50_2": 224,
}

SEED = 2026


def photographs(folder, side):
    import torch
    from PIL import Image
    from torchvision import transforms

    prepare = transforms.Compose([
        transforms.Resize(int(side / 0.875)),
        transforms.CenterCrop(side),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])
    names = sorted(n for n in os.listdir(folder) if n.lower().endswith((".jpg", ".jpeg", ".png")))
    if not names:
        sys.exit(f"make.py: no photographs in {folder}")
    return torch.stack([prepare(Image.open(os.path.join(folder, n)).convert("RGB")) for n in names[:8]])


def network(name, photos):
    import torch
    import torchvision

    torch.manual_seed(SEED)
    options = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    model = getattr(torchvision.models, name)(weights=None, **options)
    norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
    # Statistics in training mode, but no dropout and no stochastic depth: only batch normalisation trains.
    model.eval()
    for norm in norms:
        norm.train()
    with torch.no_grad():
        model(photos)
    model.eval()
    return model


def make(name, folder, photo_folder):
    import torch

    path = os.path.join(folder, f"{name}.onnx")
    if os.path.exists(path):
        print(f"{name}: there already")
        return
    side = NETWORKS[name]
    model = network(name, photographs(photo_folder, side))
    part = path + ".part"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                model, torch.zeros(1, 3, side, side), part, opset_version=13,
                input_names=["image"], output_names=["logits"], do_constant_folding=True)
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)
    print(f"{name}: {os.path.getsize(path) / 1e6:.1f} MB", flush=True)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description="Makes ONNX files of published CNN architectures with random weights.")
    parser.add_argument("folder", nargs="?", default="zoo", help="where the files go (default: zoo)")
    parser.add_argument("--only", nargs="+", choices=sorted(NETWORKS), metavar="NAME", help="only these networks")
    parser.add_argument("--photos", default=os.path.join(here, "..", "..", "samples", "photos"),
                        help="photographs for batch normalisation (default: samples/photos)")
    parser.add_argument("--list", action="store_true", help="print the networks' names")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(NETWORKS))
        return
    try:
        import torch
        import torchvision  # noqa: F401
    except ImportError as e:
        sys.exit(f"make.py: {e.name} is missing: apt-get install python3-torch python3-torchvision libopenblas0-pthread")
    torch.set_num_threads(2)
    os.makedirs(arguments.folder, exist_ok=True)
    for name in arguments.only or NETWORKS:
        make(name, arguments.folder, arguments.photos)


if __name__ == "__main__":
    main()
