"""Train the network that `avatar_live.tracking.face_net` runs: landmarks as a picture shows them -> 52 weights."""

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from avatar_live.signals import ARKIT_SHAPES
from avatar_live.tracking.face_net import FaceNet, without_place_and_size

from .recipe import BATCH, DECAY, EPOCHS, HIDDEN, NOISE, RATE, SEED, SPREAD_MIN
from .sides import other_sides
from .teacher import TAKEN
from .variety import Lessons


def train(lessons: Lessons, across: NDArray[np.int64], *, epochs: int = EPOCHS) -> FaceNet:
    """Return the network that says for these faces what the teacher says; the same for the same lessons.

    `across` (478,) names the landmark on the other side of the face: every lesson is learnt mirrored, too.
    """
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    points = np.array(TAKEN)
    mirrored = lessons.faces[:, across] * np.array([-1.0, 1.0, 1.0], np.float32)
    seen = without_place_and_size(np.concatenate([lessons.faces, mirrored])[:, points, :2])
    inputs = seen.reshape(len(seen), -1)
    centre, spread = inputs.mean(axis=0), inputs.std(axis=0)
    known = torch.from_numpy((inputs - centre) / spread)
    wanted = torch.from_numpy(np.concatenate([lessons.weights, lessons.weights[:, other_sides()]]))
    care = 1.0 / torch.clamp(wanted.std(dim=0), min=SPREAD_MIN) ** 2

    layers = [torch.nn.Linear(*sizes) for sizes in pairwise((inputs.shape[1], *HIDDEN, len(ARKIT_SHAPES)))]
    steps = [step for layer in layers for step in (layer, torch.nn.SiLU())]
    network = torch.nn.Sequential(*steps[:-1], torch.nn.Sigmoid())
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    batches = -(-len(known) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * batches)
    for _ in range(epochs):
        for chosen in torch.randperm(len(known)).split(BATCH):
            some = known[chosen]
            said = network(some + NOISE * torch.randn_like(some))
            loss = (care * (said - wanted[chosen]) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    trained = tuple((layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers)
    return FaceNet(points, centre, spread, trained, np.ones(len(ARKIT_SHAPES), np.bool_))
