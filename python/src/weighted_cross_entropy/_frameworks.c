// SPDX-License-Identifier: Apache-2.0
/* The extension module of the frameworks' bindings. It needs no framework to build or to load. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#include "_frameworks.h"

/* Calls on fewer elements keep the interpreter lock: they end before a thread could take it. */
enum { ELEMENTS_THAT_RELEASE_THE_LOCK = 512 };

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
    /* The only state that changes, the functions of PyTorch, is written once, in an import. */
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
