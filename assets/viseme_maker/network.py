"""Fit the network to the lessons."""

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from avatar_live.signals import VOWELS
from avatar_live.tracking.visemes import BANDS, FEATURES, VowelNet

from .recipe import BATCH, BOW, DECAY, DOUBT, EPOCHS, HIDDEN, JITTER, RATE, SEED, SLOPE


def train(features: NDArray[np.float64], labels: NDArray[np.int64], *, epochs: int = EPOCHS) -> VowelNet:
    """Return the network; the same for the same lessons."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    centre, spread = features.mean(axis=0).astype(np.float32), features.std(axis=0).astype(np.float32)
    known = torch.from_numpy(((features - centre) / spread).astype(np.float32))
    wanted = torch.from_numpy(labels)
    share = torch.bincount(wanted, minlength=len(VOWELS) + 1).float()
    layers = [torch.nn.Linear(*sizes) for sizes in pairwise((features.shape[1], *HIDDEN, len(VOWELS) + 1))]
    steps = [step for layer in layers for step in (layer, torch.nn.SiLU())]
    network = torch.nn.Sequential(*steps[:-1])
    judge = torch.nn.CrossEntropyLoss(weight=share.mean() / share, label_smoothing=DOUBT)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    across = np.linspace(-1.0, 1.0, BANDS)
    tints = np.zeros((2, FEATURES))
    tints[:, :BANDS] = SLOPE * across, BOW * (across**2 - (across**2).mean())
    colours = torch.from_numpy(tints / spread).float()
    batches = -(-len(known) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * batches)
    for _ in range(epochs):
        for chosen in torch.randperm(len(known)).split(BATCH):
            some = known[chosen]
            coloured = some + (2.0 * torch.rand(len(some), len(colours)) - 1.0) @ colours
            loss = judge(network(coloured + JITTER * torch.randn_like(some)), wanted[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    trained = tuple((layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers)
    return VowelNet(centre, spread, trained)
