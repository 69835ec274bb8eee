// SPDX-License-Identifier: Apache-2.0
/*
 * The handler that XLA calls through its foreign function interface (FFI) on the CPU.
 *
 * The declarations are those that the handler uses of XLA's C interface, version 0.1 and later.
 * Later minor versions only append fields to its structures.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <string.h>

#include "_frameworks.h"

enum { API_MAJOR = 0, OLDEST_API_MINOR = 1 };
enum { METADATA_EXTENSION = 1, SCALAR_ATTRIBUTE = 3, INVALID_ARGUMENT = 3 };
enum { S64 = 5, F32 = 11, F64 = 12 };

typedef struct extension {
  size_t struct_size;
  int type;
  struct extension *next;
} extension;

typedef struct {
  size_t struct_size;
  extension *extensions;
  int major, minor;
} api_version;

typedef struct {
  size_t struct_size;
  api_version version;
  uint32_t traits;
} metadata;

typedef struct {
  extension base;
  metadata *metadata;
} metadata_extension;

typedef struct {
  size_t struct_size;
  extension *extensions;
  const char *message;
  int code;
} error_arguments;

typedef struct {
  size_t struct_size;
  extension *extensions;
  api_version version;
  const void *internal;
  void *(*create_error)(error_arguments *);
} api;

typedef struct {
  size_t struct_size;
  extension *extensions;
  int type;
  void *data;
  int64_t rank;
  int64_t *shape;
} array;

typedef struct {
  size_t struct_size;
  extension *extensions;
  int64_t count;
  int *types;
  array **arrays;
} arrays;

typedef struct {
  const char *characters;
  size_t length;
} byte_span;

typedef struct {
  int type;
  void *value;
} scalar;

typedef struct {
  size_t struct_size;
  extension *extensions;
  int64_t count;
  int *types;
  byte_span **names;
  scalar **values;
} attributes;

typedef struct {
  size_t struct_size;
  extension *extensions;
  const api *api;
  void *context;
  int stage;
  arrays arguments, results;
  attributes attributes;
} call_frame;

static void *failure(const call_frame *frame, const char *message) {
  error_arguments error = {offsetof(error_arguments, code) + sizeof(int), NULL, message,
                           INVALID_ARGUMENT};
  return frame->api->create_error(&error);
}

/* Reads an attribute of 8 bytes. */
static bool read_number(const attributes *attributes, const char *name, int type, void *value) {
  for (int64_t i = 0; i < attributes->count; i++) {
    const byte_span *const own = attributes->names[i];
    if (own->length != strlen(name) || memcmp(own->characters, name, own->length) != 0) continue;
    if (attributes->types[i] != SCALAR_ATTRIBUTE || attributes->values[i]->type != type)
      return false;
    memcpy(value, attributes->values[i]->value, 8);
    return true;
  }
  return false;
}

static int64_t element_count(const array *array) {
  int64_t count = 1;
  for (int64_t i = 0; i < array->rank; i++) count *= array->shape[i];
  return count;
}

/* Whether the arrays of a frame are those of the call that its attributes describe. */
static bool read_frame(const call_frame *frame, framework_call *call) {
  int64_t reduction, with_gradient;
  if (!read_number(&frame->attributes, "batch", S64, &call->batch) ||
      !read_number(&frame->attributes, "reduction", S64, &reduction) ||
      !read_number(&frame->attributes, "smoothing", F64, &call->label_smoothing) ||
      !read_number(&frame->attributes, "threads", S64, &call->threads) ||
      !read_number(&frame->attributes, "with_gradient", S64, &with_gradient))
    return false;
  const int64_t count = frame->arguments.count;
  array *const *const arguments = frame->arguments.arrays, *const *const results =
                                                               frame->results.arrays;
  call->reduction = (wce_reduction)reduction;
  call->with_gradient = with_gradient != 0;
  if (count < 3 || count > 4 || frame->results.count != 1 + call->with_gradient) return false;
  const array *const pos_weight = arguments[2], *const logits = arguments[1];
  call->is_double = logits->type == F64;
  call->rank = logits->rank;
  call->shape = logits->shape;
  call->pos_weight_shape = pos_weight->shape;
  if ((logits->type != F32 && logits->type != F64) || pos_weight->rank != logits->rank)
    return false;
  const int64_t elements = framework_count(call);
  if (elements < 0) return false;
  for (int64_t i = 0; i < count; i++)
    if (arguments[i]->type != logits->type ||
        (i != 2 && element_count(arguments[i]) != elements))
      return false;
  int64_t values = elements;
  if (call->reduction != WCE_REDUCTION_NONE) {
    values = 1;
    for (int64_t i = 0; i < call->batch; i++) values *= call->shape[i];
  }
  for (int64_t i = 0; i < frame->results.count; i++)
    if (results[i]->type != logits->type ||
        element_count(results[i]) != (i == 0 ? values : elements))
      return false;
  call->targets = arguments[0]->data;
  call->logits = logits->data;
  call->pos_weight = pos_weight->data;
  call->weights = count == 4 ? arguments[3]->data : NULL;
  call->out = results[0]->data;
  call->gradient = call->with_gradient ? results[1]->data : NULL;
  return true;
}

/* Called with a metadata extension, the handler gives the version that it is compiled for: that of
   the caller, since all with this major version have the fields above. */
static void *handle(call_frame *frame) {
  for (extension *e = frame->extensions; e != NULL; e = e->next)
    if (e->type == METADATA_EXTENSION) {
      metadata *const metadata = ((metadata_extension *)e)->metadata;
      const bool is_known = frame->api != NULL && frame->api->version.major == API_MAJOR;
      metadata->version.major = API_MAJOR;
      metadata->version.minor = is_known ? frame->api->version.minor : OLDEST_API_MINOR;
      metadata->traits = 0;
      return NULL;
    }
  framework_call call = {.name = "weighted_cross_entropy"};
  if (!read_frame(frame, &call))
    return failure(frame, "weighted_cross_entropy: unexpected arguments");
  char message[MESSAGE_CAPACITY];
  return framework_compute(&call, message) == WCE_OK ? NULL : failure(frame, message);
}

/* The handler in a capsule, as `jax.ffi.register_ffi_target` takes it. */
PyObject *xla_handler(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
  /* C has no constant conversion of a function to a void pointer. */
  void *(*const function)(call_frame *) = handle;
  void *pointer;
  memcpy(&pointer, &function, sizeof pointer);
  return PyCapsule_New(pointer, NULL, NULL);
}
