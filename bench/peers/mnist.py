"""MNIST as tensors, the network of the mlp bench, and answers whose predictions the harness judges."""

import gzip
import time

import numpy as np
import torch


def images(folder, part):
    with gzip.open(f"{folder}/{part}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    return torch.from_numpy(pixels.astype(np.float32) / 255)


def labels(folder, part):
    with gzip.open(f"{folder}/{part}-labels-idx1-ubyte.gz") as file:
        return torch.from_numpy(np.frombuffer(file.read(), np.uint8, offset=8).astype(np.int64))


def network(dropout=0.0):
    between = [torch.nn.Dropout(dropout)] if dropout > 0 else []
    return torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), *between, torch.nn.Linear(256, 10))


class Training:
    """Milliseconds of training alone, and the weights at the end of each epoch."""

    def __init__(self, model):
        self.model = model
        self.ms = 0.0
        self.marks = []

    def epoch(self, work):
        start = time.perf_counter()
        work()
        self.ms += 1000 * (time.perf_counter() - start)
        weights = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.marks.append((self.ms, weights))


def probabilities(model, x):
    with torch.no_grad():
        return torch.softmax(model(x), 1)


def written(path, predicted):
    predicted.to(torch.float32).contiguous().numpy().tofile(path)
    return path


def checkpoints(training, model, x, out):
    """Predictions after each epoch, as files; the model is left as it was trained."""
    found = []
    for epoch, (ms, weights) in enumerate(training.marks, 1):
        model.load_state_dict(weights)
        found.append({"ms": ms, "file": written(f"{out}-{epoch}.f32", probabilities(model, x))})
    return found
