// SPDX-License-Identifier: Apache-2.0
/*
 * Tables, models and studies of the C library for Python.
 *
 * This file checks everything that memory safety needs: columns are buffers, which tables keep, and
 * objects are capsules. It uses only Python's stable interface and no NumPy header.
 */
#include "_linear.h"

PyObject *raise_status(wce_status status, const char *message) {
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

PyObject *text_of(wce_status status, char *text, int64_t length, const char *message) {
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
