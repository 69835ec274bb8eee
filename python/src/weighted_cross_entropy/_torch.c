// SPDX-License-Identifier: Apache-2.0
/*
 * The kernels of the operators of PyTorch, on its stable interface for C (PyTorch 2.10 and later).
 *
 * The functions are those of PyTorch's library. Python looks them up, so that this file needs
 * PyTorch neither to build nor to load. The arguments of a kernel are tensors and numbers alone,
 * whose representation is stable.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <string.h>

#include "_frameworks.h"

typedef struct tensor *tensor;
typedef struct library *library;
typedef uint64_t value;
typedef void kernel(value *stack, uint64_t inputs, uint64_t outputs);

/* The version of the interface that this file is written for, 2.10. */
static const uint64_t version = (uint64_t)2 << 56 | (uint64_t)10 << 48;
enum { FLOAT64 = 7, CPU = 0 };

/* The functions, with the names and types that PyTorch gives them. */
#define FUNCTIONS(ITEM)                                                                        \
  ITEM(aoti_torch_library_init_impl, (const char *, const char *, const char *, uint32_t,      \
                                      library *))                                              \
  ITEM(torch_library_impl, (library, const char *, kernel *, uint64_t))                        \
  ITEM(torch_get_num_threads, (uint32_t *))                                                    \
  ITEM(torch_get_const_data_ptr, (tensor, const void **))                                      \
  ITEM(torch_get_mutable_data_ptr, (tensor, void **))                                          \
  ITEM(aoti_torch_get_dim, (tensor, int64_t *))                                                \
  ITEM(aoti_torch_get_sizes, (tensor, int64_t **))                                             \
  ITEM(aoti_torch_get_dtype, (tensor, int32_t *))                                              \
  ITEM(aoti_torch_empty_strided, (int64_t, const int64_t *, const int64_t *, int32_t, int32_t, \
                                  int32_t, tensor *))                                          \
  ITEM(aoti_torch_new_uninitialized_tensor, (tensor *))                                        \
  ITEM(aoti_torch_delete_tensor_object, (tensor))
#define MEMBER(name, types) int32_t(*name) types;
#define NAME(name, types) #name,
static struct { FUNCTIONS(MEMBER) } torch;
static const char *const names[] = {FUNCTIONS(NAME)};
enum { FUNCTION_COUNT = sizeof names / sizeof *names };
_Static_assert(sizeof torch == FUNCTION_COUNT * sizeof(void *), "functions only");

/* The arguments of both operators. */
enum { LOGITS, TARGET, WEIGHT, POS_WEIGHT, HAS_WEIGHT, HAS_POS_WEIGHT, FACTOR, SMOOTHING, REDUCTION,
       THREADS };

static double as_double(value value) {
  double number;
  memcpy(&number, &value, sizeof number);
  return number;
}

static bool as_bool(value value) {
  bool flag;
  memcpy(&flag, &value, sizeof flag);
  return flag;
}

/* A new tensor and its memory. */
static bool make(int64_t rank, const int64_t *shape, int32_t type, tensor *result, void **data) {
  int64_t strides[WCE_MAXIMUM_RANK], stride = 1;
  for (int64_t i = rank - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] > 1 ? shape[i] : 1;
  }
  return torch.aoti_torch_empty_strided(rank, shape, strides, type, CPU, -1, result) == 0 &&
         torch.torch_get_mutable_data_ptr(*result, data) == 0;
}

/* Computes the results. An exception cannot pass through C, so a failure is without results. */
static bool run(const value *stack, bool with_gradient, tensor results[2]) {
  const tensor logits = (tensor)stack[LOGITS], pos_weight = (tensor)stack[POS_WEIGHT];
  framework_call call = {.with_gradient = with_gradient, .name = "weighted_cross_entropy"};
  int64_t *shape, *pos_weight_shape, ones[WCE_MAXIMUM_RANK];
  int64_t pos_weight_rank;
  int32_t type;
  if (torch.aoti_torch_get_dtype(logits, &type) || torch.aoti_torch_get_dim(logits, &call.rank) ||
      torch.aoti_torch_get_sizes(logits, &shape) || call.rank > WCE_MAXIMUM_RANK)
    return false;
  call.is_double = type == FLOAT64;
  call.reduction = (wce_reduction)stack[REDUCTION];
  call.label_smoothing = as_double(stack[SMOOTHING]);
  call.threads = (int64_t)stack[THREADS];
  uint32_t threads;
  if (call.threads == 0 && torch.torch_get_num_threads(&threads) == 0) call.threads = threads;
  call.shape = shape;
  for (int64_t i = 0; i < call.rank; i++) ones[i] = 1;
  call.pos_weight_shape = ones;
  union { float f32; double f64; } factor;
  if (as_bool(stack[HAS_POS_WEIGHT])) {
    if (torch.torch_get_const_data_ptr(pos_weight, &call.pos_weight) ||
        torch.aoti_torch_get_dim(pos_weight, &pos_weight_rank) ||
        torch.aoti_torch_get_sizes(pos_weight, &pos_weight_shape) ||
        (pos_weight_rank != 0 && pos_weight_rank != call.rank))
      return false;
    if (pos_weight_rank != 0) call.pos_weight_shape = pos_weight_shape;
  } else {
    if (call.is_double) factor.f64 = as_double(stack[FACTOR]);
    else factor.f32 = (float)as_double(stack[FACTOR]);
    call.pos_weight = &factor;
  }
  const bool has_weight = as_bool(stack[HAS_WEIGHT]), is_reduced = call.reduction != 0;
  if (framework_count(&call) < 0 || torch.torch_get_const_data_ptr(logits, &call.logits) ||
      torch.torch_get_const_data_ptr((tensor)stack[TARGET], &call.targets) ||
      (has_weight && torch.torch_get_const_data_ptr((tensor)stack[WEIGHT], &call.weights)) ||
      !make(is_reduced ? 0 : call.rank, shape, type, &results[0], &call.out) ||
      (with_gradient && !make(call.rank, shape, type, &results[1], &call.gradient)))
    return false;
  char message[MESSAGE_CAPACITY];
  return framework_compute(&call, message) == WCE_OK;
}

static void run_boxed(value *stack, bool with_gradient) {
  tensor results[2] = {NULL, NULL};
  if (!run(stack, with_gradient, results))
    for (int i = 0; i <= with_gradient; i++) {
      if (results[i] != NULL) torch.aoti_torch_delete_tensor_object(results[i]);
      torch.aoti_torch_new_uninitialized_tensor(&results[i]);
    }
  for (int i = LOGITS; i <= POS_WEIGHT; i++)
    torch.aoti_torch_delete_tensor_object((tensor)stack[i]);
  for (int i = 0; i <= with_gradient; i++) stack[i] = (value)results[i];
}

static void loss(value *stack, uint64_t inputs, uint64_t outputs) {
  (void)inputs, (void)outputs;
  run_boxed(stack, false);
}

static void loss_with_gradient(value *stack, uint64_t inputs, uint64_t outputs) {
  (void)inputs, (void)outputs;
  run_boxed(stack, true);
}

/* The names of the functions, in the order of the arguments of `register_torch_kernels`. */
PyObject *torch_functions(void) {
  PyObject *const tuple = PyTuple_New(FUNCTION_COUNT);
  for (int i = 0; tuple != NULL && i < FUNCTION_COUNT; i++)
    PyTuple_SetItem(tuple, i, PyUnicode_FromString(names[i]));
  return tuple;
}

/* Takes the addresses of the functions, and registers the kernels for the CPU. */
PyObject *register_torch_kernels(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
  (void)module;
  if (count != FUNCTION_COUNT)
    return PyErr_Format(PyExc_TypeError, "register_torch_kernels takes %d arguments",
                        FUNCTION_COUNT);
  void *addresses[FUNCTION_COUNT];
  for (Py_ssize_t i = 0; i < count; i++)
    if ((addresses[i] = PyLong_AsVoidPtr(arguments[i])) == NULL) return NULL;
  memcpy(&torch, addresses, sizeof torch);
  library library;
  if (torch.aoti_torch_library_init_impl("weighted_cross_entropy", "CPU", __FILE__, __LINE__,
                                         &library) ||
      torch.torch_library_impl(library, "loss", loss, version) ||
      torch.torch_library_impl(library, "loss_with_gradient", loss_with_gradient, version))
    return PyErr_Format(PyExc_RuntimeError, "PyTorch does not take the kernels");
  return Py_NewRef(Py_None);
}
