#!/usr/bin/env python3
"""Trains a ladder of MobileNetV1-style networks on Fashion-MNIST and writes each as float32 and as int8 ONNX.

Needs Debian's python3-torch, python3-onnx, libopenblas0-pthread and dataset-fashion-mnist. Users need none of it: the networks are committed.
Usage: train.py OUTPUT_FOLDER [--epochs 10] [--threads 2] [--data FOLDER]
"""
import argparse, gzip, io, json, os, time
import numpy as np
import onnx
import torch
import torch.nn.utils.fusion
from onnx import helper, numpy_helper
from torch import nn

WIDTHS = (1.0, 0.75, 0.5, 0.25)
# Output channels at width 1, and stride, of each depthwise-separable block.
BLOCKS = ((64, 2), (128, 1), (128, 2), (256, 1), (256, 1), (256, 1))
MEAN, SCALE = 0.2860, 0.3530


def read(folder, name):
    def load(kind, offset):
        with gzip.open(os.path.join(folder, f"{name}-{kind}.gz")) as f:
            return np.frombuffer(f.read(), np.uint8, offset=offset)
    return load("images-idx3-ubyte", 16).reshape(-1, 1, 28, 28), load("labels-idx1-ubyte", 8).astype(np.int64)


class Unit(nn.Sequential):
    def __init__(self, inputs, outputs, kernel, stride, groups):
        super().__init__(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Network(nn.Module):
    def __init__(self, width):
        super().__init__()
        channels = int(32 * width)
        layers = [Unit(1, channels, 3, 1, 1)]
        for outputs, stride in BLOCKS:
            outputs = int(outputs * width)
            layers += [Unit(channels, channels, 3, stride, channels), Unit(channels, outputs, 1, 1, 1)]
            channels = outputs
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, 10)

    def forward(self, x):
        return self.classifier(nn.functional.adaptive_avg_pool2d(self.features(x), 1).flatten(1))


def accuracy(network, images, labels):
    network.eval()
    with torch.no_grad():
        return sum((network(images[i:i + 1000]).argmax(1) == labels[i:i + 1000]).sum().item() for i in range(0, len(images), 1000)) / len(images)


def train(width, images, labels, test, epochs):
    torch.manual_seed(int(width * 100))
    network = Network(width).to(memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(network.parameters(), 0.1, 0.9, weight_decay=5e-4, nesterov=True)
    batch = 128
    steps = epochs * (len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.2, total_steps=steps)
    for epoch in range(epochs):
        started = time.time()
        network.train()
        order = torch.randperm(len(images))
        for i in range(0, len(images) - batch + 1, batch):
            chosen = order[i:i + batch]
            x = images[chosen]
            # A pixel or two to a side, mirrored or not; the same for the whole batch, which is enough and fast.
            dx, dy = torch.randint(-2, 3, (2,)).tolist()
            x = torch.roll(x, (dy, dx), (2, 3))
            if torch.rand(1).item() < 0.5: x = x.flip(3)
            x = x.contiguous(memory_format=torch.channels_last)
            loss = nn.functional.cross_entropy(network(x), labels[chosen], label_smoothing=0.05)
            optimiser.zero_grad(); loss.backward(); optimiser.step(); schedule.step()
        print(f"width {width}: epoch {epoch + 1} of {epochs}, {time.time() - started:.0f} s, {accuracy(network, *test) * 100:.2f} % of the test images", flush=True)
    return network.eval()


def fold(network):
    """Batch normalisations become part of the convolutions before them."""
    for unit in network.features:
        unit[0] = torch.nn.utils.fusion.fuse_conv_bn_eval(unit[0], unit[1])
        unit[1] = nn.Identity()
    return network


def export(network):
    buffer = io.BytesIO()
    torch.onnx.export(network, torch.zeros(1, 1, 28, 28), buffer, opset_version=13, input_names=["image"], output_names=["logits"], do_constant_folding=True)
    model = onnx.load_from_string(buffer.getvalue())
    model.doc_string = "Trained by Isthmus on Fashion-MNIST (MIT licence, Zalando SE)."
    onnx.checker.check_model(model)
    return model


def quantise(model, ranges):
    """Int8 weights per output channel, uint8 activations per tensor, as QuantizeLinear/DequantizeLinear pairs around convolutions, the pooling and the classifier."""
    graph = model.graph
    weights = {i.name: i for i in graph.initializer}
    nodes, new, seen, scales = [], [], {}, {}

    def constant(name, array):
        new.append(numpy_helper.from_array(array, name)); return name

    def activation(tensor):
        if tensor in seen: return seen[tensor]
        low, high = ranges[tensor]
        low, high = min(low, 0.0), max(high, 1e-6)
        scale = (high - low) / 255
        zero = int(round(-low / scale))
        scales[tensor] = scale
        s, z = constant(f"{tensor}_scale", np.float32(scale)), constant(f"{tensor}_zero", np.uint8(zero))
        nodes.append(helper.make_node("QuantizeLinear", [tensor, s, z], [f"{tensor}_q"]))
        nodes.append(helper.make_node("DequantizeLinear", [f"{tensor}_q", s, z], [f"{tensor}_dq"]))
        seen[tensor] = f"{tensor}_dq"
        return seen[tensor]

    def weight(name):
        w = numpy_helper.to_array(weights[name])
        s = np.maximum(np.abs(w.reshape(len(w), -1)).max(1), 1e-8) / 127
        q = np.clip(np.round(w / s.reshape(-1, *[1] * (w.ndim - 1))), -127, 127).astype(np.int8)
        nodes.append(helper.make_node("DequantizeLinear", [constant(f"{name}_q", q), constant(f"{name}_s", s.astype(np.float32)), constant(f"{name}_z", np.zeros(len(w), np.int8))], [f"{name}_dq"], axis=0))
        return f"{name}_dq", s

    for node in graph.node:
        if node.op_type in ("Conv", "Gemm"):
            x = activation(node.input[0])
            w, s = weight(node.input[1])
            bias = numpy_helper.to_array(weights[node.input[2]])
            sb = (s * scales[node.input[0]]).astype(np.float32)
            b = f"{node.input[2]}_dq"
            nodes.append(helper.make_node("DequantizeLinear", [constant(f"{node.input[2]}_q", np.round(bias / sb).astype(np.int32)), constant(f"{node.input[2]}_s", sb), constant(f"{node.input[2]}_z", np.zeros(len(bias), np.int32))], [b], axis=0))
            node.input[0], node.input[1], node.input[2] = x, w, b
        elif node.op_type in ("GlobalAveragePool", "Flatten"):
            node.input[0] = activation(node.input[0])
        nodes.append(node)

    used = {i for n in nodes for i in n.input}
    keep = [i for i in graph.initializer if i.name in used] + new
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes); graph.initializer.extend(keep)
    onnx.checker.check_model(model)
    return model


def activations(network, model, images):
    """The range of each quantised tensor over images, by the names that the graph has."""
    order = [n.input[0] for n in model.graph.node if n.op_type in ("Conv", "Gemm")]
    pool, flatten = (next(n for n in model.graph.node if n.op_type == t) for t in ("GlobalAveragePool", "Flatten"))
    modules = [u[0] for u in network.features] + [network.classifier]
    found, hooks = {}, []
    def note(name, x):
        low, high = found.get(name, (0.0, 0.0))
        # The outermost ten-thousandth is not worth a coarser step for all the rest.
        found[name] = (min(low, float(torch.quantile(x.flatten()[:1_000_000], 0.0001))), max(high, float(torch.quantile(x.flatten()[:1_000_000], 0.9999))))

    for name, module in zip(order, modules):
        hooks.append(module.register_forward_hook(lambda _, inputs, __, name=name: note(name, inputs[0])))
    hooks.append(network.features.register_forward_hook(lambda _, __, output: note(pool.input[0], output)))
    with torch.no_grad():
        for i in range(0, len(images), 100): network(images[i:i + 100])
    for h in hooks: h.remove()
    # What the pooling gives is what the classifier takes.
    found[flatten.input[0]] = found[order[-1]]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output"); parser.add_argument("--epochs", type=int, default=10); parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--widths", type=float, nargs="*", default=WIDTHS)
    parser.add_argument("--weights", help="folder of trained weights: those that are there are not trained again (default: OUTPUT_FOLDER)")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    os.makedirs(args.output, exist_ok=True)
    to = lambda x: (torch.tensor(x, dtype=torch.float32) / 255 - MEAN) / SCALE
    images, labels = read(args.data, "train"); test, answers = read(args.data, "t10k")
    images, labels, test, answers = to(images), torch.tensor(labels), to(test), torch.tensor(answers)
    for width in args.widths:
        name = f"fashion_{width:g}"
        weights = os.path.join(args.weights or args.output, f"{name}.pt")
        network = Network(width).eval()
        if os.path.exists(weights): network.load_state_dict(torch.load(weights))
        else:
            network = train(width, images, labels, (test, answers), args.epochs)
            torch.save(network.state_dict(), weights)
        network = fold(network.to(memory_format=torch.contiguous_format))
        model = export(network)
        onnx.save(model, os.path.join(args.output, f"{name}.onnx"))
        onnx.save(quantise(export(network), activations(network, model, images[:2000])), os.path.join(args.output, f"{name}_int8.onnx"))
        manifest = {"width": 28, "height": 28, "crop": "none", "channelOrder": "GREY", "mean": [round(MEAN * 255, 3)], "scale": [round(SCALE * 255, 3)], "labels": "classes.txt"}
        for suffix in ("", "_int8"):
            with open(os.path.join(args.output, f"{name}{suffix}.isthmus.json"), "w") as f: json.dump(manifest, f, indent=2); f.write("\n")
        print(f"{name}: {accuracy(network, test, answers) * 100:.2f} % of the test images (folded, float)", flush=True)


if __name__ == "__main__":
    main()
