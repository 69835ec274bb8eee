// SPDX-License-Identifier: Apache-2.0
/*
 * Passes the memory of Python buffers to the C library, without copying.
 *
 * Everything that memory safety needs is checked here, so that no argument from Python can make the library read or write
 * beyond a buffer; shapes, types and conversions, and what errors say of them, are the concern of the Python modules. The
 * stable interface of Python is enough, and NumPy's headers are not needed: one file runs with every version of both.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <fenv.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "weighted_cross_entropy.h"

/* Below this number of elements a call is over sooner than another thread could take the interpreter. */
enum { ELEMENTS_THAT_RELEASE_THE_INTERPRETER = 512, MESSAGE_CAPACITY = 1024 };

/* What evaluate() computes. Before LOSS_WITH_GRADIENT each writes one number for each element. */
enum operation { LOSS, GRADIENT, SECOND_DERIVATIVE, TARGET_DERIVATIVE, POSITIVE_WEIGHT_DERIVATIVE, LOSS_WITH_GRADIENT,
                 REDUCE, REDUCE_WITH_GRADIENT };

typedef wce_status (*derivative_f32)(int64_t, const float *, const float *, const float *, wce_reduction,
                                     const wce_options *, float *, char *, int64_t);
typedef wce_status (*derivative_f64)(int64_t, const double *, const double *, const double *, wce_reduction,
                                     const wce_options *, double *, char *, int64_t);

static const derivative_f32 derivatives_f32[] = {NULL, wce_gradient_f32, wce_second_derivative_f32,
                                                 wce_target_derivative_f32, wce_positive_weight_derivative_f32};
static const derivative_f64 derivatives_f64[] = {NULL, wce_gradient_f64, wce_second_derivative_f64,
                                                 wce_target_derivative_f64, wce_positive_weight_derivative_f64};

/* The arguments of one call, and the buffers that it holds. */
typedef struct {
  enum operation operation;
  wce_reduction reduction;
  wce_options options;
  int64_t count;
  bool is_double;
  Py_buffer logits, labels, weights, out, gradient, class_weights;
  bool has_overflowed;
  float value_f32;
  double value_f64;
  char message[MESSAGE_CAPACITY];
} call;

typedef struct {
  PyObject *copy_needed;
} module_state;

/* The argument `object` as contiguous, aligned memory with the element type of the logits, which must be the first; None is
   null. */
static bool acquire(PyObject *module, call *call, PyObject *object, Py_buffer *view, int access, const char *name) {
  if (object == Py_None) return true;
  if (PyObject_GetBuffer(object, view, PyBUF_STRIDES | PyBUF_FORMAT | access) < 0) return false;
  const char *format = view->format;
  if (format != NULL && (*format == '=' || *format == '@')) format++;
  const bool is_float = format != NULL && strcmp(format, "f") == 0 && view->itemsize == (Py_ssize_t)sizeof(float);
  const bool is_double = format != NULL && strcmp(format, "d") == 0 && view->itemsize == (Py_ssize_t)sizeof(double);
  if (view == &call->logits) {
    call->is_double = is_double;
    call->count = is_float || is_double ? view->len / view->itemsize : 0;
  }
  if (!(call->is_double ? is_double : is_float)) {
    PyErr_Format(PyExc_TypeError, "%s must hold float32 or float64, the same as the logits", name);
    return false;
  }
  if (view != &call->class_weights && view->len != call->logits.len) {
    PyErr_Format(PyExc_ValueError, "%s must have as many elements as the logits", name);
    return false;
  }
  const uintptr_t alignment = is_double ? _Alignof(double) : _Alignof(float);
  if (((uintptr_t)view->buf & (alignment - 1)) != 0 || (view->len > 0 && !PyBuffer_IsContiguous(view, 'C'))) {
    const module_state *state = PyModule_GetState(module);
    PyErr_Format(state->copy_needed, "%s is not contiguous or not aligned", name);
    return false;
  }
  return true;
}

/* Reads one positive weight, a float; or one for each class along an axis of the logits, a buffer with one axis; or one for
   each element, a buffer with more. */
static bool read_positive_weight(PyObject *module, call *call, PyObject *object, int64_t *shape) {
  if (PyFloat_Check(object)) {
    call->options.positive_weight = PyFloat_AsDouble(object);
    return true;
  }
  if (object == Py_None) {
    PyErr_SetString(PyExc_TypeError, "the positive weight must not be None");
    return false;
  }
  if (!acquire(module, call, object, &call->class_weights, PyBUF_SIMPLE, "pos_weight")) return false;
  if (call->logits.ndim > WCE_MAXIMUM_RANK) {
    PyErr_Format(PyExc_ValueError, "logits may have at most %d axes", WCE_MAXIMUM_RANK);
    return false;
  }
  for (int axis = 0; axis < call->logits.ndim; axis++) shape[axis] = call->logits.shape[axis];
  call->options.class_weights = call->class_weights.buf;
  call->options.class_count = call->class_weights.len / call->class_weights.itemsize;
  if (call->class_weights.ndim != 1) {
    /* The elements in a row, each a class of its own. */
    call->options.axis = 0;
    return true;
  }
  call->options.shape = shape;
  call->options.rank = call->logits.ndim;
  return true;
}

/* Calls the function of the library for the operation and the element type. */
static wce_status run(call *c) {
  const int64_t n = c->count;
  const void *x = c->logits.buf, *z = c->labels.buf, *w = c->weights.buf;
  void *out = c->out.buf, *gradient = c->gradient.buf;
  switch (c->operation) {
    case LOSS:
      return c->is_double ? wce_loss_f64(n, x, z, w, &c->options, out, c->message, MESSAGE_CAPACITY)
                          : wce_loss_f32(n, x, z, w, &c->options, out, c->message, MESSAGE_CAPACITY);
    case LOSS_WITH_GRADIENT:
      return c->is_double
                 ? wce_loss_with_gradient_f64(n, x, z, w, &c->options, out, gradient, c->message, MESSAGE_CAPACITY)
                 : wce_loss_with_gradient_f32(n, x, z, w, &c->options, out, gradient, c->message, MESSAGE_CAPACITY);
    case REDUCE:
    case REDUCE_WITH_GRADIENT:
      return c->is_double ? wce_reduce_f64(n, x, z, w, c->reduction, &c->options, &c->value_f64, gradient, c->message,
                                           MESSAGE_CAPACITY)
                          : wce_reduce_f32(n, x, z, w, c->reduction, &c->options, &c->value_f32, gradient, c->message,
                                           MESSAGE_CAPACITY);
    default:
      return c->is_double ? derivatives_f64[c->operation](n, x, z, w, c->reduction, &c->options, out, c->message,
                                                          MESSAGE_CAPACITY)
                          : derivatives_f32[c->operation](n, x, z, w, c->reduction, &c->options, out, c->message,
                                                          MESSAGE_CAPACITY);
  }
}

/* Runs the call and looks whether it raises the processor's flag of overflow, as NumPy's operations do: it costs a few
   nanoseconds, whatever the size. The library hands over the flags of its own threads. */
static wce_status run_watching_overflow(call *c) {
  if (fetestexcept(FE_OVERFLOW)) feclearexcept(FE_OVERFLOW);
  const wce_status status = run(c);
  c->has_overflowed = fetestexcept(FE_OVERFLOW) != 0;
  if (c->has_overflowed) feclearexcept(FE_OVERFLOW);
  return status;
}

/* Raises what a status means in Python. */
static void raise_status(PyObject *module, const call *call, wce_status status) {
  const module_state *state = PyModule_GetState(module);
  PyObject *message = PyUnicode_DecodeUTF8(call->message, (Py_ssize_t)strlen(call->message), "replace");
  if (message == NULL) return;
  PyErr_SetObject(status == WCE_ERROR_OVERLAP             ? state->copy_needed
                  : status == WCE_ERROR_INSTRUCTION_SET ? PyExc_RuntimeError
                                                          : PyExc_ValueError,
                  message);
  Py_DECREF(message);
}

enum { ARGUMENT_COUNT = 12 };

/* Reads the arguments, runs, and gives the result; the buffers that it has acquired are released by its caller. */
static PyObject *evaluate_holding(PyObject *module, PyObject *const *arguments, call *call) {
  int64_t shape[WCE_MAXIMUM_RANK];
  const long operation = PyLong_AsLong(arguments[0]);
  const long reduction = PyLong_AsLong(arguments[1]);
  call->options.axis = PyLong_AsLongLong(arguments[8]);
  call->options.label_smoothing = PyFloat_AsDouble(arguments[9]);
  call->options.threads = PyLong_AsLongLong(arguments[10]);
  if (PyErr_Occurred()) return NULL;
  if (operation < LOSS || operation > REDUCE_WITH_GRADIENT) return PyErr_Format(PyExc_ValueError, "there is no operation %ld", operation);
  if (reduction < 0 || reduction > INT_MAX) return PyErr_Format(PyExc_ValueError, "there is no reduction %ld", reduction);
  call->operation = (enum operation)operation;
  call->reduction = (wce_reduction)reduction;
  if (arguments[11] != Py_None) {
    if (!PyUnicode_Check(arguments[11])) return PyErr_Format(PyExc_TypeError, "name must be a string or None");
    const char *name = PyUnicode_AsUTF8AndSize(arguments[11], NULL);
    if (name == NULL) return NULL;
    /* Without characters it is as if none were given. */
    call->options.name = *name == 0 ? NULL : name;
  }
  if (arguments[3] == Py_None) return PyErr_Format(PyExc_TypeError, "logits must not be None");
  if (!acquire(module, call, arguments[3], &call->logits, PyBUF_SIMPLE, "logits") ||
      !acquire(module, call, arguments[2], &call->labels, PyBUF_SIMPLE, "labels") ||
      !acquire(module, call, arguments[4], &call->weights, PyBUF_SIMPLE, "weights") ||
      !acquire(module, call, arguments[5], &call->out, PyBUF_WRITABLE, "out") ||
      !acquire(module, call, arguments[6], &call->gradient, PyBUF_WRITABLE, "gradient") ||
      !read_positive_weight(module, call, arguments[7], shape))
    return NULL;
  wce_status status;
  if (call->count < ELEMENTS_THAT_RELEASE_THE_INTERPRETER) {
    status = run_watching_overflow(call);
  } else {
    Py_BEGIN_ALLOW_THREADS
    status = run_watching_overflow(call);
    Py_END_ALLOW_THREADS
  }
  if (status != WCE_OK) {
    raise_status(module, call, status);
    return NULL;
  }
  PyObject *result = PyTuple_New(2);
  if (result == NULL) return NULL;
  PyObject *value = call->operation < REDUCE ? Py_NewRef(Py_None)
                                             : PyFloat_FromDouble(call->is_double ? call->value_f64 : (double)call->value_f32);
  if (value == NULL) {
    Py_DECREF(result);
    return NULL;
  }
  PyTuple_SetItem(result, 0, value);
  PyTuple_SetItem(result, 1, Py_NewRef(call->has_overflowed ? Py_True : Py_False));
  return result;
}

static PyObject *evaluate(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
  if (count != ARGUMENT_COUNT) return PyErr_Format(PyExc_TypeError, "evaluate takes %d arguments", ARGUMENT_COUNT);
  call call;
  call.options = (wce_options)WCE_OPTIONS_INIT;
  call.message[0] = 0;
  call.is_double = false;
  call.count = 0;
  Py_buffer *const views[] = {&call.logits, &call.labels, &call.weights, &call.out, &call.gradient, &call.class_weights};
  for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
    views[i]->obj = NULL;
    views[i]->buf = NULL;
    views[i]->len = 0;
    views[i]->ndim = 0;
  }
  PyObject *result = evaluate_holding(module, arguments, &call);
  for (size_t i = 0; i < sizeof views / sizeof *views; i++) PyBuffer_Release(views[i]);
  return result;
}

static PyObject *instruction_set(PyObject *module, PyObject *unused) {
  (void)module, (void)unused;
  return PyUnicode_FromString(wce_instruction_set());
}

static PyMethodDef methods[] = {
    {"evaluate", (PyCFunction)(void (*)(void))evaluate, METH_FASTCALL, NULL},
    {"instruction_set", instruction_set, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module) {
  module_state *state = PyModule_GetState(module);
  if (wce_interface_version() / 1000 != WCE_INTERFACE_MAJOR) {
    PyErr_Format(PyExc_ImportError, "the library's interface is %d, expected %d.x", wce_interface_version(),
                 WCE_INTERFACE_MAJOR);
    return -1;
  }
  state->copy_needed = PyErr_NewExceptionWithDoc(
      "weighted_cross_entropy._native.CopyNeeded",
      "An output overlaps another array, or an array is not contiguous or not aligned.", NULL, NULL);
  if (state->copy_needed == NULL) return -1;
  return PyModule_AddObjectRef(module, "CopyNeeded", state->copy_needed);
}

static int traverse(PyObject *module, visitproc visit, void *arg) {
  const module_state *state = PyModule_GetState(module);
  Py_VISIT(state->copy_needed);
  return 0;
}

static int clear(PyObject *module) {
  module_state *state = PyModule_GetState(module);
  Py_CLEAR(state->copy_needed);
  return 0;
}

static void release(void *module) { clear(module); }

static PyModuleDef_Slot slots[] = {{Py_mod_exec, NULL}, {0, NULL}};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "weighted_cross_entropy._native",
    .m_size = sizeof(module_state),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = release,
};

PyMODINIT_FUNC PyInit__native(void) {
  /* C has no constant conversion of a function to a void pointer, which the slot is. */
  int (*const function)(PyObject *) = execute;
  memcpy(&slots[0].value, &function, sizeof function);
  return PyModuleDef_Init(&definition);
}
