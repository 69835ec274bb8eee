# SPDX-License-Identifier: Apache-2.0
"""The package on a real GPU, with the array libraries that are installed. Skipped without a GPU."""

import os
import threading

import numpy as np
import pytest

torch = pytest.importorskip("torch")
if "WCE_FAKE_CUDA" in os.environ or not torch.cuda.is_available():
    pytest.skip("there is no GPU", allow_module_level=True)

# JAX would take most of the memory.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import torch._dynamo

import weighted_cross_entropy as wce
import weighted_cross_entropy.torch as adapter
from gpu_arrays import libraries
from reference import QUANTITIES, exact
from torch_cases import LAYOUTS, POS_WEIGHTS, WEIGHTS, both, ours, recorded, same

functional = torch.nn.functional.binary_cross_entropy_with_logits
REDUCTIONS = pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
HALF = pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
cuda = torch.Tensor.cuda


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(42)


@pytest.fixture
def calls(monkeypatch):
    """The calls of the library on the GPU."""
    return recorded(monkeypatch, "compute_cuda")


class TestTorch:
    @REDUCTIONS
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_bits_are_those_of_the_cpu(self, calls, reduction, dtype, layout):
        x, z = torch.randn(2, 3, 4, 5).to(dtype) * 8, torch.rand(2, 3, 4, 5).to(dtype)
        x, z = LAYOUTS[layout](x), LAYOUTS[layout](z)
        for q in POS_WEIGHTS.values():
            for w in WEIGHTS.values():
                both(cuda, x, z, w, q, reduction=reduction, label_smoothing=0.1)
        assert len(calls) == 2 * len(POS_WEIGHTS) * len(WEIGHTS)

    @REDUCTIONS
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    def test_bits_of_large_tensors(self, reduction, dtype):
        x, z = torch.randn(3_000_017).to(dtype) * 20, torch.rand(3_000_017).to(dtype)
        edges = torch.tensor([-torch.inf, -3e38, -1e-40, -0.0, 0.0, 1e-40, 90.0, 3e38, torch.inf])
        if reduction == "none":
            x[: len(edges)], z[: len(edges)] = edges, 0.5
        both(cuda, x, z, None, torch.tensor([4.0]), reduction=reduction)
        both(cuda, x, z, torch.rand(3_000_017), None, reduction=reduction)

    @REDUCTIONS
    @HALF
    def test_16_bit_numbers_are_rounded_once(self, calls, reduction, dtype):
        x, z, w = (t.to(dtype) for t in (torch.randn(50_000) * 8, *torch.rand(2, 50_000)))
        for weight in (None, w):
            both(cuda, x, z, weight, torch.tensor(3.0, dtype=dtype), reduction=reduction)
        kinds = {call[0] for call in calls}
        assert adapter.operators.TYPES[dtype] in kinds

    @HALF
    def test_16_bit_losses_are_near_the_exact_ones(self, dtype):
        x, z = (t.cuda().to(dtype) for t in (torch.randn(50_000), torch.rand(50_000)))
        losses = ours(x, z, pos_weight=torch.tensor(3.0, device="cuda"), reduction="none").cpu()
        wide = exact("loss", z.cpu().double().numpy(), x.cpu().double().numpy(), 3.0)
        expected = torch.from_numpy(wide.astype(np.float64)).to(dtype)
        # float32 in between may move a number across the middle of two others.
        assert (losses != expected).double().mean() < 1e-3
        assert torch.allclose(losses, expected, rtol=torch.finfo(dtype).eps)

    @REDUCTIONS
    def test_derivatives_of_the_first_two_orders(self, calls, reduction):
        x, z, w = torch.randn(6), torch.rand(6), torch.rand(6)
        x, z, w = (t.double().cuda() for t in (x, z, w))
        q = torch.tensor([3.0]).double().cuda()
        loss = lambda x, z: ours(x, z, w, pos_weight=q, reduction=reduction)
        arguments = x.requires_grad_(), z.requires_grad_()
        assert torch.autograd.gradcheck(loss, arguments)
        assert torch.autograd.gradgradcheck(loss, arguments)
        assert calls

    def test_transforms_and_weights_with_derivatives_are_the_formula(self):
        x, z, w, q = torch.rand(4, 6).double().cuda()
        mean = lambda f, x: f(x, z, w, pos_weight=q)
        for transform in (torch.func.grad, torch.func.hessian):
            mine, theirs = (transform(lambda x, f=f: mean(f, x))(x) for f in (ours, functional))
            torch.testing.assert_close(mine, theirs)
        arguments = [t.clone().requires_grad_() for t in (x, z, w, q)]
        assert torch.autograd.gradcheck(
            lambda x, z, w, q: ours(x, z, w, pos_weight=q), arguments)

    def test_on_a_side_stream(self):
        x, z = torch.randn(1 << 20), torch.rand(1 << 20)
        expected = ours(x, z), ours(x, z, reduction="none")
        logits, targets = torch.zeros(1 << 20, device="cuda"), z.cuda()
        source = x.cuda()
        torch.cuda.synchronize()
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            # The logits are there only when the stream is.
            torch.cuda._sleep(100_000_000)
            logits.copy_(source)
            found = ours(logits, targets), ours(logits, targets, reduction="none")
        stream.synchronize()
        assert all(same(a, b.cpu()) for a, b in zip(expected, found, strict=True))

    def test_nothing_waits(self):
        x = torch.randn(1 << 16, device="cuda", requires_grad=True)
        z, q = torch.rand(1 << 16, device="cuda"), torch.tensor([3.0], device="cuda")
        ours(x, z, pos_weight=q).backward()
        torch.cuda.synchronize()
        done = torch.cuda.Event()
        torch.cuda.set_sync_debug_mode("error")
        try:
            torch.cuda._sleep(2_000_000_000)
            done.record()
            ours(x, z, pos_weight=q).backward()
            assert not done.query()
        finally:
            torch.cuda.set_sync_debug_mode("default")
        torch.cuda.synchronize()

    @REDUCTIONS
    @pytest.mark.parametrize("with_backward", [False, True])
    def test_in_a_graph(self, reduction, with_backward):
        x = torch.randn(5000, device="cuda", requires_grad=with_backward)
        z, q = torch.rand(5000, device="cuda"), torch.tensor([3.0], device="cuda")

        def step():
            loss = ours(x, z, pos_weight=q, reduction=reduction)
            if not with_backward:
                return loss, None
            return loss, torch.autograd.grad(loss.sum() * 2, x)[0]

        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            captured = step()
        for _ in range(3):
            with torch.no_grad():
                x.copy_(torch.randn(5000))
                z.copy_(torch.rand(5000))
            graph.replay()
            for one, other in zip(captured, step(), strict=True):
                assert one is None or same(one, other)

    def test_compiled_training_step(self):
        torch._dynamo.reset()
        model = torch.nn.Linear(20, 3).cuda()
        features, z = torch.randn(64, 20, device="cuda"), torch.rand(64, 3, device="cuda")
        loss = adapter.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2.0, 3.0])).cuda()

        def step(features, z):
            value = loss(model(features), z)
            value.backward()
            return value

        results = []
        for call in (step, torch.compile(step)):
            model.zero_grad()
            value = call(features, z)
            results.append((value.detach(), model.weight.grad.clone()))
        torch.testing.assert_close(*results)

    @HALF
    def test_mixed_precision(self, dtype):
        model = torch.nn.Linear(20, 1).cuda()
        features = torch.randn(4000, 20, device="cuda")
        z = (features.sum(1, keepdim=True) > 0).float()
        losses = []
        for module in (torch.nn.BCEWithLogitsLoss, adapter.BCEWithLogitsLoss):
            torch.manual_seed(1)
            model.reset_parameters()
            loss = module(pos_weight=torch.tensor(2.0, device="cuda"))
            optimizer = torch.optim.SGD(model.parameters(), 0.5)
            scaler = torch.amp.GradScaler("cuda", enabled=dtype == torch.float16)
            values = []
            for _ in range(20):
                optimizer.zero_grad()
                with torch.autocast("cuda", dtype=dtype):
                    value = loss(model(features), z)
                assert value.dtype == torch.float32
                scaler.scale(value).backward()
                scaler.step(optimizer)
                scaler.update()
                values.append(value.item())
            losses.append(values)
        assert losses[1][-1] < 0.7 * losses[1][0]
        assert np.allclose(losses[0], losses[1], rtol=1e-2)

    def test_memory_does_not_grow(self):
        x = torch.randn(1 << 16, device="cuda", requires_grad=True)
        z, w = torch.rand(2, 1 << 16, device="cuda")
        for count in (20, 1000):
            for reduction in ("mean", "none"):
                for _ in range(count):
                    ours(x, z, w, pos_weight=3.0, reduction=reduction).sum().backward()
                    x.grad = None
            torch.cuda.synchronize()
            used = torch.cuda.memory_allocated(), torch.cuda.mem_get_info()[0]
            if count == 20:
                before = used
        assert used[0] == before[0] and before[1] - used[1] < 1 << 22

    def test_in_several_threads(self):
        x, z = torch.randn(100_000), torch.rand(100_000)
        expected = ours(x, z)
        found = [None] * 4

        def work(index):
            with torch.cuda.stream(torch.cuda.Stream()):
                logits, targets = x.cuda(), z.cuda()
                values = [ours(logits, targets) for _ in range(50)]
                found[index] = all(same(value.cpu(), expected) for value in values)

        threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [True] * 4

    def test_errors(self):
        x, z = torch.randn(3).cuda(), torch.rand(3)
        with pytest.raises(RuntimeError, match="device"):
            ours(x, z)
        assert ours(torch.zeros(0).cuda(), torch.zeros(0).cuda()).isnan()
        # PyTorch's operations take numbers of the CPU.
        torch.testing.assert_close(
            ours(x, z.cuda(), pos_weight=torch.tensor(3.0)), ours(x, z.cuda(), pos_weight=3.0))


@pytest.mark.parametrize("library", libraries())
class TestArrays:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("reduction", ["none", "sum", "mean", "weighted_mean"])
    def test_bits_are_those_of_the_cpu(self, library, dtype, reduction):
        move, back = libraries()[library]()
        if library == "jax" and dtype == np.float64:
            pytest.skip("JAX has float64 only where it is enabled")
        random = np.random.default_rng(3)
        z, x, w = (a.astype(dtype) for a in (
            random.random((3, 7, 1000)), random.normal(0, 8, (3, 7, 1000)),
            random.random((3, 7, 1000))))
        q = np.arange(1, 8).astype(dtype)
        on_gpu = [move(a) for a in (z, x, w, q)]
        for name in (*QUANTITIES, "value_with_gradient"):
            call = lambda z, x, q, w, name=name: getattr(wce, name)(
                z, x, q, axis=1, weights=w, reduction=reduction, label_smoothing=0.2)
            expected = call(z, x, q, w)
            for weights in (on_gpu[3], q):
                result = call(*on_gpu[:2], weights, on_gpu[2])
                pairs = zip(result, expected, strict=True) if isinstance(result, tuple) else [
                    (result, expected)]
                for one, other in pairs:
                    assert type(one) is type(on_gpu[0])
                    assert np.array_equal(back(one), other)
        for given, moved in zip((z, x, w), on_gpu, strict=False):
            assert np.array_equal(back(moved), given)

    def test_out_errors_and_no_elements(self, library):
        move, back = libraries()[library]()
        z, x = np.linspace(0, 1, 50, dtype=np.float32), np.linspace(-9, 9, 50, dtype=np.float32)
        targets, logits, out = move(z), move(x), move(np.zeros_like(x))
        if library == "jax":
            with pytest.raises(TypeError, match="an array of JAX"):
                wce.gradient(targets, logits, out=out)
        else:
            assert wce.gradient(targets, logits, 3.0, out=out) is out
            assert np.array_equal(back(out), wce.gradient(z, x, 3.0))
        with pytest.raises(TypeError, match="in the memory of a GPU, targets in that of the host"):
            wce.loss(z, logits)
        with pytest.raises(ValueError, match="positive weights must be finite"):
            wce.loss(targets, logits, -1.0)
        if library != "numba":
            nothing = move(np.zeros((0, 3), np.float32))
            assert back(wce.loss(nothing, nothing)).shape == (0, 3)


def test_cupy_streams_and_types():
    cupy = pytest.importorskip("cupy")
    x, z = np.random.default_rng(1).normal(0, 8, (2, 1 << 20)).astype(np.float32)
    logits, targets = cupy.zeros(1 << 20, np.float32), cupy.asarray(z)
    source = cupy.asarray(x)
    cupy.cuda.Device().synchronize()
    stream = cupy.cuda.Stream(non_blocking=True)
    with stream:
        for _ in range(200):
            logits += targets
        logits[...] = source
        found = wce.loss(targets, logits, 3.0)
    stream.synchronize()
    assert np.array_equal(cupy.asnumpy(found), wce.loss(z, x, 3.0))
    half = wce.loss(targets.astype(np.float16), source.astype(np.float16))
    assert half.dtype == np.float16
    columns = cupy.asarray(x[:1000].reshape(20, 50)).T
    assert np.array_equal(
        cupy.asnumpy(wce.loss(columns, columns)), wce.loss(cupy.asnumpy(columns), x[:1000].reshape(
            20, 50).T))


def test_torch_bfloat16_and_streams():
    x, z = torch.randn(10_000).bfloat16(), torch.rand(10_000).bfloat16()
    expected = torch.from_numpy(wce.loss(z.float().numpy(), x.float().numpy(), 3.0)).bfloat16()
    with torch.cuda.stream(torch.cuda.Stream()):
        losses = wce.loss(z.cuda(), x.cuda(), 3.0)
        assert losses.dtype == torch.bfloat16 and same(losses.cpu(), expected)


def test_jax():
    move, _ = libraries()["jax"]()
    import jax

    from weighted_cross_entropy.jax import loss

    random = np.random.default_rng(3)
    z, x = random.random((4, 5000)), random.normal(0, 8, (4, 5000))
    z, x, q = (a.astype(np.float32) for a in (z, x, np.arange(1, 5)))
    for reduction in ("none", "sum", "mean"):
        options = {"axis": 0, "reduction": reduction}
        call = lambda x, options=options: loss(z, x, q, **options)
        assert "custom_call @weighted_cross_entropy" in jax.jit(call).lower(x).as_text()
        assert np.array_equal(jax.jit(call)(move(x)), wce.loss(z, x, q, **options))
        gradient = jax.jit(jax.grad(lambda x, call=call: call(x).sum()))(move(x))
        assert np.array_equal(gradient, wce.gradient(z, x, q, **options))
    half = wce.loss(*(move(a).astype(jax.numpy.bfloat16) for a in (z, x)))
    assert half.dtype == jax.numpy.bfloat16 and half.devices() == move(x).devices()
