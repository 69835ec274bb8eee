// SPDX-License-Identifier: Apache-2.0
/*
 * Tables, models and studies of the C library for Python.
 *
 * This file checks everything that memory safety needs: columns are buffers, which tables keep, and
 * objects are capsules. It uses only Python's stable interface and no NumPy header.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "weighted_cross_entropy_linear.h"

enum { MESSAGE_CAPACITY = 4096 };

#define TABLE "weighted_cross_entropy.table"
#define MODEL "weighted_cross_entropy.model"
#define STUDY "weighted_cross_entropy.study"

static PyObject *raise_status(wce_status status, const char *message) {
  /* An exception of a progress function, or of a signal, ended the call. */
  if (PyErr_Occurred()) return NULL;
  PyObject *const text = PyUnicode_DecodeUTF8(message, (Py_ssize_t)strlen(message), "replace");
  if (text == NULL) return NULL;
  const bool is_set = status == WCE_ERROR_INSTRUCTION_SET;
  PyErr_SetObject(is_set ? PyExc_RuntimeError : PyExc_ValueError, text);
  Py_DECREF(text);
  return NULL;
}

static void free_table(PyObject *capsule) { wce_table_free(PyCapsule_GetPointer(capsule, TABLE)); }
static void free_model(PyObject *capsule) { wce_model_free(PyCapsule_GetPointer(capsule, MODEL)); }
static void free_study(PyObject *capsule) { wce_study_free(PyCapsule_GetPointer(capsule, STUDY)); }

static PyObject *table_of(PyObject *Py_UNUSED(module), PyObject *count) {
  const long long rows = PyLong_AsLongLong(count);
  if (rows == -1 && PyErr_Occurred()) return NULL;
  char message[MESSAGE_CAPACITY];
  wce_table *table;
  const wce_status status = wce_table_create(rows, &table, message, sizeof message);
  if (status != WCE_OK) return raise_status(status, message);
  PyObject *const capsule = PyCapsule_New(table, TABLE, free_table);
  if (capsule == NULL) wce_table_free(table);
  return capsule;
}

/* The type of a buffer's elements; -1 if it is none of numbers. */
static int type_of(const Py_buffer *view) {
  const char *format = view->format == NULL ? "B" : view->format;
  if (*format == '@' || *format == '=') format++;
  if (*format == 0 || format[1] != 0) return -1;
  const Py_ssize_t size = view->itemsize;
  if (strchr("fde", *format) != NULL)
    return size == 8 ? WCE_FLOAT64 : size == 4 ? WCE_FLOAT32 : size == 2 ? WCE_FLOAT16 : -1;
  const int power = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : size == 8 ? 3 : -1;
  if (power < 0) return -1;
  if (strchr("bhilq", *format) != NULL) return WCE_INT8 + power;
  return strchr("?BHILQ", *format) != NULL ? WCE_UINT8 + power : -1;
}

/* A buffer that columns of a table share, with their number. */
typedef struct {
  Py_buffer view;
  Py_ssize_t users;
} shared_buffer;

/* The table may be freed by any thread. */
static void release_buffer(void *owner) {
  const PyGILState_STATE state = PyGILState_Ensure();
  shared_buffer *const buffer = owner;
  if (--buffer->users == 0) {
    PyBuffer_Release(&buffer->view);
    PyMem_Free(buffer);
  }
  PyGILState_Release(state);
}

/* Adds a column of an array with one axis, or all columns of one with two. Without names they are
   those of a matrix. */
static PyObject *add_numbers(PyObject *Py_UNUSED(module), PyObject *args) {
  PyObject *capsule, *array, *names;
  if (!PyArg_ParseTuple(args, "OOO", &capsule, &names, &array)) return NULL;
  wce_table *const table = PyCapsule_GetPointer(capsule, TABLE);
  if (table == NULL) return NULL;
  shared_buffer *const buffer = PyMem_Calloc(1, sizeof *buffer);
  if (buffer == NULL) return PyErr_NoMemory();
  if (PyObject_GetBuffer(array, &buffer->view, PyBUF_STRIDES | PyBUF_FORMAT) < 0) {
    PyMem_Free(buffer);
    return NULL;
  }
  buffer->users = 1;
  const Py_buffer *const view = &buffer->view;
  const int type = type_of(view);
  PyObject *result = NULL;
  if (type < 0 || view->ndim < 1 || view->ndim > 2) {
    PyErr_SetString(PyExc_TypeError, "columns must be numbers along one or two axes");
    goto end;
  }
  if (view->shape[0] != wce_table_row_count(table)) {
    PyErr_Format(PyExc_ValueError, "expected %lld rows, received %zd",
                 (long long)wce_table_row_count(table), view->shape[0]);
    goto end;
  }
  const Py_ssize_t columns = view->ndim == 2 ? view->shape[1] : 1;
  if (names != Py_None && (!PyTuple_Check(names) || PyTuple_Size(names) != columns)) {
    PyErr_SetString(PyExc_TypeError, "names must be a tuple with a name for each column");
    goto end;
  }
  for (Py_ssize_t i = 0; i < columns; i++) {
    const char *name = NULL;
    if (names != Py_None) {
      name = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(names, i), NULL);
      if (name == NULL) goto end;
    }
    const char *const base = (const char *)view->buf + (view->ndim == 2 ? i * view->strides[1] : 0);
    char message[MESSAGE_CAPACITY];
    buffer->users++;
    const wce_status status = wce_table_add_numbers(
        table, name, (wce_number_type)type, base, view->strides[0], release_buffer, buffer, message,
        sizeof message);
    if (status != WCE_OK) {
      raise_status(status, message);
      goto end;
    }
  }
  result = Py_NewRef(Py_None);
end:
  release_buffer(buffer);
  return result;
}

static PyObject *add_labels(PyObject *Py_UNUSED(module), PyObject *args) {
  PyObject *capsule, *labels;
  const char *name;
  Py_buffer codes;
  if (!PyArg_ParseTuple(args, "Osy*O!", &capsule, &name, &codes, &PyTuple_Type, &labels))
    return NULL;
  PyObject *result = NULL;
  wce_table *const table = PyCapsule_GetPointer(capsule, TABLE);
  const Py_ssize_t count = PyTuple_Size(labels);
  const char **const texts = PyMem_Calloc((size_t)count + 1, sizeof *texts);
  if (table == NULL) goto end;
  if (texts == NULL) {
    PyErr_NoMemory();
    goto end;
  }
  if (codes.len != wce_table_row_count(table) * (Py_ssize_t)sizeof(int32_t)) {
    PyErr_SetString(PyExc_ValueError, "expected a code of 32 bits for each row");
    goto end;
  }
  for (Py_ssize_t i = 0; i < count; i++) {
    Py_ssize_t length;
    texts[i] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(labels, i), &length);
    if (texts[i] == NULL) goto end;
    if ((size_t)length != strlen(texts[i])) {
      PyErr_SetString(PyExc_ValueError, "a label must not contain a null character");
      goto end;
    }
  }
  char message[MESSAGE_CAPACITY];
  const wce_status status =
      wce_table_add_labels(table, name, codes.buf, count, texts, message, sizeof message);
  result = status == WCE_OK ? Py_NewRef(Py_None) : raise_status(status, message);
end:
  PyMem_Free(texts);
  PyBuffer_Release(&codes);
  return result;
}

/* A table of a capsule of the Arrow stream interface, which is released. */
static PyObject *table_from_arrow(PyObject *Py_UNUSED(module), PyObject *argument) {
  struct ArrowArrayStream *const stream = PyCapsule_GetPointer(argument, "arrow_array_stream");
  if (stream == NULL) return NULL;
  char message[MESSAGE_CAPACITY];
  wce_table *table = NULL;
  wce_status status;
  Py_BEGIN_ALLOW_THREADS;
  status = wce_table_from_arrow(stream, &table, message, sizeof message);
  Py_END_ALLOW_THREADS;
  if (status != WCE_OK) return raise_status(status, message);
  PyObject *const capsule = PyCapsule_New(table, TABLE, free_table);
  if (capsule == NULL) wce_table_free(table);
  return capsule;
}

/* A text of the library, which is freed. */
static PyObject *text_of(wce_status status, char *text, int64_t length, const char *message) {
  if (status != WCE_OK) return raise_status(status, message);
  PyObject *const result = PyUnicode_DecodeUTF8(text, (Py_ssize_t)length, NULL);
  wce_text_free(text);
  return result;
}

static PyObject *shape(PyObject *Py_UNUSED(module), PyObject *capsule) {
  wce_table *const table = PyCapsule_GetPointer(capsule, TABLE);
  if (table == NULL) return NULL;
  return Py_BuildValue("(LL)", (long long)wce_table_row_count(table),
                       (long long)wce_table_column_count(table));
}

static PyObject *column_names(PyObject *Py_UNUSED(module), PyObject *capsule) {
  wce_table *const table = PyCapsule_GetPointer(capsule, TABLE);
  if (table == NULL) return NULL;
  PyObject *const names = PyList_New(0);
  for (int64_t i = 0; names != NULL && i < wce_table_column_count(table); i++) {
    char message[MESSAGE_CAPACITY], *text = NULL;
    int64_t length = 0;
    const wce_status status =
        wce_table_column_name(table, i, &text, &length, message, sizeof message);
    PyObject *const name = text_of(status, text, length, message);
    const int appended = name == NULL ? -1 : PyList_Append(names, name);
    Py_XDECREF(name);
    if (appended < 0) {
      Py_DECREF(names);
      return NULL;
    }
  }
  return names;
}

/* The thread that waits for a call, and its function for the progress. */
typedef struct {
  PyThreadState *state;
  PyObject *progress;
  struct timespec last;
} waiting_call;

/* Lets Python handle signals, such as that of Ctrl-C, at most 20 times a second: to take the
   interpreter lock can take long. */
static int32_t report(double fraction, void *context) {
  waiting_call *const call = context;
  struct timespec now;
  if (timespec_get(&now, TIME_UTC) != TIME_UTC) return 0;
  const double elapsed = difftime(now.tv_sec, call->last.tv_sec) +
                         (double)(now.tv_nsec - call->last.tv_nsec) * 1e-9;
  if (elapsed >= 0 && elapsed < 0.05) return 0;
  call->last = now;
  PyEval_RestoreThread(call->state);
  int32_t ends = PyErr_CheckSignals() != 0;
  if (!ends && call->progress != Py_None) {
    PyObject *const result = PyObject_CallFunction(call->progress, "d", fraction);
    ends = result == NULL;
    Py_XDECREF(result);
  }
  call->state = PyEval_SaveThread();
  return ends;
}

/* A fit, or a study if `is_study`. */
static PyObject *train(PyObject *args, PyObject *keywords, bool is_study) {
  static char *names[] = {"",           "progress",  "excluded",   "pos_weights", "target",
                          "positive",   "weights",   "data_name",  "pos_weight",  "l2",
                          "threshold",  "max_iter",  "threads",    "missing",     "rare",
                          "folds",      "seed",      "recall",     "precision",   "confidence",
                          "cost_miss",  "cost_alarm", NULL};
  wce_training_options options = WCE_TRAINING_OPTIONS_INIT;
  PyObject *capsule, *excluded = NULL;
  waiting_call call = {.progress = Py_None};
  Py_buffer weights = {.buf = NULL};
  long long max_iter = options.maximum_iterations, threads = 0, folds = options.folds;
  unsigned long long seed = 0;
  int missing = 0, rare = 0;
  if (!PyArg_ParseTupleAndKeywords(
          args, keywords, "O|$OO!y*zzzzdddLLiiLKddddd", names, &capsule, &call.progress,
          &PyTuple_Type, &excluded, &weights, &options.target, &options.positive, &options.weights,
          &options.data_name, &options.positive_weight, &options.l2, &options.threshold, &max_iter,
          &threads, &missing, &rare, &folds, &seed, &options.recall_at_least,
          &options.precision_at_least, &options.confidence, &options.cost_miss,
          &options.cost_alarm))
    return NULL;
  PyObject *result = NULL;
  const char **columns = NULL;
  wce_table *const table = PyCapsule_GetPointer(capsule, TABLE);
  if (table == NULL) goto end;
  options.maximum_iterations = max_iter, options.threads = threads, options.folds = folds;
  options.seed = seed, options.missing = missing, options.groups_rare_labels = rare;
  options.positive_weights = weights.len > 0 ? weights.buf : NULL;
  options.positive_weight_count = weights.len / (Py_ssize_t)sizeof(double);
  if (excluded != NULL) {
    options.excluded_count = PyTuple_Size(excluded);
    columns = PyMem_Calloc((size_t)options.excluded_count + 1, sizeof *columns);
    if (columns == NULL) {
      PyErr_NoMemory();
      goto end;
    }
    for (int64_t i = 0; i < options.excluded_count; i++) {
      columns[i] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(excluded, (Py_ssize_t)i), NULL);
      if (columns[i] == NULL) goto end;
    }
    options.excluded = columns;
  }
  options.progress = report, options.context = &call;
  char message[MESSAGE_CAPACITY];
  wce_model *model = NULL;
  wce_study *study = NULL;
  call.state = PyEval_SaveThread();
  const wce_status status = is_study
                                ? wce_tradeoff(table, &options, &study, message, sizeof message)
                                : wce_fit(table, &options, &model, message, sizeof message);
  PyEval_RestoreThread(call.state);
  if (status != WCE_OK) {
    raise_status(status, message);
  } else if (is_study) {
    result = PyCapsule_New(study, STUDY, free_study);
    if (result == NULL) wce_study_free(study);
  } else {
    result = PyCapsule_New(model, MODEL, free_model);
    if (result == NULL) wce_model_free(model);
  }
end:
  PyMem_Free(columns);
  if (weights.buf != NULL) PyBuffer_Release(&weights);
  return result;
}

static PyObject *fit(PyObject *Py_UNUSED(module), PyObject *args, PyObject *keywords) {
  return train(args, keywords, false);
}

static PyObject *tradeoff(PyObject *Py_UNUSED(module), PyObject *args, PyObject *keywords) {
  return train(args, keywords, true);
}

static PyObject *model_of(PyObject *Py_UNUSED(module), PyObject *json) {
  Py_ssize_t length;
  const char *const text = PyUnicode_AsUTF8AndSize(json, &length);
  if (text == NULL) return NULL;
  char message[MESSAGE_CAPACITY];
  wce_model *model;
  const wce_status status = wce_model_read(text, length, &model, message, sizeof message);
  if (status != WCE_OK) return raise_status(status, message);
  PyObject *const capsule = PyCapsule_New(model, MODEL, free_model);
  if (capsule == NULL) wce_model_free(model);
  return capsule;
}

/* Writes a prediction for each row to a buffer of doubles. */
static PyObject *predict(PyObject *Py_UNUSED(module), PyObject *args) {
  PyObject *model_capsule, *table_capsule;
  int prediction, unseen_is_zero;
  long long threads;
  Py_buffer output;
  if (!PyArg_ParseTuple(args, "OOiiLw*", &model_capsule, &table_capsule, &prediction,
                        &unseen_is_zero, &threads, &output))
    return NULL;
  PyObject *result = NULL;
  wce_model *const model = PyCapsule_GetPointer(model_capsule, MODEL);
  wce_table *const table = model == NULL ? NULL : PyCapsule_GetPointer(table_capsule, TABLE);
  if (table == NULL) goto end;
  if (output.len != wce_table_row_count(table) * (Py_ssize_t)sizeof(double)) {
    PyErr_SetString(PyExc_ValueError, "the output needs a number of 64 bits for each row");
    goto end;
  }
  char message[MESSAGE_CAPACITY];
  wce_status status;
  Py_BEGIN_ALLOW_THREADS;
  status = wce_predict(model, table, (wce_prediction)prediction, unseen_is_zero, threads,
                       output.buf, message, sizeof message);
  Py_END_ALLOW_THREADS;
  result = status == WCE_OK ? Py_NewRef(Py_None) : raise_status(status, message);
end:
  PyBuffer_Release(&output);
  return result;
}

#define TEXT(name, kind, type, function)                                                     \
  static PyObject *name(PyObject *Py_UNUSED(module), PyObject *capsule) {                    \
    type *const object = PyCapsule_GetPointer(capsule, kind);                                \
    if (object == NULL) return NULL;                                                         \
    char message[MESSAGE_CAPACITY], *text = NULL;                                            \
    int64_t length = 0;                                                                      \
    const wce_status status = function(object, &text, &length, message, sizeof message);     \
    return text_of(status, text, length, message);                                           \
  }

TEXT(model_json, MODEL, wce_model, wce_model_json)
TEXT(model_notices, MODEL, wce_model, wce_model_notices)
TEXT(study_json, STUDY, wce_study, wce_study_json)
TEXT(study_report, STUDY, wce_study, wce_study_report)

static PyMethodDef methods[] = {
    {"add_labels", add_labels, METH_VARARGS, NULL},
    {"add_numbers", add_numbers, METH_VARARGS, NULL},
    {"column_names", column_names, METH_O, NULL},
    {"fit", (PyCFunction)(void (*)(void))fit, METH_VARARGS | METH_KEYWORDS, NULL},
    {"model", model_of, METH_O, NULL},
    {"model_json", model_json, METH_O, NULL},
    {"model_notices", model_notices, METH_O, NULL},
    {"predict", predict, METH_VARARGS, NULL},
    {"shape", shape, METH_O, NULL},
    {"study_json", study_json, METH_O, NULL},
    {"study_report", study_report, METH_O, NULL},
    {"table", table_of, METH_O, NULL},
    {"table_from_arrow", table_from_arrow, METH_O, NULL},
    {"tradeoff", (PyCFunction)(void (*)(void))tradeoff, METH_VARARGS | METH_KEYWORDS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_GIL_DISABLED
    /* The counts of users of buffers need the lock. */
    {Py_mod_gil, Py_MOD_GIL_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "weighted_cross_entropy._linear",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__linear(void) { return PyModuleDef_Init(&definition); }
