# SPDX-License-Identifier: Apache-2.0
"""PyTorch's descriptions of its loss, OpInfo and ModuleInfo, with this loss in place.

The inputs and the checkers are those of the installed PyTorch (`torch.testing._internal`).
"""

import copy
import itertools
import pickle
import warnings

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("expecttest")

# The compiler does not load after TensorFlow's.
import torch._dynamo
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap

import weighted_cross_entropy.torch as adapter

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from torch.testing._internal import composite_compliance, optests
    from torch.testing._internal.common_dtype import all_types_and_complex_and
    from torch.testing._internal.common_methods_invocations import op_db
    from torch.testing._internal.common_modules import module_db
    from torch.testing._internal.common_utils import gradcheck, gradgradcheck

pytestmark = pytest.mark.filterwarnings("ignore")
assert_close = torch.testing.assert_close

[PUBLISHED] = (one for one in op_db if one.name.endswith(".binary_cross_entropy_with_logits"))
INFO = copy.copy(PUBLISHED)
INFO.op = ours = adapter.binary_cross_entropy_with_logits
DTYPES = sorted(PUBLISHED.dtypes, key=str)
[MODULE] = (one for one in module_db if one.module_cls is torch.nn.BCEWithLogitsLoss)


def samples(dtype=torch.float64, requires_grad=False, step=1):
    """The published inputs, or some of them for checks that take long."""
    torch.manual_seed(5)
    yield from itertools.islice(INFO.sample_inputs("cpu", dtype, requires_grad), 0, None, step)


def functions(sample):
    """Our loss and theirs of a sample's logits and targets, and those."""
    for op in (ours, PUBLISHED.op):
        yield lambda x, z, op=op: op(x, z, **sample.kwargs)
    yield sample.input, *sample.args


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_values_and_gradients(dtype):
    """As theirs in float64, also of tensors that are not contiguous and of lazy negatives."""
    for sample in samples(dtype, requires_grad=True):
        own, _, inputs = functions(sample)
        changed = sample.noncontiguous()
        wide = sample.transform(lambda t: t.double() if isinstance(t, torch.Tensor) else t)
        leaves = [t.detach().double().requires_grad_() for t in inputs]
        exact = PUBLISHED.op(*leaves, **wide.kwargs)
        gradients = torch.autograd.grad(exact.sum(), leaves)
        negative = [torch._neg_view(-t.detach()).requires_grad_() for t in inputs]
        moved = changed.input, *changed.args
        for result, given in (
                (own(*inputs), inputs), (own(*negative), negative),
                (ours(*moved, **changed.kwargs), moved)):
            assert_close(result, exact.to(dtype))
            found = torch.autograd.grad(result.sum(), given)
            assert_close(found, tuple(t.to(dtype) for t in gradients))


def test_types():
    z = torch.ones(3)
    for dtype in all_types_and_complex_and(torch.half, torch.bfloat16, torch.bool):
        if dtype not in DTYPES:
            for op in (ours, PUBLISHED.op):
                with pytest.raises((TypeError, RuntimeError, ValueError)):
                    op(z.to(dtype), z.to(dtype)).backward()


def test_gradients_against_differences():
    """In both modes, batched, and of the second order."""
    for sample in samples(requires_grad=True):
        own, _, inputs = functions(sample)
        assert gradcheck(
            own, inputs, check_forward_ad=True, check_batched_grad=True,
            check_batched_forward_grad=True, check_grad_dtypes=True, fast_mode=True)
        assert gradgradcheck(own, inputs, check_fwd_over_rev=True, check_batched_grad=True,
                             fast_mode=True)


@pytest.mark.parametrize("check", [
    lambda *a: composite_compliance.check_with_mode(*a, assert_close),
    lambda *a: composite_compliance.check_all_permutations(*a, assert_close),
    lambda *a: composite_compliance.check_backward_formula(*a, assert_equal_fn=assert_close),
    lambda *a: composite_compliance.check_forward_ad_formula(*a, assert_equal_fn=assert_close),
    optests.fake_check,
    lambda *a: optests.make_fx_check(*a, tracing_mode="real"),
    lambda *a: optests.make_fx_check(*a, tracing_mode="symbolic"),
    lambda *a: optests.aot_autograd_check(*a, dynamic=False),
    lambda *a: optests.aot_autograd_check(*a, dynamic=True),
], ids=["mode", "subclasses", "backward", "forward mode", "fake", "make_fx", "symbolic", "aot",
        "aot dynamic"])  # fmt: skip
def test_compliance(check):
    for sample in samples(requires_grad=True, step=5):
        check(ours, (sample.input, *sample.args), sample.kwargs)


def test_compiled_and_traced():
    for sample in samples(torch.float32, step=5):
        own, theirs, inputs = functions(sample)
        torch._dynamo.reset()
        compiled = torch.compile(own, fullgraph=True, backend="aot_eager")
        for function in (compiled, torch.jit.trace(own, inputs)):
            assert_close(function(*inputs), theirs(*inputs))
    torch._dynamo.reset()


def transforms(f, x, z):
    """The loss, its derivatives by each transform, and by transforms of transforms."""
    total = lambda x, z: f(x, z).sum()
    upstream = torch.full_like(f(x, z), 0.3)
    t, s = torch.full_like(x, 0.7), torch.full_like(z, -0.2)
    pulled = lambda x, z: vjp(f, x, z)[1](upstream)
    pushed = lambda x, z: jvp(f, (x, z), (t, s))
    return {
        "loss": f, "grad": grad(total, (0, 1)), "vjp": pulled, "jvp": pushed,
        "jacrev": jacrev(f, (0, 1)), "jacfwd": jacfwd(f, (0, 1)), "hessian": hessian(total),
        "vjpvjp": lambda x, z: vjp(pulled, x, z)[1]((t, s)),
        "jvpvjp": lambda x, z: jvp(pulled, (x, z), (t, s)),
        "vjpjvp": lambda x, z: vjp(pushed, x, z)[1]((upstream, upstream)),
        "gradgrad": grad(lambda x, z: grad(total)(x, z).sum()),
    }  # fmt: skip


@pytest.mark.parametrize("name", transforms(lambda x, z: x, torch.ones(1), torch.ones(1)))
def test_functorch(name):
    """Each transform, and each under `vmap` with the axis in every place."""
    for sample in samples(step=3):
        own, theirs, (x, z) = functions(sample)
        found, expected = (transforms(f, x, z)[name] for f in (own, theirs))
        assert_close(found(x, z), expected(x, z))
        xs, zs = (torch.stack([t, t * 0.5]) for t in (x, z))
        for axes in ((0, 0), (0, None), (None, 0), (-1, 0)):
            batch = [
                t[0] if axis is None else t.movedim(0, axis)
                for t, axis in zip((xs, zs), axes, strict=True)]
            x_index, z_index = ((0, 0) if axis is None else (0, 1) for axis in axes)
            rows = [found(xs[i], zs[j]) for i, j in zip(x_index, z_index, strict=True)]
            stacked = torch.utils._pytree.tree_map(lambda *t: torch.stack(t), *rows)
            assert_close(vmap(found, axes)(*batch), stacked)


def modules(dtype=torch.float64, requires_grad=False):
    torch.manual_seed(5)
    for given in MODULE.module_inputs_func(
            MODULE, device="cpu", dtype=dtype, requires_grad=requires_grad, training=True):
        made, called = given.constructor_input, given.forward_input
        own = adapter.BCEWithLogitsLoss(*made.args, **made.kwargs)
        yield own, torch.nn.BCEWithLogitsLoss(*made.args, **made.kwargs), called.args, given


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_modules(dtype):
    for own, theirs, inputs, given in modules(dtype, requires_grad=True):
        result = own(*inputs)
        assert_close(result, given.reference_fn(own, *inputs))
        assert own.state_dict().keys() == theirs.state_dict().keys()
        assert isinstance(repr(own), str) and isinstance(own, type(theirs))
        loaded = copy.deepcopy(theirs)
        loaded.load_state_dict(own.state_dict())
        for other in (
                pickle.loads(pickle.dumps(own)), copy.deepcopy(own), loaded, own.to(dtype),
                own.eval()):
            assert_close(other(*inputs), result)
        assert_close(own(*(t.t().contiguous().t() for t in inputs)), result)


def test_gradients_of_modules():
    for own, _, (x, z), _ in modules(requires_grad=True):
        assert gradcheck(own, (x, z), check_forward_ad=True, fast_mode=True)
        assert gradgradcheck(own, (x, z), check_fwd_over_rev=True, fast_mode=True)
