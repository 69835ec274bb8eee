// SPDX-License-Identifier: Apache-2.0
/* Fits, predictions and studies of the module _linear. */
#include <time.h>

#include "_linear.h"

static void free_model(PyObject *capsule) { wce_model_free(PyCapsule_GetPointer(capsule, MODEL)); }
static void free_study(PyObject *capsule) { wce_study_free(PyCapsule_GetPointer(capsule, STUDY)); }

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

PyObject *fit(PyObject *Py_UNUSED(module), PyObject *args, PyObject *keywords) {
  return train(args, keywords, false);
}

PyObject *tradeoff(PyObject *Py_UNUSED(module), PyObject *args, PyObject *keywords) {
  return train(args, keywords, true);
}

PyObject *model_of(PyObject *Py_UNUSED(module), PyObject *json) {
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
PyObject *predict(PyObject *Py_UNUSED(module), PyObject *args) {
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
  PyObject *name(PyObject *Py_UNUSED(module), PyObject *capsule) {                    \
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
