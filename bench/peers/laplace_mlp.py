"""laplace-torch on a network that Adam has trained: Kronecker information of the last layer, prior by its evidence."""

import sys

import torch
from contest import Clock, serve
from laplace import Laplace
from mnist import Training, images, labels, network, written
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

folder = sys.argv[1]
X, Y = images(folder, "train"), labels(folder, "train")
held = images(folder, "t10k")


def run(task):
    torch.manual_seed(task["seed"])
    model = network()
    x, y = X[: task["rows"]], Y[: task["rows"]]
    optimizer = torch.optim.Adam(model.parameters(), lr=task["lr"], fused=True)
    training = Training(model)

    def epoch():
        for rows in torch.randperm(len(x)).split(task["batch"]):
            optimizer.zero_grad()
            cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()

    for _ in range(task["epochs"]):
        training.epoch(epoch)
    with Clock() as fitting:
        laplace = Laplace(model, "classification", subset_of_weights="last_layer", hessian_structure="kron")
        laplace.fit(DataLoader(TensorDataset(x, y), batch_size=512))
        laplace.optimize_prior_precision(method="marglik")
    with Clock() as predicting:
        predicted = torch.cat([laplace(part, link_approx="probit").detach() for part in held.split(1000)])
    ms = training.ms + fitting.ms
    mark = {"ms": ms, "file": written(f"{task['out']}.f32", predicted)}
    return {"ms": ms, "passes": task["epochs"], "checkpoints": [mark], "figures": {"predictMs": predicting.ms}}


serve(["laplace-torch", "torch", "numpy"], run)
