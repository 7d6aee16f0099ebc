"""PyTorch on permuted MNIST: Adam from task to task, alone and with elastic weight consolidation (Kirkpatrick et al. 2017):
a quadratic penalty for each earlier task, from the diagonal of the Fisher information at its end."""

import sys

import numpy as np
import torch
from contest import serve
from mnist import Training, images, labels, network, probabilities, written
from torch.nn.functional import cross_entropy, log_softmax

folder, file = sys.argv[1:3]
X, Y = images(folder, "train"), labels(folder, "train")
held = images(folder, "t10k")
orders = torch.from_numpy(np.fromfile(file, np.uint16).astype(np.int64)).reshape(-1, 784)


def fisher(model, x, sample=5000):
    """Mean over images of the squared score at a label drawn from the prediction, for each weight."""
    sums = [torch.zeros_like(p) for p in model.parameters()]
    for i in torch.randperm(len(x))[:sample]:
        logp = log_softmax(model(x[i : i + 1]), 1)
        label = torch.multinomial(logp.exp(), 1).item()
        for s, g in zip(sums, torch.autograd.grad(logp[0, label], list(model.parameters()))):
            s += g.square()
    return [s / min(sample, len(x)) for s in sums]


def run(task):
    torch.manual_seed(task["seed"])
    model = network().train()
    training = Training(model)
    anchors, marks = [], []
    for t in range(task["tasks"]):
        x, y = X[: task["rows"]][:, orders[t]], Y[: task["rows"]]
        optimizer = torch.optim.Adam(model.parameters(), lr=task["lr"], fused=True)

        def epoch():
            for rows in torch.randperm(len(x)).split(task["batch"]):
                optimizer.zero_grad()
                loss = cross_entropy(model(x[rows]), y[rows])
                for weights, information in anchors:
                    for p, w, f in zip(model.parameters(), weights, information):
                        loss = loss + task["penalty"] / 2 * (f * (p - w).square()).sum()
                loss.backward()
                optimizer.step()

        def consolidate():
            anchors.append(([p.detach().clone() for p in model.parameters()], fisher(model, x)))

        for _ in range(task["epochs"]):
            training.epoch(epoch)
        if task["penalty"] > 0:
            training.epoch(consolidate)
        predicted = torch.cat([probabilities(model, held[:, orders[s]]) for s in range(t + 1)])
        marks.append({"ms": training.ms, "file": written(f"{task['out']}-{t + 1}.f32", predicted)})
    return {"ms": training.ms, "passes": task["epochs"], "checkpoints": marks}


serve(["torch", "numpy"], run)
