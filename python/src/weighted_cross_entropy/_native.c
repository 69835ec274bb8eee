// SPDX-License-Identifier: Apache-2.0
/*
 * Passes the memory of Python buffers to the C library without copying.
 *
 * This file checks everything that memory safety needs: no argument from Python makes the library
 * read or write beyond a buffer. The Python modules convert types, compare shapes and arrange
 * memory. The file uses only Python's stable interface and no NumPy header, so one build works with
 * every version of both.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <fenv.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "_operations.h"
#include "weighted_cross_entropy.h"

/* Calls on fewer elements keep the interpreter lock: they end before a thread could take it. */
enum { ELEMENTS_THAT_RELEASE_THE_LOCK = 512, MESSAGE_CAPACITY = 1024 };

static const Py_ssize_t sizes[] = {4, 8, 2, 2};
static const char *const operation_names[] = {OPERATIONS(NAME_OF)};

static const struct {
  const char *name;
  wce_reduction code;
} reductions[] = {{"none", WCE_REDUCTION_NONE}, {"sum", WCE_REDUCTION_SUM},
                  {"mean", WCE_REDUCTION_MEAN}, {"weighted_mean", WCE_REDUCTION_WEIGHTED_MEAN}};

/* The arguments of evaluate(). */
enum { OPERATION, TARGETS, LOGITS, WEIGHTS, OUT, GRADIENT_OUT, POS_WEIGHT, AXIS, SETTINGS,
       ARGUMENT_COUNT };

/* The items of the argument SETTINGS. */
enum { REDUCTION, LABEL_SMOOTHING, THREADS, NAME, SETTING_COUNT };

/* A buffer of the caller. `memory` replaces an output that the library cannot write in place. */
typedef struct {
  Py_buffer view;
  void *memory;
} buffer;

typedef struct {
  enum operation operation;
  wce_reduction reduction;
  wce_options options;
  int64_t count;
  int64_t shape[WCE_MAXIMUM_RANK];
  enum type type;
  /* Whether an input is not row-major, or not aligned. */
  bool needs_copy;
  /* The class weights have the index POS_WEIGHT. */
  buffer buffers[ARGUMENT_COUNT];
  bool has_overflowed;
  union { float f32; double f64; uint16_t bits; } value;
  char message[MESSAGE_CAPACITY];
} call;

static void begin(call *call) {
  call->options = (wce_options)WCE_OPTIONS_INIT;
  call->message[0] = 0;
  call->type = TYPE_F32, call->needs_copy = false, call->count = 0;
  for (buffer *b = call->buffers; b < call->buffers + ARGUMENT_COUNT; b++)
    b->memory = b->view.buf = b->view.obj = NULL, b->view.len = 0;
}

static void end(call *call) {
  for (int i = TARGETS; i <= POS_WEIGHT; i++)
    PyMem_Free(call->buffers[i].memory), PyBuffer_Release(&call->buffers[i].view);
}

#define RAISE(error, ...) return PyErr_Format(PyExc_##error, __VA_ARGS__), false

/* Acquires an argument as contiguous, aligned memory with the element type of the logits, which
   come first; positive weights with the type of the arithmetic. None is null. */
static bool acquire(call *call, PyObject *object, int index, const char *name) {
  if (object == Py_None) return true;
  Py_buffer *const view = &call->buffers[index].view;
  const int access = index == OUT || index == GRADIENT_OUT ? PyBUF_WRITABLE : PyBUF_SIMPLE;
  if (PyObject_GetBuffer(object, view, PyBUF_STRIDES | PyBUF_FORMAT | access) < 0) return false;
  const char *format = view->format == NULL ? "" : view->format;
  if (*format == '=' || *format == '@') format++;
  const enum type type = *format == 'f' ? TYPE_F32 : *format == 'd' ? TYPE_F64
                         : *format == 'e' ? TYPE_F16 : TYPE_BF16;
  const bool is_known = *format == FORMATS[type] && format[1] == 0 && view->itemsize == sizes[type];
  if (index == LOGITS && is_known) call->type = type, call->count = view->len / view->itemsize;
  const enum type arithmetic = call->type == TYPE_F64 ? TYPE_F64 : TYPE_F32;
  if (!is_known || type != (index == POS_WEIGHT ? arithmetic : call->type))
    RAISE(TypeError, "%s must hold floating-point numbers of the type of the logits", name);
  if (index != POS_WEIGHT && view->len != call->buffers[LOGITS].view.len)
    RAISE(ValueError, "%s must have as many elements as the logits", name);
  /* The library rejects null and unaligned addresses of no elements too. */
  if (view->len == 0) view->buf = &call->value;
  const bool is_contiguous = view->len == 0 || PyBuffer_IsContiguous(view, 'C');
  if (is_contiguous && ((uintptr_t)view->buf & (uintptr_t)(view->itemsize - 1)) == 0) return true;
  if (index != OUT && index != GRADIENT_OUT) return call->needs_copy = true;
  RAISE(ValueError, "%s must be contiguous in row-major order and aligned", name);
}

/* Reads the positive weight: a float, or a buffer. A buffer with one axis has a weight for each
   class along the class axis; another has a weight for each element. */
static bool read_positive_weight(call *call, PyObject *object) {
  if (PyFloat_Check(object)) {
    call->options.positive_weight = PyFloat_AsDouble(object);
    return true;
  }
  if (object == Py_None)
    RAISE(TypeError, "pos_weight must not be None");
  if (!acquire(call, object, POS_WEIGHT, "pos_weight")) return false;
  const Py_buffer *const weights = &call->buffers[POS_WEIGHT].view;
  const Py_buffer *const logits = &call->buffers[LOGITS].view;
  call->options.class_weights = weights->buf;
  call->options.class_count = weights->len / weights->itemsize;
  if (weights->ndim != 1) {
    /* Without a shape, each element is a class. */
    call->options.axis = 0;
    return true;
  }
  if (logits->ndim > WCE_MAXIMUM_RANK)
    RAISE(ValueError, "logits may have at most %d axes", WCE_MAXIMUM_RANK);
  for (int i = 0; i < logits->ndim; i++) call->shape[i] = logits->shape[i];
  call->options.shape = call->shape;
  call->options.rank = logits->ndim;
  return true;
}

/* Reads the options that do not depend on the arrays. */
static bool read_settings(call *call, PyObject *settings) {
  if (!PyTuple_Check(settings) || PyTuple_Size(settings) != SETTING_COUNT)
    RAISE(TypeError, "settings must be a tuple of %d items", SETTING_COUNT);
  const long reduction = PyLong_AsLong(PyTuple_GetItem(settings, REDUCTION));
  call->options.label_smoothing = PyFloat_AsDouble(PyTuple_GetItem(settings, LABEL_SMOOTHING));
  call->options.threads = PyLong_AsLongLong(PyTuple_GetItem(settings, THREADS));
  if (PyErr_Occurred()) return false;
  if (reduction < 0 || reduction > INT_MAX)
    RAISE(ValueError, "unknown reduction %ld", reduction);
  call->reduction = (wce_reduction)reduction;
  PyObject *const name = PyTuple_GetItem(settings, NAME);
  if (name == Py_None) return true;
  if (!PyUnicode_Check(name))
    RAISE(TypeError, "name must be a string or None");
  call->options.name = PyUnicode_AsUTF8AndSize(name, NULL);
  return call->options.name != NULL;
}

/* Gives an output memory of its own if it overlaps an input. An input's own buffer needs none,
   unless the output holds the losses of LOSS_WITH_GRADIENT. */
static bool avoid_overlap(call *call, int index) {
  buffer *const output = &call->buffers[index];
  const uintptr_t start = (uintptr_t)output->view.buf, length = (uintptr_t)output->view.len;
  const bool may_be_in_place = !(call->operation == LOSS_WITH_GRADIENT && index == OUT);
  for (int i = TARGETS; i <= POS_WEIGHT; i++) {
    const Py_buffer *const input = &call->buffers[i].view;
    const uintptr_t other = (uintptr_t)input->buf, size = (uintptr_t)input->len;
    if (i == OUT || i == GRADIENT_OUT || start >= other + size || other >= start + length) continue;
    if (may_be_in_place && start == other && length == size) continue;
    output->memory = PyMem_Malloc(length);
    return output->memory != NULL || PyErr_NoMemory() != NULL;
  }
  return true;
}

/* Calls the function of the library for the operation and the element type. */
static wce_status run(call *c) {
  const int64_t n = c->count;
  const void *const x = c->buffers[LOGITS].view.buf, *const z = c->buffers[TARGETS].view.buf;
  const void *const w = c->buffers[WEIGHTS].view.buf;
  const buffer *const outputs = &c->buffers[OUT];
  void *const out = outputs[0].memory != NULL ? outputs[0].memory : outputs[0].view.buf;
  void *const gradient = outputs[1].memory != NULL ? outputs[1].memory : outputs[1].view.buf;
#define CALL(function, ...) function(n, x, z, w, __VA_ARGS__, c->message, MESSAGE_CAPACITY)
#define RUN(f, ...)                                    \
  (c->type == TYPE_F32 ? CALL(f##_f32, __VA_ARGS__)    \
   : c->type == TYPE_F64 ? CALL(f##_f64, __VA_ARGS__)  \
   : c->type == TYPE_F16 ? CALL(f##_f16, __VA_ARGS__) : CALL(f##_bf16, __VA_ARGS__))
  switch (c->operation) {
    case LOSS: return RUN(wce_loss, &c->options, out);
    case GRADIENT: return RUN(wce_gradient, c->reduction, &c->options, out);
    case SECOND_DERIVATIVE: return RUN(wce_second_derivative, c->reduction, &c->options, out);
    case TARGET_DERIVATIVE: return RUN(wce_target_derivative, c->reduction, &c->options, out);
    case POSITIVE_WEIGHT_DERIVATIVE:
      return RUN(wce_positive_weight_derivative, c->reduction, &c->options, out);
    case LOSS_WITH_GRADIENT: return RUN(wce_loss_with_gradient, &c->options, out, gradient);
    case VALUE: return RUN(wce_value, c->reduction, &c->options, (void *)&c->value);
    default:
      return RUN(wce_value_with_gradient, c->reduction, &c->options, (void *)&c->value, gradient);
  }
#undef RUN
}

/* Runs the call, tells whether it raised the processor's overflow flag, and writes the outputs.
   Reading the flag costs a few nanoseconds for any number of elements. The library passes on the
   flags of its worker threads. */
static wce_status run_and_store(call *call) {
  if (fetestexcept(FE_OVERFLOW)) feclearexcept(FE_OVERFLOW);
  const wce_status status = run(call);
  call->has_overflowed = fetestexcept(FE_OVERFLOW) != 0;
  if (call->has_overflowed) feclearexcept(FE_OVERFLOW);
  for (int i = OUT; i <= GRADIENT_OUT && status == WCE_OK; i++) {
    const buffer *const output = &call->buffers[i];
    if (output->memory != NULL) memcpy(output->view.buf, output->memory, (size_t)output->view.len);
  }
  return status;
}

/* Whether a status is that of success. If not, raises the error. */
static bool succeeded(const call *call, wce_status status) {
  if (status == WCE_OK) return true;
  PyObject *const message =
      PyUnicode_DecodeUTF8(call->message, (Py_ssize_t)strlen(call->message), "replace");
  if (message == NULL) return false;
  const bool is_set = status == WCE_ERROR_INSTRUCTION_SET;
  PyErr_SetObject(is_set ? PyExc_RuntimeError : PyExc_ValueError, message);
  Py_DECREF(message);
  return false;
}

/* Reads the arguments of evaluate() and runs the call. The result is None if an input has to be
   copied first. */
static PyObject *evaluate_holding(PyObject *const *arguments, call *call) {
  const long operation = PyLong_AsLong(arguments[OPERATION]);
  call->options.axis = PyLong_AsLongLong(arguments[AXIS]);
  if (PyErr_Occurred()) return NULL;
  if (operation < 0 || operation >= OPERATION_COUNT)
    return PyErr_Format(PyExc_ValueError, "unknown operation %ld", operation);
  call->operation = (enum operation)operation;
  const bool writes_out = operation <= LOSS_WITH_GRADIENT;
  const bool writes_gradient = operation >= LOSS_WITH_GRADIENT && operation != VALUE;
  if (arguments[LOGITS] == Py_None || arguments[TARGETS] == Py_None)
    return PyErr_Format(PyExc_TypeError, "targets and logits must not be None");
  if ((arguments[OUT] != Py_None) != writes_out ||
      (arguments[GRADIENT_OUT] != Py_None) != writes_gradient)
    return PyErr_Format(PyExc_TypeError, "the outputs must be those that the operation writes");
  if (!read_settings(call, arguments[SETTINGS]) ||
      !acquire(call, arguments[LOGITS], LOGITS, "logits") ||
      !acquire(call, arguments[TARGETS], TARGETS, "targets") ||
      !acquire(call, arguments[WEIGHTS], WEIGHTS, "weights") ||
      !acquire(call, arguments[OUT], OUT, "out") ||
      !acquire(call, arguments[GRADIENT_OUT], GRADIENT_OUT, "gradient") ||
      !read_positive_weight(call, arguments[POS_WEIGHT]))
    return NULL;
  if (call->needs_copy) return Py_NewRef(Py_None);
  if (!avoid_overlap(call, OUT) || !avoid_overlap(call, GRADIENT_OUT)) return NULL;
  wce_status status;
  if (call->count < ELEMENTS_THAT_RELEASE_THE_LOCK) {
    status = run_and_store(call);
  } else {
    Py_BEGIN_ALLOW_THREADS;
    status = run_and_store(call);
    Py_END_ALLOW_THREADS;
  }
  if (!succeeded(call, status)) return NULL;
  PyObject *const overflowed = call->has_overflowed ? Py_True : Py_False;
  if (call->operation <= LOSS_WITH_GRADIENT) return PyTuple_Pack(2, Py_None, overflowed);
  PyObject *const value = call->type == TYPE_F32   ? PyFloat_FromDouble(call->value.f32)
                          : call->type == TYPE_F64 ? PyFloat_FromDouble(call->value.f64)
                                                  : PyLong_FromLong(call->value.bits);
  if (value == NULL) return NULL;
  PyObject *const result = PyTuple_Pack(2, value, overflowed);
  Py_DECREF(value);
  return result;
}

static PyObject *evaluate(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                          Py_ssize_t count) {
  if (count != ARGUMENT_COUNT)
    return PyErr_Format(PyExc_TypeError, "evaluate takes %d arguments", ARGUMENT_COUNT);
  call call;
  begin(&call);
  PyObject *const result = evaluate_holding(arguments, &call);
  end(&call);
  return result;
}

/* Lets the library check a positive weight and settings, by the loss of no elements. */
static PyObject *check(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count) {
  if (count != 3) return PyErr_Format(PyExc_TypeError, "check takes 3 arguments");
  call call;
  begin(&call);
  call.operation = LOSS;
  call.type = PyObject_IsTrue(arguments[0]) == 1 ? TYPE_F64 : TYPE_F32;
  for (int i = TARGETS; i <= OUT; i++) call.buffers[i].view.buf = i == WEIGHTS ? NULL : &call.value;
  call.buffers[LOGITS].view.ndim = 0;
  bool is_valid = read_settings(&call, arguments[2]) && read_positive_weight(&call, arguments[1]);
  if (call.needs_copy)
    PyErr_SetString(PyExc_ValueError, "pos_weight must be row-major and aligned"), is_valid = false;
  call.shape[0] = 0, call.shape[1] = call.options.class_count;
  if (call.options.class_weights != NULL)
    call.options.shape = call.shape, call.options.rank = 2, call.options.axis = 1;
  is_valid = is_valid && succeeded(&call, run(&call));
  end(&call);
  return is_valid ? Py_NewRef(Py_None) : NULL;
}

static PyObject *instruction_set(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
  return PyUnicode_FromString(wce_instruction_set());
}

static PyMethodDef methods[] = {
    {"check", (PyCFunction)(void (*)(void))check, METH_FASTCALL, NULL},
    {"evaluate", (PyCFunction)(void (*)(void))evaluate, METH_FASTCALL, NULL},
    {"instruction_set", instruction_set, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* Adds the codes of the operations, and those of the reductions by their names. */
static int execute(PyObject *module) {
  if (wce_interface_version() / 1000 != WCE_INTERFACE_MAJOR) {
    PyErr_Format(PyExc_ImportError, "the library's interface is %d, expected %d.x",
                 wce_interface_version(), WCE_INTERFACE_MAJOR);
    return -1;
  }
  for (long i = 0; i < OPERATION_COUNT; i++)
    if (PyModule_AddIntConstant(module, operation_names[i], i) < 0) return -1;
  PyObject *const codes = PyDict_New();
  int status = codes == NULL ? -1 : PyModule_AddObjectRef(module, "REDUCTIONS", codes);
  for (size_t i = 0; status == 0 && i < sizeof reductions / sizeof *reductions; i++) {
    PyObject *const code = PyLong_FromLong(reductions[i].code);
    status = code == NULL ? -1 : PyDict_SetItemString(codes, reductions[i].name, code);
    Py_XDECREF(code);
  }
  Py_XDECREF(codes);
  return status;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, NULL},
#ifdef Py_GIL_DISABLED
    /* The module has no state that changes after it was loaded. */
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "weighted_cross_entropy._native",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__native(void) {
  /* C has no constant conversion of a function to a void pointer, which the slot is. */
  int (*const function)(PyObject *) = execute;
  memcpy(&slots[0].value, &function, sizeof function);
  return PyModuleDef_Init(&definition);
}
