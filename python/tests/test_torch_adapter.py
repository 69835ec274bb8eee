# SPDX-License-Identifier: Apache-2.0
"""What the PyTorch adapter promises beside PyTorch's own tests of its loss."""

import copy
import pickle

import pytest

torch = pytest.importorskip("torch")

# Forward mode brings a compiler, which does not load after TensorFlow's.
import torch._dynamo
from torch.autograd import forward_ad

import weighted_cross_entropy.torch as adapter
from reference import raises

functional = torch.nn.functional.binary_cross_entropy_with_logits
BOTH = pytest.mark.parametrize(
    "module", [torch.nn.BCEWithLogitsLoss, adapter.BCEWithLogitsLoss], ids=["theirs", "ours"])


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(42)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32_and_rounded(dtype):
    x, z = torch.randn(100).to(dtype).requires_grad_(), torch.rand(100).to(dtype)
    loss = adapter.binary_cross_entropy_with_logits(x, z, pos_weight=torch.tensor(3.0, dtype=dtype))
    assert loss.dtype == dtype
    loss.backward()
    assert x.grad.dtype == dtype
    wide = x.detach().double().requires_grad_()
    functional(wide, z.double(), pos_weight=torch.tensor(3.0)).backward()
    assert torch.allclose(x.grad.double(), wide.grad, rtol=2 * torch.finfo(dtype).eps, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_under_autocast_the_result_has_the_type_of_theirs(dtype):
    x, z = torch.randn(10).to(dtype).requires_grad_(), torch.rand(10).to(dtype)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        ours, theirs = (call(x, z, reduction="none")
            for call in (adapter.binary_cross_entropy_with_logits, functional))
    assert ours.dtype == theirs.dtype and torch.allclose(ours, theirs, rtol=1e-5)
    assert torch.autograd.grad(ours.sum(), x)[0].dtype == dtype


@pytest.mark.parametrize(
    "call", [functional, adapter.binary_cross_entropy_with_logits], ids=["theirs", "ours"])
@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_batches_of_upstream_gradients(call, reduction):
    x, z = torch.randn(3).double().requires_grad_(), torch.rand(3).double().requires_grad_()
    upstream = torch.rand(5, 3).double() if reduction == "none" else torch.rand(5).double()
    loss = call(x, z, reduction=reduction)
    for _ in range(2):
        at_once = torch.autograd.grad(
            loss, (x, z), upstream, is_grads_batched=True, retain_graph=True)
        for index, one in enumerate(upstream):
            each = torch.autograd.grad(loss, (x, z), one, retain_graph=True)
            assert all(
                torch.allclose(a[index], e, rtol=1e-12) for a, e in zip(at_once, each, strict=True))
    hessian = torch.autograd.functional.hessian(
        lambda a: call(a, z.detach(), reduction="sum"), x.detach(), vectorize=True)
    assert torch.allclose(hessian, torch.diag(torch.sigmoid(x) * torch.sigmoid(-x)), rtol=1e-12)


def test_views_of_imaginary_parts():
    x = torch.randn(4, dtype=torch.cfloat).conj().imag
    assert x.is_neg()
    z = torch.rand(4)
    assert torch.allclose(adapter.binary_cross_entropy_with_logits(x, z), functional(x, z))
    weight = torch.complex(torch.zeros(4), -torch.rand(4)).conj().imag
    assert weight.is_neg() and weight.min() >= 0
    for options in ({"weight": weight}, {"pos_weight": weight}):
        assert torch.allclose(
            adapter.binary_cross_entropy_with_logits(x, z, **options), functional(x, z, **options))


@BOTH
def test_old_arguments_and_positions(module):
    x, z, ones = torch.randn(4), torch.rand(4), torch.ones(4)
    is_theirs = module is torch.nn.BCEWithLogitsLoss
    function = functional if is_theirs else adapter.binary_cross_entropy_with_logits
    named = {name: module(reduction=name)(x, z) for name in ("none", "mean", "sum")}
    for size_average, reduce, name in (
        (None, True, "mean"), (True, None, "mean"), (False, None, "sum"), (False, True, "sum"),
        (None, False, "none"),
        (True, False, "none"), (False, False, "none"),
    ):  # fmt: skip
        message = (
            "^size_average and reduce args will be deprecated, "
            f"please use reduction='{name}' instead.$")
        with pytest.warns(UserWarning, match=message):
            assert torch.equal(module(None, size_average, reduce, "mean", None)(x, z), named[name])
        with pytest.warns(UserWarning, match=message):
            loss = function(x, z, size_average=size_average, reduce=reduce)
        assert torch.equal(loss, named[name])
    assert torch.allclose(
        module(ones, None, None, "sum", 3 * ones)(x, z),
        function(x, z, ones, None, None, "sum", 3 * ones))


def test_targets_of_other_types():
    x, z = torch.randn(10), torch.arange(10) % 2
    expected = adapter.binary_cross_entropy_with_logits(x, z.float())
    for target in (z, z.bool(), z.to(torch.uint8)):
        assert torch.equal(adapter.binary_cross_entropy_with_logits(x, target), expected)
    assert adapter.binary_cross_entropy_with_logits(x, z.double()).dtype == torch.float64


def test_errors():
    loss = adapter.binary_cross_entropy_with_logits
    x, other = torch.zeros(2, 3), torch.ones(2)
    name = "binary_cross_entropy_with_logits"
    for options, message in (
        ({"pos_weight": -1.0},
            f"{name}: positive weights must be finite and at least 0, received -1.0"),
        ({"label_smoothing": 2.0},
            f"{name}: label smoothing must lie in [0, 1], received 2.0"),
        ({"threads": 0}, f"{name}: the number of threads must be at least 1, received 0"),
        ({"reduction": "weighted_mean"}, "weighted_mean is not a valid value for reduction"),
    ):  # fmt: skip
        with raises(ValueError, message):
            loss(x, x, **options)
    for which in ("weight", "pos_weight"):
        for wrong in (other, torch.ones(4, 2, 3)):
            with pytest.raises(RuntimeError):
                functional(x, x, **{which: wrong})
            with pytest.raises(RuntimeError):
                loss(x, x, **{which: wrong})
    message = "the input must be of a floating-point type, received torch.int64"
    with raises(TypeError, message):
        loss(x.long(), x)


def test_overflow_is_the_value_without_a_warning(recwarn):
    logits = torch.tensor([-3e38], requires_grad=True)
    loss = adapter.binary_cross_entropy_with_logits(
        logits, torch.ones(1), pos_weight=torch.tensor(3.0))
    loss.backward()
    assert loss == torch.inf and logits.grad == -3
    assert not recwarn.list


def test_gradient_is_given_to_the_leaf_without_a_copy(monkeypatch):
    made = []
    original = adapter.operators.compute

    def spy(*arguments):
        value, gradient = original(*arguments)
        made.append(gradient.data_ptr())
        return value, gradient

    monkeypatch.setattr(adapter.operators, "compute", spy)
    x = torch.randn(1000, requires_grad=True)
    adapter.binary_cross_entropy_with_logits(x, torch.rand(1000)).backward()
    assert made == [x.grad.data_ptr()]


def test_all_that_is_held_for_the_backward_pass_goes_through_the_hooks():
    """As checkpoints and offloading need it."""
    held = []
    x = torch.randn(100, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(held.append, lambda _: None):
        loss = adapter.binary_cross_entropy_with_logits(x * 2, torch.rand(100), reduction="sum")
    assert sum(tensor.shape == x.shape for tensor in held) == 3
    assert not any(isinstance(value, torch.Tensor) for value in vars(loss.grad_fn).values())


@pytest.fixture
def addresses(monkeypatch):
    """The addresses of targets, logits and weights in the calls of the library."""
    calls = []
    original = adapter.operators._frameworks.compute

    def spy(*arguments):
        calls.append([address for address in arguments[3:6] if address])
        return original(*arguments)

    monkeypatch.setattr(adapter.operators._frameworks, "compute", spy)
    return calls


def test_tensors_are_not_copied(addresses):
    x, z = torch.randn(1000), torch.rand(1000)
    adapter.binary_cross_entropy_with_logits(x, z)
    assert addresses == [[z.data_ptr(), x.data_ptr()]]


@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize(
    "layout",
    [
        lambda t: t.contiguous(memory_format=torch.channels_last),
        lambda t: t.transpose(0, 3).contiguous().transpose(0, 3),
    ],
)
def test_tensors_of_one_layout_are_not_copied(addresses, reduction, layout):
    x, z, weight, pos_weight = torch.randn(2, 3, 4, 5), torch.rand(2, 3, 4, 5), torch.rand(
        2, 3, 4, 5), torch.rand(3, 1, 1) * 4
    expected = functional(x, z, weight, pos_weight=pos_weight, reduction=reduction)
    x, z, weight = layout(x).requires_grad_(), layout(z), layout(weight)
    loss = adapter.binary_cross_entropy_with_logits(
        x, z, weight, pos_weight=pos_weight, reduction=reduction)
    assert torch.allclose(loss, expected, rtol=1e-5, atol=1e-6)
    assert addresses == [[z.data_ptr(), x.data_ptr(), weight.data_ptr()]]
    assert reduction == "mean" or loss.stride() == x.stride()
    upstream = layout(torch.rand(x.shape)) if reduction == "none" else None
    gradient, = torch.autograd.grad(loss, x, upstream)
    their = functional(x, z, weight, pos_weight=pos_weight, reduction=reduction)
    assert torch.allclose(
        gradient, torch.autograd.grad(their, x, upstream)[0], rtol=1e-5, atol=1e-6)
    assert gradient.stride() == x.stride()


def test_backward_twice_and_non_unit_upstream():
    x, z = torch.randn(50, requires_grad=True), torch.rand(50)
    loss = adapter.binary_cross_entropy_with_logits(x, z)
    first = torch.autograd.grad(loss, x, retain_graph=True)[0].clone()
    assert torch.equal(torch.autograd.grad(loss, x, retain_graph=True)[0], first)
    assert torch.allclose(torch.autograd.grad(loss * 3, x)[0], first * 3)
    (adapter.binary_cross_entropy_with_logits(x, z)
        + adapter.binary_cross_entropy_with_logits(x, z)).backward()
    assert torch.allclose(x.grad, first * 2)


@BOTH
@pytest.mark.parametrize("which", ["weight", "pos_weight", "input", "target"])
@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("is_second", [False, True])
def test_what_is_changed_between_the_passes_is_an_error(module, which, create_graph, is_second):
    leaf = torch.randn(4, requires_grad=True)
    # The adapter takes each of them where it lies.
    tensors = {
        "input": leaf * 1, "target": torch.rand(4), "weight": torch.rand(4),
        "pos_weight": torch.rand(4)}
    call = module(tensors["weight"], pos_weight=tensors["pos_weight"], reduction="sum")
    loss = call(tensors["input"], tensors["target"])
    if is_second:
        torch.autograd.grad(loss, leaf, retain_graph=True)
    tensors[which].mul_(10)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        torch.autograd.grad(loss, leaf, create_graph=create_graph)


@BOTH
@pytest.mark.parametrize("reduction", ["sum", "mean", "none"])
@pytest.mark.parametrize(
    "order", ["forward over reverse", "forward over reverse, create_graph", "reverse over forward"])
def test_modes_over_each_other(module, reduction, order):
    x, z = torch.randn(4).double().requires_grad_(), torch.rand(4).double().requires_grad_()
    in_x, in_z = torch.rand(2, 4).double()
    call = module(torch.rand(4).double(), pos_weight=torch.tensor(3.0), reduction=reduction)
    first = torch.autograd.grad(call(x, z).sum(), (x, z), create_graph=True)
    expected = torch.autograd.grad((first[0] * in_x).sum() + (first[1] * in_z).sum(), (x, z))
    with forward_ad.dual_level():
        one, other = forward_ad.make_dual(x, in_x), forward_ad.make_dual(z, in_z)
        if order == "reverse over forward":
            actual = torch.autograd.grad(
                forward_ad.unpack_dual(call(one, other)).tangent.sum(), (x, z))
        else:
            gradients = torch.autograd.grad(
                call(one, other).sum(), (one, other), create_graph="create" in order)
            actual = [forward_ad.unpack_dual(gradient).tangent for gradient in gradients]
    assert all(torch.allclose(a, e, rtol=1e-12) for a, e in zip(actual, expected, strict=True))


def test_strided_and_in_larger_graphs():
    weight = torch.randn(7, 3, requires_grad=True)
    features, z = torch.randn(20, 7), (torch.rand(20, 3) < 0.3).float()
    for loss in (torch.nn.BCEWithLogitsLoss(), adapter.BCEWithLogitsLoss()):
        loss((features @ weight).T, z.T).backward()
    one = torch.autograd.grad(adapter.BCEWithLogitsLoss()((features @ weight).T, z.T), weight)[0]
    assert torch.allclose(2 * one, weight.grad, rtol=1e-4, atol=1e-6)


def test_module_is_saved_copied_and_shown():
    loss = adapter.BCEWithLogitsLoss(torch.rand(3), pos_weight=torch.ones(3), label_smoothing=0.1)
    assert set(loss.state_dict()) == {"weight", "pos_weight"}
    x, z = torch.randn(2, 3), torch.rand(2, 3)
    for other in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert other(x, z) == loss(x, z)
    assert repr(loss) == "BCEWithLogitsLoss(reduction='mean', label_smoothing=0.1)"
    assert loss.double()(x.double(), z.double()).dtype == torch.float64


def test_training_lowers_the_loss():
    features = torch.randn(200, 5)
    target = (features @ torch.randn(5, 1) > 0.5).float()
    model, loss = torch.nn.Linear(5, 1), adapter.BCEWithLogitsLoss(pos_weight=torch.tensor(4.0))
    first = loss(model(features), target).item()
    for _ in range(50):
        model.zero_grad()
        loss(model(features), target).backward()
        # Not an optimizer of theirs: those bring a compiler that does not load after TensorFlow's.
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.sub_(parameter.grad)
    assert loss(model(features), target).item() < 0.5 * first
