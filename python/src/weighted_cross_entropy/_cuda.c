// SPDX-License-Identifier: Apache-2.0
/* Calls on the memory of GPUs, and the memory that a DLPack capsule describes. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#include "_frameworks.h"

wce_status cuda_compute(const framework_call *c, char *message) {
  wce_options options = WCE_OPTIONS_INIT;
  options.positive_weight = c->factor;
  options.label_smoothing = c->label_smoothing;
  options.name = c->name;
  int64_t n = 1;
  for (int64_t i = 0; i < c->rank; i++) n *= c->shape[i];
  const int64_t one_class[] = {1, n};
  if (c->pos_weight != NULL) {
    options.class_weights = c->pos_weight;
    options.class_count = 1, options.axis = 0, options.shape = one_class, options.rank = 2;
    for (int64_t i = 0; i < c->rank; i++) {
      if (c->pos_weight_shape[i] == 1) continue;
      if (options.shape == c->shape)
        return strcpy(message, "pos_weight varies along several axes"), WCE_ERROR_SHAPE;
      options.class_count = c->shape[i], options.axis = i;
      options.shape = c->shape, options.rank = c->rank;
    }
  }
  const void *const x = c->logits, *const z = c->targets, *const w = c->weights;
#define RUN(function, ...) \
  function(c->type, n, x, z, w, __VA_ARGS__, message, MESSAGE_CAPACITY)
#define DERIVATIVE(function) RUN(function, c->reduction, &options, c->stream, c->out)
  switch (c->operation) {
    case LOSS: return RUN(wce_cuda_loss, &options, c->stream, c->out);
    case GRADIENT: return DERIVATIVE(wce_cuda_gradient);
    case SECOND_DERIVATIVE: return DERIVATIVE(wce_cuda_second_derivative);
    case TARGET_DERIVATIVE: return DERIVATIVE(wce_cuda_target_derivative);
    case POSITIVE_WEIGHT_DERIVATIVE: return DERIVATIVE(wce_cuda_positive_weight_derivative);
    case LOSS_WITH_GRADIENT:
      return RUN(wce_cuda_loss_with_gradient, &options, c->stream, c->out, c->gradient);
    case VALUE: return DERIVATIVE(wce_cuda_value);
    default:
      return RUN(wce_cuda_value_with_gradient, c->reduction, &options, c->stream, c->out,
                 c->gradient);
  }
#undef DERIVATIVE
#undef RUN
}

/* The parts of DLPack's structures that are read. */
typedef struct {
  void *data;
  int32_t device_type, device_id;
  int32_t rank;
  struct { uint8_t code, bits; uint16_t lanes; } type;
  const int64_t *shape, *strides;
  uint64_t byte_offset;
} dlpack_tensor;

typedef struct {
  uint32_t major, minor;
  void *context, *deleter;
  uint64_t flags;
  dlpack_tensor tensor;
} dlpack_versioned;

enum { READ_ONLY = 1, IS_COPIED = 2 };

static PyObject *tuple_of(const int64_t *numbers, int64_t count) {
  PyObject *const tuple = PyTuple_New(count);
  for (int64_t i = 0; tuple != NULL && i < count; i++)
    PyTuple_SetItem(tuple, i, PyLong_FromLongLong(numbers[i]));
  return tuple;
}

/* dlpack(capsule): the address, the shape, the strides in elements or None, the code and the bits
   of the type, and whether nothing may be written: the memory is read-only, or a copy. The capsule
   keeps the memory; it is not consumed. */
PyObject *dlpack(PyObject *Py_UNUSED(module), PyObject *capsule) {
  const dlpack_tensor *t;
  uint64_t flags = 0;
  if (PyCapsule_IsValid(capsule, "dltensor_versioned")) {
    const dlpack_versioned *const v = PyCapsule_GetPointer(capsule, "dltensor_versioned");
    if (v->major > 1)
      return PyErr_Format(PyExc_BufferError, "version %u of DLPack is not supported", v->major);
    t = &v->tensor, flags = v->flags;
  } else if ((t = PyCapsule_GetPointer(capsule, "dltensor")) == NULL) {
    return NULL;
  }
  if (t->type.lanes != 1) return PyErr_Format(PyExc_TypeError, "vectors are not supported");
  PyObject *const shape = tuple_of(t->shape, t->rank);
  PyObject *const strides = t->strides == NULL ? Py_NewRef(Py_None) : tuple_of(t->strides, t->rank);
  /* N consumes the references, and is an error if one is null. */
  return Py_BuildValue("KNN(BB)O", (unsigned long long)((uintptr_t)t->data + t->byte_offset), shape,
                       strides, t->type.code, t->type.bits,
                       flags & (READ_ONLY | IS_COPIED) ? Py_True : Py_False);
}
