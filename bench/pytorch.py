"""The six networks of models.ts in native PyTorch on one thread, asked over standard input by training.ts.

One request as JSON per line, one answer as JSON per line:
  {"model": "MLP", "batch": 32, "warmup": 0.5, "seconds": 1}  ->  {"steps": 1000, "seconds": 1.0, "processor": 1.0}
  {"product": "plain", "seconds": 1}                          ->  {"gflops": 100.0}
An empty request gives {"version": ..., "parameters": {...}}.

Same layer sizes and initial distributions (Glorot uniform, zero biases, orthogonal recurrent kernels, embeddings within
0.05), cross-entropy and Adam. Each step is zero_grad, forward, backward, step on one of a few batches made beforehand: there is
no data layer, no shuffling and no metric, which the engine's steps do have. torch.nn.GRU and torch.nn.LSTM have a second bias
vector per gate, and the GRU applies its reset gate after the matrix product; the sizes are the same.
"""

import json
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import torch
from torch import nn

torch.set_num_threads(1)

CLASSES = 10
WORDS = 32
VOCABULARY = 1000
BATCHES = 8
SIZE = 512


class LastStep(nn.Module):
    """A recurrent layer's last output."""

    def __init__(self, recurrent):
        super().__init__()
        self.recurrent = recurrent

    def forward(self, x):
        return self.recurrent(x)[0][:, -1]


class Positions(nn.Module):
    def __init__(self, steps, width):
        super().__init__()
        self.table = nn.Parameter(torch.empty(steps, width).uniform_(-0.05, 0.05))

    def forward(self, x):
        return x + self.table


class MeanOver(nn.Module):
    def __init__(self, axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.mean(self.axes)


def batch_norm(channels):
    # Keras: momentum 0.99 of the old value, epsilon 1e-3.
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def transformer_block():
    return nn.TransformerEncoderLayer(
        32, 4, dim_feedforward=128, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )


def conv(inputs, outputs, kernel=3, groups=1, bias=True):
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=bias)


MODELS = {
    "MLP": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, CLASSES)),
    "CNN": lambda: nn.Sequential(
        conv(1, 16), nn.ReLU(), nn.MaxPool2d(2),
        conv(16, 32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1568, 64), nn.ReLU(), nn.Linear(64, CLASSES),
    ),
    "CNN-BN": lambda: nn.Sequential(
        conv(1, 16), batch_norm(16), nn.ReLU(), nn.MaxPool2d(2),
        conv(16, 16, groups=16, bias=False), conv(16, 32, kernel=1), nn.ReLU(),
        batch_norm(32), nn.MaxPool2d(2),
        MeanOver((2, 3)), nn.Linear(32, CLASSES),
    ),
    "LSTM": lambda: nn.Sequential(
        nn.Embedding(VOCABULARY, 32), LastStep(nn.LSTM(32, 64, batch_first=True)), nn.Linear(64, CLASSES)
    ),
    "GRU": lambda: nn.Sequential(
        nn.Embedding(VOCABULARY, 32), LastStep(nn.GRU(32, 64, batch_first=True)), nn.Linear(64, CLASSES)
    ),
    "Transformer": lambda: nn.Sequential(
        nn.Embedding(VOCABULARY, 32), Positions(WORDS, 32), transformer_block(), transformer_block(),
        MeanOver(1), nn.Linear(32, CLASSES),
    ),
}
IMAGES = {"MLP", "CNN", "CNN-BN"}
# Channels last is the faster layout on a CPU (about 1.3 times here), so it is the one to be compared with.
CONVOLUTIONAL = {"CNN", "CNN-BN"}


def initialize(module):
    if isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)
        return
    if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)):
        return
    for name, parameter in module.named_parameters(recurse=False):
        if "bias" in name:
            nn.init.zeros_(parameter)
        elif name.startswith("weight_hh"):
            nn.init.orthogonal_(parameter)
        elif parameter.dim() >= 2 and "weight" in name:
            nn.init.xavier_uniform_(parameter)


def make(name):
    model = MODELS[name]()
    model.apply(initialize)
    return model.train()


def run_for(seconds, step):
    """Steps for at least this long: how many, and the time by the clock and of the processor."""
    count = 0
    processor = time.process_time()
    started = time.perf_counter()
    while True:
        step(count)
        count += 1
        passed = time.perf_counter() - started
        if passed >= seconds:
            return {"steps": count, "seconds": passed, "processor": time.process_time() - processor}


def train(name, batch, warmup, seconds):
    torch.manual_seed(1)
    model = make(name)
    if name in CONVOLUTIONAL:
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    if name in IMAGES:
        inputs = [torch.rand(batch, 1, 28, 28) for _ in range(BATCHES)]
        if name in CONVOLUTIONAL:
            inputs = [each.to(memory_format=torch.channels_last) for each in inputs]
    else:
        inputs = [torch.randint(2, VOCABULARY, (batch, WORDS)) for _ in range(BATCHES)]
    targets = [torch.randint(CLASSES, (batch,)) for _ in range(BATCHES)]
    loss_of = nn.CrossEntropyLoss()

    def step(index):
        optimizer.zero_grad(set_to_none=True)
        loss_of(model(inputs[index % BATCHES]), targets[index % BATCHES]).backward()
        optimizer.step()

    run_for(warmup, step)
    return run_for(seconds, step)


def product(kind, seconds):
    count = 8 if kind == "batch of 8" else 1
    shape = (count, SIZE, SIZE) if count > 1 else (SIZE, SIZE)
    a, b = torch.rand(shape) * 2 - 1, torch.rand(shape) * 2 - 1
    if kind == "Aᵀ":
        a = a.t()
    if kind == "Bᵀ":
        b = b.t()
    run_for(seconds / 2, lambda _: torch.matmul(a, b))
    taken = run_for(seconds, lambda _: torch.matmul(a, b))
    return {"gflops": taken["steps"] * count * 2 * SIZE**3 / taken["seconds"] / 1e9}


def answer(request):
    if "product" in request:
        return product(request["product"], request["seconds"])
    if "model" in request:
        return train(request["model"], request["batch"], request["warmup"], request["seconds"])
    parameters = {
        name: sum(each.numel() for each in make(name).parameters()) for name in MODELS
    }
    return {"version": torch.__version__, "threads": torch.get_num_threads(), "parameters": parameters}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
