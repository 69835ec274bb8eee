# SPDX-License-Identifier: Apache-2.0
"""PyTorch's tests of its loss, run on PyTorch and on this package.

The cases are those of `test_bce_with_logits_*` and of the loss's samples in PyTorch's own suite.
`DIFFERENCES` lists the cases in which PyTorch's results are not exact.
"""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

# Forward mode brings a compiler, which does not load after TensorFlow's.
import torch._dynamo

import weighted_cross_entropy.torch as adapter

functional = torch.nn.functional.binary_cross_entropy_with_logits
BOTH = pytest.mark.parametrize(
    "module", [torch.nn.BCEWithLogitsLoss, adapter.BCEWithLogitsLoss], ids=["theirs", "ours"])
sigmoid = torch.nn.Sigmoid()


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(42)


@BOTH
def test_bce_with_logits_gives_same_result_as_sigmoid_and_bce_loss(module):
    target, output = torch.rand(64, 4), torch.rand(64, 4) - 0.5
    assert torch.allclose(module()(output, target), torch.nn.BCELoss()(sigmoid(output), target))
    weight = torch.rand(4)
    assert torch.allclose(
        module(weight)(output, target), torch.nn.BCELoss(weight)(sigmoid(output), target))
    target, output = torch.zeros(4, 1), torch.empty(4, 1).fill_(-100)
    assert torch.allclose(module()(output, target), torch.nn.BCELoss()(sigmoid(output), target))
    expected = torch.nn.BCELoss(reduction="none")(sigmoid(output), target)
    assert torch.allclose(module(reduction="none")(output, target), expected)
    weight = torch.rand(1)
    assert torch.allclose(
        module(weight)(output, target), torch.nn.BCELoss(weight)(sigmoid(output), target))


@BOTH
def test_bce_with_logits_gives_same_result_as_sigmoid_and_bce_loss_large_tensors_with_grad(module):
    x_size, y_size = 1024, 256
    target = torch.rand(x_size, y_size)
    for reduction in ("none", "mean", "sum"):
        logits = torch.rand(x_size, y_size) - 0.5
        one, other = logits.clone().requires_grad_(), logits.clone().requires_grad_()
        weight = torch.rand(y_size)
        expected = torch.nn.BCELoss(weight, reduction=reduction)(sigmoid(one), target)
        loss = module(weight, reduction=reduction)(other, target)
        assert torch.allclose(expected, loss, rtol=1e-4)
        upstream = torch.rand(x_size, y_size) if reduction == "none" else None
        expected.backward(upstream)
        loss.backward(upstream)
        assert torch.allclose(one.grad, other.grad, rtol=1e-4, atol=1e-6 * one.grad.abs().max())


@BOTH
@pytest.mark.parametrize("reduction", ["sum", "mean", "none"])
def test_bce_with_logits_has_correct_forward_grad(module, reduction):
    output, target = torch.randn(2, 3, 5, dtype=torch.double)
    output.requires_grad_()
    assert torch.autograd.gradcheck(
        module(reduction=reduction), (output, target), check_forward_ad=True)


@BOTH
@pytest.mark.parametrize("pos_weight", [None, torch.ones(3, 1)], ids=["", "with_pos_weight"])
def test_bce_with_logits_has_correct_grad_at_zero(module, pos_weight):
    output, target = torch.zeros(3, 1, requires_grad=True), torch.zeros(3, 1)
    module(reduction="sum", pos_weight=pos_weight)(output, target).backward()
    assert torch.equal(output.grad, torch.full((3, 1), 0.5))


@BOTH
@pytest.mark.parametrize("shape", [(4,), (16, 1)])
@pytest.mark.parametrize("which", ["weight", "pos_weight"])
def test_bce_with_logits_broadcasts_weights(module, which, shape):
    target, output, weight = torch.rand(16, 4), torch.rand(16, 4) - 0.5, torch.rand(shape)
    assert torch.allclose(
        module(**{which: weight})(output, target),
        module(**{which: weight.expand(16, 4).contiguous()})(output, target))  # fmt: skip


@BOTH
def test_bce_with_logits_broadcasts_pos_weights(module):
    target, output, weight = torch.rand(64, 4), torch.rand(64, 4) - 0.5, torch.rand(4)
    first = module(pos_weight=weight)(output, target)
    for same in (weight.expand(1, 4), weight.expand(64, 4)):
        assert torch.allclose(module(pos_weight=same)(output, target), first)


@BOTH
def test_bce_with_logits_ones_in_pos_weights_are_the_same_as_none(module):
    target, output = torch.rand(64, 4), torch.rand(64, 4) - 0.5
    assert torch.allclose(
        module()(output, target), module(pos_weight=torch.ones(64, 4))(output, target))


@BOTH
def test_bce_with_logits_stability(module):
    output, target = torch.tensor([0.0, -120.0]), torch.tensor([0.0, 1.0])
    pos_weight = torch.tensor([1.0, 1.0])
    for weights in (None, pos_weight):
        losses = module(pos_weight=weights, reduction="none")(output, target)
        assert torch.isfinite(losses).all()
        assert torch.allclose(losses, torch.tensor([0.69314718, 120.0]))


@BOTH
@pytest.mark.parametrize("shapes", [((2, 1), (2,)), ((2,), (2, 1)), ((1,), ()), ((3, 2), (2, 3))])
def test_bce_with_logits_raises_if_target_and_input_are_different_size(module, shapes):
    with pytest.raises(ValueError, match=r"Target size .* must be the same as input size"):
        module()(torch.rand(shapes[0]), torch.rand(shapes[1]))


def samples(size=5):
    """The arguments of PyTorch's own samples of the loss."""
    for shape in ((), (1,), (size,), (size, size), (size, size, size)):
        yield shape, {}
    for reduction in ("mean", "sum", "none"):
        yield (size, size), {"reduction": reduction}
        for shape in ((1,), (1, size), (size,), (size, size)):
            yield (size, size), {"reduction": reduction, "weight": torch.rand(shape).double() - 0.5}
        pos_weight = torch.rand(size).double() * 9
        yield (size, size), {"reduction": reduction, "pos_weight": pos_weight}
        weight = torch.rand(size, size).double()
        yield (size, size), {"reduction": reduction, "pos_weight": pos_weight, "weight": weight}
        yield (2, size, 3, 3), {
            "reduction": reduction, "pos_weight": torch.rand(size, 1, 1).double()}
        yield (2, size, 3), {"reduction": reduction, "pos_weight": torch.rand(2, 1, 3).double()}


@pytest.mark.parametrize(("shape", "options"), list(samples()))
class TestSamples:
    def inputs(self, shape):
        x, z = torch.randn(shape).double(), torch.rand(shape).double()
        return x.requires_grad_(), z.requires_grad_()

    def test_values_and_derivatives_are_theirs(self, shape, options):
        x, z = self.inputs(shape)
        ours, theirs = adapter.binary_cross_entropy_with_logits(x, z, **options), functional(
            x, z, **options)
        assert torch.allclose(ours, theirs, rtol=1e-12)
        for one, other in zip(
                torch.autograd.grad(ours.sum(), (x, z)), torch.autograd.grad(theirs.sum(), (x, z)),
                strict=True):
            assert torch.allclose(one, other, rtol=1e-12)

    def test_derivatives_are_those_of_the_values(self, shape, options):
        inputs = self.inputs(shape)
        call = lambda x, z: adapter.binary_cross_entropy_with_logits(x, z, **options)
        assert torch.autograd.gradcheck(call, inputs, check_forward_ad=True)
        assert torch.autograd.gradgradcheck(call, inputs, check_fwd_over_rev=True)

    def test_float32_and_no_gradient(self, shape, options):
        x, z = (t.detach().float() for t in self.inputs(shape))
        options = {k: v.float() if isinstance(v, torch.Tensor) else v for k, v in options.items()}
        ours = adapter.binary_cross_entropy_with_logits(x, z, **options)
        assert ours.dtype == torch.float32 and not ours.requires_grad
        assert torch.allclose(ours, functional(x, z, **options), rtol=1e-5, atol=1e-6)


# (target, input, positive weight), the exact loss and gradient, and PyTorch's in float32.
DIFFERENCES = {
    "a confident right answer": (
        (0.0, -20.0, None), (2.0611536e-9, 2.0611536e-9), (0.0, 2.0611536e-9)),
    "a positive weight below the last place of 1": (
        (1.0, 0.5, 1e-8), (4.7407698e-9, -3.7754068e-9), (0.0, -1e-8)),
    "an infinite input that is right": ((1.0, math.inf, None), (0.0, 0.0), (math.nan, 0.0)),
    "an infinite input that is right, negative": (
        (0.0, -math.inf, None), (0.0, 0.0), (math.nan, 0.0)),
    "an infinite input that is wrong": ((0.0, math.inf, None), (math.inf, 1.0), (math.inf, 1.0)),
}  # fmt: skip


@pytest.mark.parametrize("case", DIFFERENCES, ids=DIFFERENCES.keys())
class TestDifferences:
    def evaluate(self, call, case):
        (z, x, q), *_ = DIFFERENCES[case]
        logit = torch.tensor(x, requires_grad=True)
        loss = call(logit, torch.tensor(z), pos_weight=None if q is None else torch.tensor(q))
        return loss.item(), torch.autograd.grad(loss, logit)[0].item()

    def test_ours_is_exact(self, case):
        assert np.allclose(
            self.evaluate(adapter.binary_cross_entropy_with_logits, case), DIFFERENCES[case][1],
            rtol=3e-7, atol=0)

    def test_theirs_is_as_listed(self, case):
        assert np.allclose(
            self.evaluate(functional, case), DIFFERENCES[case][2], rtol=1e-6, atol=0,
            equal_nan=True)


def test_what_they_let_pass_passes():
    empty, zero, one = torch.zeros(0), torch.zeros(1), torch.ones(1)
    for call in (functional, adapter.binary_cross_entropy_with_logits):
        assert call(empty, empty).isnan()
        assert call(empty, empty, reduction="sum") == 0
        assert torch.allclose(call(zero, one, pos_weight=-one), torch.tensor(-math.log(2)))
        assert call(zero, one, pos_weight=one * math.nan).isnan()
    leaf = torch.zeros(0, requires_grad=True)
    adapter.binary_cross_entropy_with_logits(leaf, empty).backward()
    assert leaf.grad.shape == (0,)
