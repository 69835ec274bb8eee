// SPDX-License-Identifier: Apache-2.0
/* The extension module of the frameworks' bindings. It needs no framework to build or to load. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <string.h>

#include "_frameworks.h"

/* Calls on fewer elements keep the interpreter lock: they end before a thread could take it. */
enum { ELEMENTS_THAT_RELEASE_THE_LOCK = 512 };

/* One part of a call: the positive weights vary along one axis of it at most. */
typedef struct {
  int64_t count, classes, stride;
  const void *targets, *logits, *weights, *pos_weight;
  void *out, *gradient;
} part;

static double at(const framework_call *call, const void *array, int64_t index) {
  return call->is_double ? ((const double *)array)[index] : (double)((const float *)array)[index];
}

static void set(const framework_call *call, void *array, int64_t index, double value) {
  if (call->is_double) ((double *)array)[index] = value;
  else ((float *)array)[index] = (float)value;
}

/* A product in which nothing times infinity is nothing. */
static double times(double coefficient, double value) {
  return coefficient == 0 && isinf(value) ? 0 : coefficient * value;
}

/* The formula, for positive weights that the library refuses. */
static void compute_by_formula(const framework_call *call, const part *p) {
  const bool is_reduced = call->reduction != WCE_REDUCTION_NONE;
  const double scale = call->reduction == WCE_REDUCTION_MEAN ? 1 / (double)p->count : 1;
  double sum = 0;
  for (int64_t i = 0; i < p->count; i++) {
    const double w = p->weights == NULL ? 1 : at(call, p->weights, i);
    const double q = at(call, p->pos_weight, i / p->stride % p->classes);
    const double s = call->label_smoothing, z = at(call, p->targets, i) * (1 - s) + s / 2;
    const double x = at(call, p->logits, i), e = exp(-fabs(x));
    const double negative = 1 - z, positive = q * z;
    const double loss =
        times(x < 0 ? -positive : negative, x) + times(negative + positive, log1p(e));
    const double slope = (x < 0 ? negative * e - positive : negative - positive * e) / (1 + e);
    if (is_reduced) sum += w == 0 ? 0 : w * loss;
    else set(call, p->out, i, w == 0 ? 0 : w * loss);
    if (call->with_gradient) set(call, p->gradient, i, w == 0 ? 0 : w * slope * scale);
  }
  if (is_reduced) set(call, p->out, 0, sum * scale);
}

static wce_status compute_part(const framework_call *call, const part *p, wce_options *options,
                               char *message) {
  if (p->count == 0) {
    if (call->reduction == WCE_REDUCTION_MEAN) set(call, p->out, 0, NAN);
    if (call->reduction == WCE_REDUCTION_SUM) set(call, p->out, 0, 0);
    return WCE_OK;
  }
  if (p->classes == 1) options->positive_weight = at(call, p->pos_weight, 0);
  else options->class_weights = p->pos_weight;
#define RUN(function, ...)                                                                     \
  (call->is_double                                                                             \
       ? function##_f64(p->count, p->logits, p->targets, p->weights, __VA_ARGS__, message,     \
                        MESSAGE_CAPACITY)                                                      \
       : function##_f32(p->count, p->logits, p->targets, p->weights, __VA_ARGS__, message,     \
                        MESSAGE_CAPACITY))
  const wce_reduction reduction = call->reduction;
  wce_status status;
  if (reduction == WCE_REDUCTION_NONE)
    status = call->with_gradient ? RUN(wce_loss_with_gradient, options, p->out, p->gradient)
                                 : RUN(wce_loss, options, p->out);
  else
    status = call->with_gradient
                 ? RUN(wce_value_with_gradient, reduction, options, p->out, p->gradient)
                 : RUN(wce_value, reduction, options, p->out);
#undef RUN
  if (status != WCE_ERROR_ARGUMENT) return status;
  compute_by_formula(call, p);
  return WCE_OK;
}

/* The number of axes that the parts are one index of: the batch, and all axes along which the
   positive weights vary but the last. `last` is that one, or -1. */
static int64_t outer_axes(const framework_call *call, int64_t *last) {
  int64_t outer = call->reduction == WCE_REDUCTION_NONE ? 0 : call->batch;
  *last = -1;
  for (int64_t i = 0; i < call->rank; i++) {
    if (call->pos_weight_shape[i] == 1) continue;
    if (*last >= outer) outer = *last + 1;
    *last = i;
  }
  return outer;
}

int64_t framework_count(const framework_call *call) {
  int64_t count = 1, last;
  if (call->rank < 0 || call->rank > WCE_MAXIMUM_RANK || call->batch < 0 ||
      call->batch > call->rank)
    return -1;
  for (int64_t i = 0; i < call->rank; i++) {
    const int64_t length = call->shape[i], own = call->pos_weight_shape[i];
    if (length < 0 || (own != 1 && own != length)) return -1;
    count *= length;
  }
  /* One part may have one value only. */
  const bool is_reduced = call->reduction != WCE_REDUCTION_NONE;
  return is_reduced && outer_axes(call, &last) != call->batch ? -1 : count;
}

wce_status framework_compute(const framework_call *call, char *message) {
  const int64_t size = call->is_double ? sizeof(double) : sizeof(float);
  int64_t last;
  const int64_t outer = outer_axes(call, &last);
  part p = {.count = 1, .classes = 1, .stride = 1};
  int64_t parts = 1;
  for (int64_t i = 0; i < outer; i++) parts *= call->shape[i];
  for (int64_t i = outer; i < call->rank; i++) {
    p.count *= call->shape[i];
    p.classes *= call->pos_weight_shape[i];
    if (i > last) p.stride *= call->shape[i];
  }
  wce_options options = WCE_OPTIONS_INIT;
  options.label_smoothing = call->label_smoothing;
  options.threads = call->threads;
  options.name = call->name;
  if (p.classes > 1) {
    options.class_count = p.classes;
    options.axis = last - outer;
    options.shape = call->shape + outer;
    options.rank = call->rank - outer;
  }
  for (int64_t index = 0; index < parts; index++) {
    /* The class weights of this part. */
    int64_t row = 0, rest = index, stride = p.classes;
    for (int64_t i = outer - 1; i >= 0; i--) {
      const int64_t own = call->pos_weight_shape[i];
      row += (own == 1 ? 0 : rest % call->shape[i]) * stride;
      rest /= call->shape[i];
      stride *= own;
    }
    const int64_t offset = index * p.count * size;
    const bool is_reduced = call->reduction != WCE_REDUCTION_NONE;
    p.pos_weight = (const char *)call->pos_weight + row * size;
    p.targets = (const char *)call->targets + offset;
    p.logits = (const char *)call->logits + offset;
    p.weights = call->weights == NULL ? NULL : (const char *)call->weights + offset;
    p.out = (char *)call->out + (is_reduced ? index * size : offset);
    p.gradient = (char *)call->gradient + offset;
    const wce_status status = compute_part(call, &p, &options, message);
    if (status != WCE_OK) return status;
  }
  return WCE_OK;
}

/* compute(type, reduction, shape, targets, logits, weights, pos_weight, pos_weight_shape,
   smoothing, threads, out, gradient): addresses of memory of a framework, 0 for none. The positive
   weight is a number if its shape is None. An empty shape is that of one weight. compute_cuda() has
   three more arguments. */
enum { TYPE, REDUCTION, SHAPE, TARGETS, LOGITS, WEIGHTS, POS_WEIGHT, POS_WEIGHT_SHAPE, SMOOTHING,
       THREADS, OUT, GRADIENT_OUT, ARGUMENT_COUNT, OPERATION = ARGUMENT_COUNT, STREAM, NAME,
       CUDA_ARGUMENT_COUNT };

/* A call with the memory of its shapes. */
typedef struct {
  framework_call call;
  int64_t elements;
  int64_t shape[WCE_MAXIMUM_RANK], pos_weight_shape[WCE_MAXIMUM_RANK];
} python_call;

static bool read_shape(PyObject *tuple, int64_t *shape, int64_t *rank) {
  const Py_ssize_t length = PyTuple_Size(tuple);
  if (length > WCE_MAXIMUM_RANK)
    return PyErr_Format(PyExc_ValueError, "at most %d axes", WCE_MAXIMUM_RANK), false;
  for (Py_ssize_t i = 0; i < length; i++)
    shape[i] = PyLong_AsLongLong(PyTuple_GetItem(tuple, i));
  *rank = length;
  return !PyErr_Occurred();
}

static bool read_call(PyObject *const *arguments, python_call *p) {
  int64_t pos_weight_rank = 0;
  p->call = (framework_call){
      .type = (wce_cuda_type)PyLong_AsLong(arguments[TYPE]),
      .reduction = (wce_reduction)PyLong_AsLong(arguments[REDUCTION]),
      .targets = PyLong_AsVoidPtr(arguments[TARGETS]),
      .logits = PyLong_AsVoidPtr(arguments[LOGITS]),
      .weights = PyLong_AsVoidPtr(arguments[WEIGHTS]),
      .label_smoothing = PyFloat_AsDouble(arguments[SMOOTHING]),
      .threads = PyLong_AsLongLong(arguments[THREADS]),
      .out = PyLong_AsVoidPtr(arguments[OUT]),
      .gradient = PyLong_AsVoidPtr(arguments[GRADIENT_OUT]),
      .shape = p->shape,
      .pos_weight_shape = p->pos_weight_shape,
      .name = "weighted_cross_entropy",
  };
  framework_call *const call = &p->call;
  call->is_double = call->type == WCE_CUDA_F64;
  call->with_gradient = call->gradient != NULL;
  if (arguments[POS_WEIGHT_SHAPE] == Py_None) {
    call->factor = PyFloat_AsDouble(arguments[POS_WEIGHT]);
  } else {
    call->pos_weight = PyLong_AsVoidPtr(arguments[POS_WEIGHT]);
    read_shape(arguments[POS_WEIGHT_SHAPE], p->pos_weight_shape, &pos_weight_rank);
  }
  if (PyErr_Occurred() || !read_shape(arguments[SHAPE], p->shape, &call->rank)) return false;
  if (pos_weight_rank == 0)
    for (int64_t i = 0; i < call->rank; i++) p->pos_weight_shape[i] = 1;
  p->elements = framework_count(call);
  if (p->elements >= 0 && (pos_weight_rank == 0 || pos_weight_rank == call->rank)) return true;
  return PyErr_Format(PyExc_ValueError, "the shapes do not fit"), false;
}

static PyObject *compute(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                         Py_ssize_t count) {
  if (count != ARGUMENT_COUNT)
    return PyErr_Format(PyExc_TypeError, "compute takes %d arguments", ARGUMENT_COUNT);
  python_call python;
  framework_call *const call = &python.call;
  if (!read_call(arguments, &python)) return NULL;
  union { float f32; double f64; } factor = {.f64 = call->factor};
  if (!call->is_double) factor.f32 = (float)call->factor;
  if (call->pos_weight == NULL) call->pos_weight = &factor;
  char message[MESSAGE_CAPACITY];
  wce_status status;
  if (python.elements < ELEMENTS_THAT_RELEASE_THE_LOCK) {
    status = framework_compute(call, message);
  } else {
    Py_BEGIN_ALLOW_THREADS;
    status = framework_compute(call, message);
    Py_END_ALLOW_THREADS;
  }
  if (status != WCE_OK) return PyErr_Format(PyExc_RuntimeError, "%s", message);
  return Py_NewRef(Py_None);
}

/* The driver may wait for room in its queue, so the lock is released whatever the size. */
static PyObject *compute_cuda(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                              Py_ssize_t count) {
  if (count != CUDA_ARGUMENT_COUNT)
    return PyErr_Format(PyExc_TypeError, "compute_cuda takes %d arguments", CUDA_ARGUMENT_COUNT);
  python_call python;
  framework_call *const call = &python.call;
  if (!read_call(arguments, &python)) return NULL;
  call->operation = (enum operation)PyLong_AsLong(arguments[OPERATION]);
  call->stream = PyLong_AsVoidPtr(arguments[STREAM]);
  call->name = PyUnicode_AsUTF8AndSize(arguments[NAME], NULL);
  if (PyErr_Occurred()) return NULL;
  char message[MESSAGE_CAPACITY];
  wce_status status;
  Py_BEGIN_ALLOW_THREADS;
  status = cuda_compute(call, message);
  Py_END_ALLOW_THREADS;
  if (status == WCE_OK) return Py_NewRef(Py_None);
  const bool is_driver = status == WCE_ERROR_NO_CUDA || status == WCE_ERROR_CUDA;
  return PyErr_Format(is_driver ? PyExc_RuntimeError : PyExc_ValueError, "%s", message);
}

PyObject *dlpack(PyObject *module, PyObject *capsule);
PyObject *xla_handler(PyObject *module, PyObject *on_gpu);
PyObject *torch_functions(void);
PyObject *register_torch_kernels(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

static PyMethodDef methods[] = {
    {"compute", (PyCFunction)(void (*)(void))compute, METH_FASTCALL, NULL},
    {"compute_cuda", (PyCFunction)(void (*)(void))compute_cuda, METH_FASTCALL, NULL},
    {"dlpack", dlpack, METH_O, NULL},
    {"register_torch_kernels", (PyCFunction)(void (*)(void))register_torch_kernels, METH_FASTCALL,
     NULL},
    {"xla_handler", xla_handler, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module) {
  PyObject *const functions = torch_functions();
  const int status = PyModule_AddObjectRef(module, "TORCH_FUNCTIONS", functions);
  Py_XDECREF(functions);
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
    .m_name = "weighted_cross_entropy._frameworks",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__frameworks(void) {
  /* C has no constant conversion of a function to a void pointer, which the slot is. */
  int (*const function)(PyObject *) = execute;
  memcpy(&slots[0].value, &function, sizeof function);
  return PyModuleDef_Init(&definition);
}
