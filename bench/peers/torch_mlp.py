"""PyTorch on MNIST: Adam, SGD with momentum, and dropout kept on when predicting."""

import sys

import torch
from contest import Clock, serve
from mnist import Training, checkpoints, images, labels, network, probabilities, written
from torch.nn.functional import cross_entropy

folder = sys.argv[1]
X, Y = images(folder, "train"), labels(folder, "train")
held = images(folder, "t10k")
usual = torch.get_num_threads()


def optimizer_of(task, model):
    if task["optimizer"] == "adam":
        return torch.optim.Adam(model.parameters(), lr=task["lr"], fused=True)
    return torch.optim.SGD(model.parameters(), lr=task["lr"], momentum=0.9, fused=True)


def train(task, model):
    x, y = X[: task["rows"]], Y[: task["rows"]]
    optimizer = optimizer_of(task, model)
    steps = task["epochs"] * -(-len(x) // task["batch"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps) if task.get("cosine") else None
    training = Training(model)

    def epoch():
        for rows in torch.randperm(len(x)).split(task["batch"]):
            optimizer.zero_grad()
            cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
            if schedule is not None:
                schedule.step()

    for _ in range(task["epochs"]):
        training.epoch(epoch)
    return training


def run(task):
    torch.set_num_threads(task.get("threads", usual))
    torch.manual_seed(task["seed"])
    draws = task.get("draws", 0)
    model = network(0.2 if draws else 0.0).train()
    training = train(task, model)
    if draws == 0:
        with Clock() as clock:
            probabilities(model, held)
        marks = checkpoints(training, model, held, task["out"])
    else:
        with Clock() as clock:
            predicted = sum(probabilities(model, held) for _ in range(draws)) / draws
        marks = [{"ms": training.ms, "file": written(f"{task['out']}.f32", predicted)}]
    return {"ms": training.ms, "passes": task["epochs"], "checkpoints": marks, "figures": {"predictMs": clock.ms}}


serve(["torch", "numpy"], run)
