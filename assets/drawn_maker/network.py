"""Train the network on lessons that are never the same twice."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from avatar_live.tracking.drawn_net import SIDE_PX, Convolution, DrawnNet

from .lessons import FACTS, Classroom, Floats, Pixels
from .recipe import BATCH, CARE, CONVOLUTIONS, DECAY, DRAWN_CARE, EPOCHS, HIDDEN, RATE, SEED, SOFT

Places = NDArray[np.int64]


class _Step:
    """Convolve, normalise over the batch, cut off below zero, and add what came in if so wanted."""

    def __init__(self, channels_in: int, channels_out: int, side: int, stride: int, adds: bool) -> None:
        self.convolve = nn.Conv2d(channels_in, channels_out, side, stride, side // 2, bias=False)
        self.normalise = nn.BatchNorm2d(channels_out)
        self.stride, self.adds = stride, adds

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        seen = torch.relu(self.normalise(self.convolve(pictures)))
        return pictures + seen if self.adds else seen

    def folded(self) -> Convolution:
        """Return the same with the means and spreads of all batches worked into the kernels."""
        normal = self.normalise
        scale = normal.weight / torch.sqrt(normal.running_var + normal.eps)
        kernels = (self.convolve.weight * scale[:, None, None, None]).permute(2, 3, 1, 0).reshape(-1, len(scale))
        offsets = normal.bias - normal.running_mean * scale
        return Convolution(kernels.detach().numpy(), offsets.detach().numpy(), self.stride, self.adds)


class Network:
    """Hold what is trained; `parts` are its torch modules."""

    def __init__(self) -> None:
        self._steps, channels, side = [], 3, SIDE_PX
        for channels_out, kernel, stride, adds in CONVOLUTIONS:
            self._steps.append(_Step(channels, channels_out, kernel, stride, adds))
            channels, side = channels_out, side // stride
        self._hidden, self._last = nn.Linear(side * side * channels, HIDDEN), nn.Linear(HIDDEN, FACTS)
        convolving = [part for step in self._steps for part in (step.convolve, step.normalise)]
        self.parts = nn.ModuleList([*convolving, self._hidden, self._last]).to(memory_format=torch.channels_last)

    def __call__(self, cuts: torch.Tensor) -> torch.Tensor:
        """Return (n, FACTS) for cuts (n, SIDE_PX, SIDE_PX, 3) of bytes."""
        seen = (cuts.permute(0, 3, 1, 2).float() / 127.5 - 1.0).contiguous(memory_format=torch.channels_last)
        for step in self._steps:
            seen = step(seen)
        return self._last(torch.relu(self._hidden(seen.permute(0, 2, 3, 1).flatten(1))))

    def folded(self) -> DrawnNet:
        """Return the network as it is run."""
        layers = tuple(
            (one.weight.detach().numpy().copy(), one.bias.detach().numpy().copy()) for one in (self._hidden, self._last)
        )
        return DrawnNet(tuple(step.folded() for step in self._steps), layers)


class _Lessons:
    """Know lesson `n`: of a portrait that `places` name, in an order by chance in every epoch."""

    def __init__(self, classroom: Classroom, places: Places, epochs: int) -> None:
        chance = np.random.default_rng(SEED)
        self._order = np.concatenate([chance.permutation(places) for _ in range(epochs)])
        self._classroom = classroom

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, number: int) -> tuple[Pixels, Floats]:
        return self._classroom.lesson(int(self._order[number]), np.random.default_rng((SEED, number)))


def train(classroom: Classroom, places: Places, *, epochs: int = EPOCHS, helpers: int = 1) -> Iterator[DrawnNet]:
    """Yield the network as it is after each epoch over the portraits at `places`; the same for the same classroom."""
    torch.manual_seed(SEED)
    network = Network()
    lessons = torch.utils.data.DataLoader(_Lessons(classroom, places, epochs), BATCH, num_workers=helpers)
    optimizer = torch.optim.AdamW(network.parts.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=len(lessons), pct_start=0.15)
    care, judge = torch.tensor(CARE), nn.BCEWithLogitsLoss()
    for number, (cuts, facts) in enumerate(lessons, 1):
        said = network(cuts)
        is_drawn = facts[:, -1]
        missed = nn.functional.smooth_l1_loss(said[:, :-1], facts[:, :-1], beta=SOFT, reduction="none")
        loss = (is_drawn * (missed @ care)).sum() / is_drawn.sum().clamp(min=1.0)
        loss = loss + DRAWN_CARE * judge(said[:, -1], is_drawn)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if number * epochs % len(lessons) < epochs:
            network.parts.eval()
            yield network.folded()
            network.parts.train()
