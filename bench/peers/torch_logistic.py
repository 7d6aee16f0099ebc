"""PyTorch, one pass of mini-batches over a logistic regression: SGD and Adam."""

import sys

import numpy as np
import torch
from contest import Clock, serve
from torch.nn.functional import binary_cross_entropy_with_logits

folder = sys.argv[1]
X = torch.from_numpy(np.ascontiguousarray(np.load(f"{folder}/x.npy"), dtype=np.float32))
Y = torch.from_numpy(np.load(f"{folder}/y.npy").astype(np.float32))


def run(task):
    model = torch.nn.Linear(X.shape[1], 1)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    optimizer = kinds[task["optimizer"]](model.parameters(), lr=task["lr"], fused=True)
    with Clock() as clock:
        for x, y in zip(X.split(task["batch"]), Y.split(task["batch"])):
            optimizer.zero_grad()
            binary_cross_entropy_with_logits(model(x)[:, 0], y).backward()
            optimizer.step()
    return {"ms": clock.ms, "passes": 1, "estimates": [model.bias.item(), *model.weight[0].tolist()]}


serve(["torch", "numpy"], run)
