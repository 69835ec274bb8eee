# SPDX-License-Identifier: Apache-2.0
"""The PyTorch binding under transforms, compilers and tracers, and for tensors of other kinds."""

import io
import itertools
import math
import shutil

import pytest

torch = pytest.importorskip("torch")

# The compiler does not load after TensorFlow's.
import torch._dynamo
from torch.autograd import forward_ad

import weighted_cross_entropy.torch as adapter
from torch_cases import recorded

functional = torch.nn.functional.binary_cross_entropy_with_logits
ours = adapter.binary_cross_entropy_with_logits
REDUCTIONS = pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
LARGE = adapter.routes.LARGE


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(42)
    torch._dynamo.reset()


@pytest.fixture
def calls(monkeypatch):
    """The calls of the library by eager code and by the operators' kernels in Python."""
    return recorded(monkeypatch, "compute")


def example(*shape, dtype=torch.float64):
    x, z, w = torch.randn(shape, dtype=dtype) * 3, *torch.rand((2, *shape), dtype=dtype)
    return x, z, w, torch.rand(shape[-1:], dtype=dtype) * 5


def same(one, other, **options):
    options = {"rtol": 1e-12, "atol": 1e-14} | options
    torch.testing.assert_close(one, other, **options)


@REDUCTIONS
class TestTransforms:
    def test_gradients_of_every_order(self, reduction):
        x, z, w, q = example(4)
        for transform in (
            torch.func.grad, torch.func.jacrev, torch.func.jacfwd, torch.func.hessian,
            lambda f: torch.func.jacfwd(torch.func.jacfwd(torch.func.grad(f))),
        ):  # fmt: skip
            mine, theirs = (
                transform(lambda x, f=f: f(x, z, w, pos_weight=q, reduction=reduction).sum())(x)
                for f in (ours, functional))  # fmt: skip
            same(mine, theirs, rtol=1e-10)

    def test_every_tensor_has_derivatives(self, reduction):
        arguments = example(4)
        call = lambda x, z, w, q: ours(x, z, w, pos_weight=q, reduction=reduction)
        for tensor in arguments:
            tensor.requires_grad_()
        assert torch.autograd.gradcheck(call, arguments, check_forward_ad=True)
        assert torch.autograd.gradgradcheck(call, arguments)

    def test_vmap(self, reduction):
        x, z, w, q = example(3, 4)
        for dims in itertools.product((None, 0, 1), (None, 0, -1), (None, 0), (None, 0)):
            if dims == (None,) * 4:
                continue
            arguments = [
                t if d is None else torch.stack([t, t / 2], d)
                for t, d in zip((x, z, w, q), dims, strict=True)]
            mine, theirs = (
                torch.vmap(
                    lambda x, z, w, q, f=f: f(x, z, w, pos_weight=q, reduction=reduction), dims)(
                        *arguments)
                for f in (ours, functional))  # fmt: skip
            same(mine, theirs)

    def test_gradients_of_each_sample(self, reduction):
        model, features, z = torch.nn.Linear(3, 2).double(), *torch.rand(2, 5, 3).double()
        parameters = dict(model.named_parameters())

        def each(f):
            def loss(parameters, features, z):
                logits = torch.func.functional_call(model, parameters, (features,))
                return f(logits, z, reduction=reduction).sum()

            return torch.vmap(torch.func.grad(loss), (None, 0, 0))(parameters, features, z[:, :2])

        for name, gradient in each(ours).items():
            same(gradient, each(functional)[name])

    def test_tensors_that_left_a_transform(self, reduction):
        x, z, w, q = example(4)
        left = []
        torch.func.grad(lambda x: left.append(x * 1) or x.sum())(x)
        for requires_grad in (False, True):
            target = z.clone().requires_grad_(requires_grad)
            with torch.set_grad_enabled(requires_grad):
                call = lambda x, z=target: ours(x, z, w, pos_weight=q, reduction=reduction)
                same(call(left[0]), call(x))

    def test_make_fx(self, reduction):
        x, z, w, q = example(3, 4)
        trace = torch.fx.experimental.proxy_tensor.make_fx
        function = lambda x: ours(x, z, w, pos_weight=q, reduction=reduction).sum()
        for traced in (function, torch.func.grad(function), torch.func.hessian(function)):
            same(trace(traced)(x * 0)(x), traced(x))

    def test_jit_trace(self, reduction):
        x, z, w, q = example(3, 4)
        function = lambda x, z: ours(x, z, w, pos_weight=q, reduction=reduction)
        traced = torch.jit.trace(function, (x * 0, z))
        same(traced(x, z), function(x, z))

    def test_jit_script(self, reduction):
        x, z, w, q = example(3, 4)
        loss = adapter.BCEWithLogitsLoss(w, reduction=reduction, pos_weight=q, label_smoothing=0.1)
        buffer = io.BytesIO()
        torch.jit.save(torch.jit.script(loss), buffer)
        buffer.seek(0)
        same(torch.jit.load(buffer)(x, z), loss(x, z))

    def test_export(self, reduction):
        x, z, w, q = example(3, 4)
        loss = adapter.BCEWithLogitsLoss(w[0], reduction=reduction, pos_weight=q)
        rows = torch.export.Dim("rows", min=2)
        exported = torch.export.export(loss, (x, z), dynamic_shapes=({0: rows}, {0: rows}))
        assert not any("weighted_cross_entropy" in str(n.target) for n in exported.graph.nodes)
        x, z, *_ = example(7, 4)
        same(exported.module()(x, z), loss(x, z))


@pytest.mark.parametrize(
    ("reduction", "count", "dtype"),
    [
        ("mean", 5, torch.float32), ("mean", LARGE, torch.float32), ("none", 5, torch.float32),
        ("none", LARGE, torch.float32), ("sum", LARGE, torch.bfloat16),
    ],
)  # fmt: skip
def test_compiled(reduction, count, dtype, backend="aot_eager"):
    """In one graph, with the gradient; large tensors by the library."""
    x, z, w, q = (t.to(dtype) for t in example(count // 5, 5))
    x.requires_grad_()
    tolerance = {"rtol": 2e-6, "atol": 1e-7} if dtype is torch.float32 else {"atol": 1e-4}
    for options in (
        {"pos_weight": q[0]}, {}, {"pos_weight": 3.0}, {"pos_weight": q}, {"weight": w},
        {"pos_weight": w},
    ):  # fmt: skip
        function = lambda x, z, o=options: ours(x, z, reduction=reduction, **o)
        torch._dynamo.reset()
        compiled = torch.compile(function, fullgraph=True, backend=backend)
        tolerance = {"rtol": 0.01} | tolerance
        mine, eager = compiled(x, z), function(x, z)
        same(mine, eager, **tolerance)
        upstream = torch.rand_like(mine)
        same(
            torch.autograd.grad(mine, x, upstream)[0], torch.autograd.grad(eager, x, upstream)[0],
            **tolerance)  # fmt: skip
        with torch.no_grad():
            same(compiled(x, z), eager, **tolerance)
        if backend != "aot_eager":
            break


@pytest.mark.skipif(not shutil.which("c++"), reason="PyTorch's compiler needs one for C++")
@pytest.mark.parametrize("count", [5, LARGE], ids=["small", "large"])
def test_compiled_to_machine_code(count):
    test_compiled("mean", count, torch.float32, "inductor")


def test_compiled_programs_call_the_library_for_large_tensors():
    graphs = []

    def backend(graph, _):
        graphs.append(any("weighted_cross_entropy" in str(n.target) for n in graph.graph.nodes))
        return graph

    for count, is_called in ((100, False), (LARGE, True)):
        x = torch.randn(count, requires_grad=True)
        for leaf in (x, x.detach()):
            torch._dynamo.reset()
            torch.compile(ours, backend=backend, fullgraph=True)(leaf, torch.rand(count))
            assert graphs.pop() is is_called and not graphs
    # Sizes that are known when the program runs, on both sides of the limit.
    torch._dynamo.reset()
    compiled = torch.compile(ours, backend=backend, fullgraph=True, dynamic=True)
    for count in (100, 200, LARGE, 2 * LARGE):
        x, z = torch.randn(count), torch.rand(count)
        same(compiled(x, z), ours(x, z), rtol=1e-5, atol=0)
    assert graphs == [False, True]


def test_compiled_programs_use_the_threads_of_pytorch_and_take_any_layout():
    x, z = torch.randn(256, 256).T.requires_grad_(), torch.rand(256, 512)[:, ::2]
    for options in ({}, {"threads": 1}, {"weight": torch.rand(256)}):
        compiled = torch.compile(
            lambda x, z, o=options: ours(x, z, **o), fullgraph=True, backend="aot_eager")
        same(compiled(x, z), ours(x, z, **options), rtol=1e-6, atol=0)
        same(
            torch.autograd.grad(compiled(x, z), x)[0],
            torch.autograd.grad(ours(x, z, **options), x)[0], rtol=1e-6, atol=0)  # fmt: skip


def test_operators_pass_the_checks_of_pytorch():
    x, z, w, q = example(3, 4)
    for code, *placed in ((0, w, q.reshape(1, 4), True, True), (2, z, z, False, False)):
        arguments = (x.requires_grad_(), z, *placed, 2.0, 0.1, code, 1)
        torch.library.opcheck(adapter.operators.loss_with_gradient, arguments)
        torch.library.opcheck(adapter.operators.loss, (x.detach(), *arguments[1:]))


def test_kernels_in_c_and_in_python_give_the_same(calls):
    x, z, w, q = example(3, 4)
    for arguments in (
        (x, z, w, q.reshape(1, 4), True, True, 1.0, 0.1, 0, 0),
        (x, z, z, z, False, False, 3.0, 0.0, 2, 1),
        (x, z, z, q[0].clone(), False, True, 3.0, 0.0, 2, 1),
        (x[:0], z[:0], z, z, False, False, 3.0, 0.0, 2, 1),
    ):
        for operator, with_gradient in (
            (adapter.operators.loss, False), (adapter.operators.loss_with_gradient, True)
        ):  # fmt: skip
            in_python = adapter.operators._kernel(*arguments, with_gradient=with_gradient)
            same(operator(*arguments), in_python, equal_nan=True, rtol=0, atol=0)


class Logged(torch.Tensor):
    """A subclass, as libraries have them."""


def test_subclasses_and_function_modes():
    x, z, *_ = example(3, 4)
    loss = ours(x.as_subclass(Logged), z)
    assert type(loss) is Logged
    same(loss.as_subclass(torch.Tensor), ours(x, z))

    class Mode(torch.overrides.TorchFunctionMode):
        called = []

        def __torch_function__(self, function, types, args=(), kwargs=None):
            self.called.append(function)
            return function(*args, **(kwargs or {}))

    with Mode():
        same(ours(x, z, reduction="sum", label_smoothing=0.5), ours(
            x, z, reduction="sum", label_smoothing=0.5))
    assert ours in Mode.called


def test_parameters_and_buffers_are_computed_by_the_library(calls):
    x, z, w, q = example(3, 4)
    loss = adapter.BCEWithLogitsLoss(w, pos_weight=q)
    same(loss(torch.nn.Parameter(x), z), functional(x, z, w, pos_weight=q))
    assert len(calls) == 1


def test_fake_and_meta_tensors():
    x, z, w, q = example(3, 4)
    with torch._subclasses.FakeTensorMode(allow_non_fake_inputs=True) as mode:
        for shape, reduction in (((3, 4), "none"), ((), "mean")):
            loss = ours(mode.from_tensor(x), mode.from_tensor(z), reduction=reduction)
            assert loss.shape == shape and loss.dtype == x.dtype
        assert ours(x, z).shape == ()
    leaf = x.to("meta").requires_grad_()
    loss = ours(leaf, z.to("meta"), w.to("meta"), pos_weight=q.to("meta"))
    loss.backward()
    assert loss.device.type == leaf.grad.device.type == "meta" and leaf.grad.shape == x.shape


def test_distributed_tensors(tmp_path):
    distributed = pytest.importorskip("torch.distributed")
    from torch.distributed.tensor import Shard, distribute_tensor, init_device_mesh

    distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:
        mesh = init_device_mesh("cpu", (1,))
        x, z, *_ = example(4, 3)
        leaf = distribute_tensor(x, mesh, [Shard(0)]).requires_grad_()
        loss = ours(leaf, distribute_tensor(z, mesh, [Shard(0)]))
        loss.backward()
        same(loss.full_tensor(), ours(x, z))
        plain = x.clone().requires_grad_()
        ours(plain, z).backward()
        same(leaf.grad.full_tensor(), plain.grad)
    finally:
        distributed.destroy_process_group()


@REDUCTIONS
def test_formula_has_the_values_of_the_library(reduction, calls):
    """At zero, in the tails, at infinity and for masked elements, with the derivatives."""
    edges = [-math.inf, -3e38, -100.0, -20.0, -1e-3, 0.0, 1e-3, 20.0, 100.0, 3e38, math.inf]
    x, z = (t.flatten() for t in torch.meshgrid(
        torch.tensor([*edges, math.nan]), torch.tensor([0.0, 0.2, 1.0]), indexing="ij"))
    weight = torch.ones_like(x)
    weight[::7] = 0
    weight[~x.isfinite()] *= reduction == "none"
    q = torch.tensor(3.0)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, torch.ones_like(x))
        formula = forward_ad.unpack_dual(
            ours(dual, z, weight, pos_weight=q, reduction=reduction))
    assert not calls
    leaf = x.clone().requires_grad_()
    loss = ours(leaf, z, weight, pos_weight=q, reduction=reduction)
    slope = torch.autograd.grad(loss.sum(), leaf)[0]
    assert len(calls) == 1
    close = {"rtol": 5e-7, "atol": 1e-37, "equal_nan": True}
    same(formula.primal, loss.detach(), **close)
    slope = slope if reduction == "none" else slope.sum()
    same(formula.tangent, slope, **close | {"rtol": 2e-6})


def test_second_derivatives_are_exact_in_the_tails_and_at_zero():
    x = torch.tensor([0.0, 20.0, -100.0], requires_grad=True)
    loss = ours(x, torch.ones(3), pos_weight=3.0, reduction="sum")
    first = torch.autograd.grad(loss, x, create_graph=True)[0]
    second = torch.autograd.grad(first.sum(), x, create_graph=True)[0]
    same(second, 3 * torch.tensor([0.25, 2.0611537e-9, 3.783505e-44]), rtol=1e-6, atol=2e-45)
    third = torch.autograd.grad(second.sum(), x)[0]
    same(third[1], torch.tensor(-6.183461e-9), rtol=1e-6, atol=0)


def test_targets_that_are_computed_from_the_input():
    x = torch.randn(4, dtype=torch.float64, requires_grad=True)
    for target in (lambda x: x, torch.sigmoid):
        for create_graph in (False, True):
            mine, theirs = (
                torch.autograd.grad(f(x, target(x)), x, create_graph=create_graph)[0]
                for f in (ours, functional))  # fmt: skip
            same(mine, theirs)
