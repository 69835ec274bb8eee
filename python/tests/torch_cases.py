# SPDX-License-Identifier: Apache-2.0
"""Calls of the PyTorch adapter on the CPU and on a GPU, which must give the same bits."""

import torch

import weighted_cross_entropy.torch as adapter

ours = adapter.binary_cross_entropy_with_logits


def both(to_gpu, x, z, w=None, q=None, upstream=None, **options):
    """The loss and the gradient on the GPU, which have the bits of those on the CPU."""
    found = []
    for move in (torch.clone, to_gpu):
        logits, target = move(x).requires_grad_(), move(z)
        weight = None if w is None else move(w)
        pos_weight = move(q) if torch.is_tensor(q) else q
        call = lambda x, z=target, w=weight, q=pos_weight: ours(x, z, w, pos_weight=q, **options)
        loss = call(logits)
        gradient, = torch.autograd.grad(
            loss, logits, torch.ones_like(loss) if upstream is None else move(upstream))
        with torch.no_grad():
            assert same(call(logits), loss)
        found.append((loss, gradient))
    for one, other in zip(*found, strict=True):
        assert one.dtype == other.dtype and one.stride() == other.stride()
        assert same(one, other.cpu())
    return found[1]


def recorded(monkeypatch, function):
    """The calls of a function of the extension module that the adapter makes from now on."""
    made = []
    frameworks = adapter.operators._frameworks
    original = getattr(frameworks, function)
    monkeypatch.setattr(frameworks, function, lambda *a: made.append(a) or original(*a))
    return made


def same(one, other):
    return torch.equal(one.detach(), other.detach())


LAYOUTS = {
    "row-major": lambda t: t,
    "channels last": lambda t: t.contiguous(memory_format=torch.channels_last),
    "transposed": lambda t: t.transpose(0, 3).contiguous().transpose(0, 3),
}
POS_WEIGHTS = {
    "none": None, "number": 3.0, "scalar": torch.tensor(3.0), "one": torch.tensor([3.0]),
    "last axis": torch.rand(5) * 4, "channels": torch.rand(3, 1, 1) * 4,
    "two axes": torch.rand(3, 1, 5) * 4, "all axes": torch.rand(2, 3, 4, 5) * 4,
}  # fmt: skip
WEIGHTS = {"none": None, "each": torch.rand(2, 3, 4, 5), "one class": torch.rand(5)}
