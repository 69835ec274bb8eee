// SPDX-License-Identifier: Apache-2.0
/*
 * The handlers that XLA calls through its foreign function interface (FFI) on the CPU and on GPUs.
 *
 * The declarations are those that the handlers use of XLA's C interface, version 0.1 and later.
 * Later minor versions only append fields to its structures.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <string.h>

#include "_frameworks.h"

enum { API_MAJOR = 0, OLDEST_API_MINOR = 1 };
enum { METADATA_EXTENSION = 1, SCALAR_ATTRIBUTE = 3, INVALID_ARGUMENT = 3 };
enum { S64 = 5, F16 = 10, F32 = 11, F64 = 12, BF16 = 16 };

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
  void *context;
  /* A result. */
  void *stream;
} stream_arguments;

typedef struct {
  size_t struct_size;
  extension *extensions;
  api_version version;
  const void *internal;
  void *(*create_error)(error_arguments *);
  void (*unused[3])(void);
  void *(*get_stream)(stream_arguments *);
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

/* The type of the elements, of which the CPU knows the first two; -1 for others. */
static int type_of(const array *array) {
  switch (array->type) {
    case F32: return WCE_CUDA_F32;
    case F64: return WCE_CUDA_F64;
    case F16: return WCE_CUDA_F16;
    case BF16: return WCE_CUDA_BF16;
    default: return -1;
  }
}

/* Whether the arrays of a frame are those of the call that its attributes describe. The attribute
   `operation` is that of a derivative, which only GPUs compute. */
static bool read_frame(const call_frame *frame, framework_call *call, bool on_gpu) {
  int64_t reduction, with_gradient, operation;
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
  const int type = type_of(logits);
  if (type < 0 || (type > WCE_CUDA_F64 && !on_gpu)) return false;
  call->type = (wce_cuda_type)type;
  call->is_double = type == WCE_CUDA_F64;
  call->rank = logits->rank;
  call->shape = logits->shape;
  call->pos_weight_shape = pos_weight->shape;
  if (pos_weight->rank != logits->rank || pos_weight->type != (call->is_double ? F64 : F32))
    return false;
  const int64_t elements = framework_count(call);
  if (elements < 0) return false;
  for (int64_t i = 0; i < count; i++)
    if (i != 2 && (arguments[i]->type != logits->type || element_count(arguments[i]) != elements))
      return false;
  const bool is_reduced = call->reduction != WCE_REDUCTION_NONE;
  call->operation = is_reduced ? (call->with_gradient ? VALUE_WITH_GRADIENT : VALUE)
                               : (call->with_gradient ? LOSS_WITH_GRADIENT : LOSS);
  const bool is_derivative = read_number(&frame->attributes, "operation", S64, &operation);
  if (is_derivative) {
    if (!on_gpu || operation < GRADIENT || operation > POSITIVE_WEIGHT_DERIVATIVE) return false;
    call->operation = (enum operation)operation;
  }
  int64_t values = elements;
  if (is_reduced && !is_derivative) {
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

/* Gives XLA the metadata of a handler if it asks for them: the version that it is compiled for. It
   is that of the caller, since all with this major version have the fields above. */
static bool has_given_metadata(const call_frame *frame) {
  for (extension *e = frame->extensions; e != NULL; e = e->next)
    if (e->type == METADATA_EXTENSION) {
      metadata *const metadata = ((metadata_extension *)e)->metadata;
      const bool is_known = frame->api != NULL && frame->api->version.major == API_MAJOR;
      metadata->version.major = API_MAJOR;
      metadata->version.minor = is_known ? frame->api->version.minor : OLDEST_API_MINOR;
      metadata->traits = 0;
      return true;
    }
  return false;
}

static void *handle(const call_frame *frame) {
  if (has_given_metadata(frame)) return NULL;
  framework_call call = {.name = "weighted_cross_entropy"};
  if (!read_frame(frame, &call, false))
    return failure(frame, "weighted_cross_entropy: unexpected arguments");
  char message[MESSAGE_CAPACITY];
  return framework_compute(&call, message) == WCE_OK ? NULL : failure(frame, message);
}

static void *handle_cuda(const call_frame *frame) {
  if (has_given_metadata(frame)) return NULL;
  framework_call call = {.name = "weighted_cross_entropy"};
  if (!read_frame(frame, &call, true))
    return failure(frame, "weighted_cross_entropy: unexpected arguments");
  stream_arguments arguments = {sizeof arguments, NULL, frame->context, NULL};
  void *const error = frame->api->get_stream(&arguments);
  if (error != NULL) return error;
  call.stream = arguments.stream;
  char message[MESSAGE_CAPACITY];
  return cuda_compute(&call, message) == WCE_OK ? NULL : failure(frame, message);
}

/* xla_handler(on_gpu): a handler in a capsule, as `jax.ffi.register_ffi_target` takes it. */
PyObject *xla_handler(PyObject *Py_UNUSED(module), PyObject *on_gpu) {
  /* C has no constant conversion of a function to a void pointer. */
  void *(*const function)(const call_frame *) = on_gpu == Py_True ? handle_cuda : handle;
  void *pointer;
  memcpy(&pointer, &function, sizeof pointer);
  return PyCapsule_New(pointer, NULL, NULL);
}
