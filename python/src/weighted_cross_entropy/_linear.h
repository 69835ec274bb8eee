// SPDX-License-Identifier: Apache-2.0
/* What the sources of the module _linear share. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <string.h>

#include "weighted_cross_entropy_linear.h"

enum { MESSAGE_CAPACITY = 4096 };

/* The names of capsules. */
#define TABLE "weighted_cross_entropy.table"
#define MODEL "weighted_cross_entropy.model"
#define STUDY "weighted_cross_entropy.study"

/* Raises the error of a status. */
PyObject *raise_status(wce_status status, const char *message);
/* A text of the library, which is freed. */
PyObject *text_of(wce_status status, char *text, int64_t length, const char *message);

PyObject *fit(PyObject *module, PyObject *args, PyObject *keywords);
PyObject *tradeoff(PyObject *module, PyObject *args, PyObject *keywords);
PyObject *model_of(PyObject *module, PyObject *json);
PyObject *predict(PyObject *module, PyObject *args);
PyObject *model_json(PyObject *module, PyObject *capsule);
PyObject *model_notices(PyObject *module, PyObject *capsule);
PyObject *study_json(PyObject *module, PyObject *capsule);
PyObject *study_report(PyObject *module, PyObject *capsule);
