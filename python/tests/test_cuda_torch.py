# SPDX-License-Identifier: Apache-2.0
"""PyTorch's tensors on a GPU: tensors of the CPU in the memory of the tests' own CUDA driver."""

import pytest

torch = pytest.importorskip("torch")

import torch._dynamo

import weighted_cross_entropy as wce
import weighted_cross_entropy.torch as adapter
from reference import raises
from torch_cases import LAYOUTS, POS_WEIGHTS, WEIGHTS, both, same

pytestmark = pytest.mark.skipif(
    wce.instruction_set() == "baseline", reason="SSE2 has other bits than GPUs")

ours = adapter.binary_cross_entropy_with_logits
Tensor = torch.Tensor


@pytest.fixture(autouse=True)
def place(gpu, monkeypatch):
    """Makes tensors in the driver's memory those of a GPU. Copies a tensor to that memory."""
    torch.manual_seed(7)
    names = "contiguous", "new_empty", "reshape", "to"
    original = {name: getattr(Tensor, name) for name in names}
    empty_like = torch.empty_like

    def owns(t):
        try:
            return gpu.owns(t.data_ptr())
        except RuntimeError:  # Tensors without memory.
            return False

    def allocate_like(t, **options):
        """With the order of the axes of another."""
        order = sorted(range(t.ndim), key=lambda axis: -t.stride(axis))
        memory = torch.frombuffer(
            gpu.allocate(max(t.numel(), 1) * t.itemsize), dtype=t.dtype)[: t.numel()]
        return memory.reshape([t.shape[axis] for axis in order]).permute(
            [order.index(axis) for axis in range(t.ndim)])

    class Place(torch.autograd.Function):
        @staticmethod
        def forward(ctx, t):
            return allocate_like(t).copy_(t)

        @staticmethod
        def backward(ctx, upstream):
            return upstream

    def placing(name):
        def method(t, *arguments, **options):
            result = original[name](t, *arguments, **options)
            return Place.apply(result) if owns(t) and not owns(result) else result

        return method

    monkeypatch.setattr(Tensor, "is_cuda", property(owns))
    monkeypatch.setattr(Tensor, "is_cpu", property(lambda t: not owns(t)))
    monkeypatch.setattr(
        torch, "empty_like",
        lambda t, **options: allocate_like(t) if owns(t) else empty_like(t, **options))
    for name in original:
        monkeypatch.setattr(Tensor, name, placing(name))
    monkeypatch.setattr(adapter.routes, "has_kernels", lambda device: True)
    monkeypatch.setattr(adapter.operators, "current_stream", lambda device: 0)
    return Place.apply


REDUCTIONS = pytest.mark.parametrize("reduction", ["none", "sum", "mean"])


@REDUCTIONS
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_bits_are_those_of_the_cpu(gpu, place, reduction, dtype, layout):
    x, z = torch.randn(2, 3, 4, 5).to(dtype) * 8, torch.rand(2, 3, 4, 5).to(dtype)
    x, z = LAYOUTS[layout](x), LAYOUTS[layout](z)
    for q in POS_WEIGHTS.values():
        for w in WEIGHTS.values():
            before = gpu.count()
            both(place, x, z, w, q, reduction=reduction, label_smoothing=0.1)
            assert gpu.count() >= before + 2


def test_layouts_that_differ_are_copied(place):
    x, z = torch.randn(4, 6), torch.rand(6, 4).T
    both(place, x, z)
    both(place, x[:, ::2], z[:, ::2], upstream=torch.tensor(2.0))


@REDUCTIONS
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("with_weight", [False, True])
def test_16_bit_numbers_are_rounded_once(gpu, place, reduction, dtype, with_weight):
    x, z, w = torch.randn(300).to(dtype) * 8, torch.rand(300).to(dtype), torch.rand(300).to(dtype)
    q = torch.tensor(3.0, dtype=dtype)
    w = w if with_weight else None
    converted = []
    original = adapter.routes.takes_half
    adapter.routes.takes_half = lambda *a: converted.append(original(*a)) or converted[-1]
    try:
        before = gpu.count()
        both(place, x, z, w, q, reduction=reduction)
    finally:
        adapter.routes.takes_half = original
    assert gpu.count() >= before + 2
    # On the CPU never; on the GPU, except for the gradient of a mean of float16.
    is_mean = reduction == "mean" and dtype == torch.float16
    assert converted == [False, False, not is_mean, True]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_gradient_of_a_mean_is_scaled_before_it_is_rounded(place, dtype):
    x, z = torch.randn(20_000).to(dtype), torch.rand(20_000).to(dtype)
    scale = torch.tensor(2.0 ** 15).to(dtype)
    gradient = both(place, x, z, upstream=scale)[1] if dtype == torch.float16 else None
    logits = place(x).requires_grad_()
    if gradient is None:
        gradient, = torch.autograd.grad(ours(logits, place(z)), logits, scale)
    exact = (torch.sigmoid(x.double()) - z.double()) * scale.double() / x.numel()
    assert torch.allclose(gradient.double(), exact, rtol=2 * torch.finfo(dtype).eps, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_under_autocast_the_result_is_float32(place, dtype):
    x, z = torch.randn(30).to(dtype), torch.rand(30)
    for target in (z, z.to(dtype)):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss, gradient = both(place, x, target)
        assert loss.dtype == torch.float32 and gradient.dtype == dtype


@REDUCTIONS
def test_derivatives_of_the_first_two_orders(place, reduction):
    x, z, w = torch.randn(6).double(), torch.rand(6).double(), place(torch.rand(6).double())
    q = place(torch.tensor([3.0]).double())
    loss = lambda x, z: ours(place(x), place(z), w, pos_weight=q, reduction=reduction)
    arguments = x.requires_grad_(), z.requires_grad_()
    assert torch.autograd.gradcheck(loss, arguments)
    assert torch.autograd.gradgradcheck(loss, arguments)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_other_derivatives_of_16_bit_numbers_are_rounded_once(place, dtype):
    x, z = torch.randn(50).to(dtype), torch.rand(50).to(dtype)
    found = []
    for move in (torch.clone, place):
        logits, targets = move(x).requires_grad_(), move(z).requires_grad_()
        loss = ours(logits, targets, pos_weight=move(torch.tensor(3.0)), reduction="sum")
        in_x, in_z = torch.autograd.grad(loss, (logits, targets), create_graph=True)
        found.append((in_z, *torch.autograd.grad(in_x.sum(), (logits, targets))))
    assert all(same(one, other) for one, other in zip(*found, strict=True))


def test_backward_does_not_read_the_upstream_gradient(place, monkeypatch):
    def refuse(*_):
        raise AssertionError("to read a value is to wait for the GPU")

    for name in ("item", "tolist", "__bool__", "__float__", "__int__"):
        monkeypatch.setattr(Tensor, name, refuse)
    x, z, q = place(torch.randn(9)).requires_grad_(), place(torch.rand(9)), place(torch.rand(1))
    loss = ours(x, z, pos_weight=q)
    torch.autograd.grad(loss, x, place(torch.tensor(1.0)))


def test_on_the_current_stream(gpu, place, monkeypatch):
    x, z, q = place(torch.randn(5000)), place(torch.rand(5000)), place(torch.rand(1))
    monkeypatch.setattr(adapter.operators, "current_stream", lambda device: 77)
    with gpu.only_on(77):
        ours(x, z, pos_weight=q)
    with pytest.raises(RuntimeError, match="CUDA_ERROR_INVALID_VALUE"):
        ours(x, z, pos_weight=q)


@pytest.mark.parametrize("function", ["cuLaunchKernel", "cuMemAllocFromPoolAsync"])
def test_errors_of_the_driver(gpu, place, function):
    x, z = place(torch.randn(5000)), place(torch.rand(5000))
    gpu.fail(function)
    with raises(RuntimeError, f"{function}: CUDA_ERROR_ILLEGAL_ADDRESS"):
        ours(x, z)
    assert same(ours(x, z), ours(x.clone(), z.clone()))


def test_everything_else_is_the_formula(gpu, place, monkeypatch):
    x, z = place(torch.randn(5)), place(torch.rand(5))
    before = gpu.count()
    for logits, targets, options in (
        (x, z.clone(), {}),
        (x, z, {"pos_weight": torch.tensor(3.0)}),
        (x, z, {"pos_weight": place(torch.tensor(3.0)).requires_grad_()}),
        (x, z, {"weight": place(torch.rand(5)).requires_grad_()}),
        (place(torch.randn(0)), place(torch.rand(0)), {}),
    ):
        ours(logits, targets, **options)
    torch.func.grad(lambda x: ours(x, z))(x)
    monkeypatch.setattr(adapter.routes, "has_kernels", lambda device: False)
    ours(x, z)
    assert gpu.count() == before


@pytest.mark.parametrize(
    ("hip", "capability", "expected"),
    [(None, (7, 0), True), (None, (6, 1), False), ("6.0", (9, 4), False)])
def test_gpus_with_kernels(monkeypatch, hip, capability, expected):
    monkeypatch.undo()
    adapter.routes.has_kernels.cache_clear()
    monkeypatch.setattr(torch.version, "hip", hip)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert adapter.routes.has_kernels(0) is expected
    adapter.routes.has_kernels.cache_clear()
