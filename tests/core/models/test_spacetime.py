"""The Spacetime E(n)-Transformer as its blocks one after the other, each frame by itself where frames do not meet."""

from typing import Any

import pytest
import torch
from torch import Tensor

from core.models.egcl import Cloud, attributes
from tests.core.models.conftest import L, N, model


@pytest.mark.parametrize("config", [{}, {"layers": 2}, {"temporal_adjacency": True}, {"temporal_attention": False}])
@torch.no_grad()
def test_the_model_is_its_blocks_the_mean_and_the_read_out(
    config: dict[str, Any], state: Tensor, charge: Tensor
) -> None:
    made = model("set", **config)
    K, M = made.config.layers, made.config.blocks
    ahead = torch.tensor([0.2, 0.5]).double()
    reach = ahead.mean() * M * K / (M * K + 1)
    x, v = state[..., :3], state[..., 3:]
    h = made.embed(v.norm(dim=-1, keepdim=True))
    clouds = [Cloud(h[:, frame] + made.place[frame], x[:, frame], v[:, frame]) for frame in range(L)]
    given = [attributes(x[:, frame], charge) for frame in range(L)]
    told, gates = list(given), {}
    for k, layer in enumerate(made.spatial):
        messages = []
        for frame in range(L):
            clouds[frame], heard = layer(clouds[frame], told[frame], (reach + 0.1 * (L - 1 - frame)) / (M * K))
            gates[f"layer {k + 1}, frame {frame + 1}"] = heard.gate
            messages.append(heard.message)
        if made.config.temporal_attention and (k + 1) % K == 0:
            whole = Cloud(*(torch.stack(part, dim=1) for part in zip(*clouds, strict=True)))
            whole, message, _ = made.temporal[k // K](whole, torch.stack(messages, dim=1))
            clouds = [Cloud(*(part[:, frame] for part in whole)) for frame in range(L)]
            if made.config.temporal_adjacency:
                told = [torch.cat([given[frame], message[:, frame]], dim=-1) for frame in range(L)]
    scores = [(made.score(cloud.h)[..., 0] + made.recent[frame]).exp() for frame, cloud in enumerate(clouds)]
    rho = torch.stack(scores) / sum(scores)                                                  # (L, B, N)
    mean = Cloud(*(sum(rho[frame][..., None] * clouds[frame][part] for frame in range(L)) for part in range(3)))
    pooled = sum(rho[frame][..., None, None] * told[frame][..., 4:] for frame in range(L))
    heard = made.read_out.heard(mean, torch.cat([given[-1], pooled], dim=-1))
    gates["read-out"] = heard.gate
    x_ahead, v_ahead = made.read_out.moved(mean, heard, (ahead - reach)[:, None])

    y, interaction = made(state, charge)
    assert made.heads == tuple(gates)
    assert interaction.shape == (3, M * K * L + 1, N, N)
    for h, gate in enumerate(gates.values()):
        torch.testing.assert_close(interaction[:, h], gate)
    for t in range(2):
        torch.testing.assert_close(y[:, t], torch.cat([x_ahead[:, :, t], v_ahead[:, :, t]], dim=-1))
