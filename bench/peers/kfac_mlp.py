"""K-FAC by ASDL (the package asdfghjkl), on PyTorch, with momentum: one draw a row for the information."""

import sys

import torch
from asdl.precondition import KfacGradientMaker, PreconditioningConfig
from contest import Clock, serve
from mnist import Training, checkpoints, images, labels, network, probabilities
from torch.nn.functional import cross_entropy

folder = sys.argv[1]
X, Y = images(folder, "train"), labels(folder, "train")
held = images(folder, "t10k")


def run(task):
    torch.manual_seed(task["seed"])
    model = network()
    x, y = X[: task["rows"]], Y[: task["rows"]]
    config = PreconditioningConfig(
        data_size=task["batch"],
        damping=task["damping"],
        ema_decay=0.05,
        curvature_upd_interval=5,
        preconditioner_upd_interval=20,
        curvature_warmup_steps=10,
        preconditioner_warmup_steps=10,
    )
    maker = KfacGradientMaker(model, config, fisher_type="fisher_mc")
    optimizer = torch.optim.SGD(model.parameters(), task["lr"], momentum=0.9, weight_decay=5e-5)
    steps = task["epochs"] * -(-len(x) // task["batch"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    training = Training(model)

    def epoch():
        for rows in torch.randperm(len(x)).split(task["batch"]):
            optimizer.zero_grad()
            logits = maker.setup_model_call(model, x[rows])
            maker.setup_loss_call(cross_entropy, logits, y[rows])
            maker.forward_and_backward()
            optimizer.step()
            schedule.step()

    for _ in range(task["epochs"]):
        training.epoch(epoch)
    with Clock() as clock:
        probabilities(model, held)
    marks = checkpoints(training, model, held, task["out"])
    return {"ms": training.ms, "passes": task["epochs"], "checkpoints": marks, "figures": {"predictMs": clock.ms}}


serve(["asdfghjkl", "torch", "numpy"], run)
