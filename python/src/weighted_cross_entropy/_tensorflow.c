// SPDX-License-Identifier: Apache-2.0
/*
 * The operations of TensorFlow and their kernels for the CPU, on its interface for C.
 *
 * `tf.load_op_library` loads this library, which then registers them. The functions are those of
 * TensorFlow's library. They are looked up at that time, so that this file needs TensorFlow neither
 * to build nor to load.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "_frameworks.h"

#ifdef __APPLE__
static const char *const library_name = "libtensorflow_framework.2.dylib";
#else
static const char *const library_name = "libtensorflow_framework.so.2";
#endif

typedef struct status status;
typedef struct tensor tensor;
typedef struct shape shape;
typedef struct definition definition;
typedef struct builder builder;
typedef struct construction construction;
typedef struct context context;
typedef struct shape_context shape_context;
typedef void *create_function(construction *);
typedef void compute_function(void *, context *);
typedef void delete_function(void *);
typedef void shape_function(shape_context *, status *);

enum { FLOAT = 1, DOUBLE = 2 };
enum { OK = 0, INVALID_ARGUMENT = 3 };

/* The functions, with the names and types that TensorFlow gives them. */
#define FUNCTIONS(ITEM)                                                                        \
  ITEM(status *, TF_NewStatus, (void))                                                         \
  ITEM(void, TF_DeleteStatus, (status *))                                                      \
  ITEM(void, TF_SetStatus, (status *, int, const char *))                                      \
  ITEM(int, TF_GetCode, (const status *))                                                      \
  ITEM(definition *, TF_NewOpDefinitionBuilder, (const char *))                                \
  ITEM(void, TF_OpDefinitionBuilderAddAttr, (definition *, const char *))                      \
  ITEM(void, TF_OpDefinitionBuilderAddInput, (definition *, const char *))                     \
  ITEM(void, TF_OpDefinitionBuilderAddOutput, (definition *, const char *))                    \
  ITEM(void, TF_OpDefinitionBuilderSetShapeInferenceFunction, (definition *, shape_function *)) \
  ITEM(void, TF_RegisterOpDefinition, (definition *, status *))                                \
  ITEM(shape *, TF_NewShapeHandle, (void))                                                     \
  ITEM(void, TF_DeleteShapeHandle, (shape *))                                                  \
  ITEM(void, TF_ShapeInferenceContextGetInput, (shape_context *, int, shape *, status *))      \
  ITEM(void, TF_ShapeInferenceContextSetOutput, (shape_context *, int, shape *, status *))     \
  ITEM(shape *, TF_ShapeInferenceContextScalar, (shape_context *))                             \
  ITEM(int, TF_ShapeInferenceContextRankKnown, (shape_context *, shape *))                     \
  ITEM(builder *, TF_NewKernelBuilder, (const char *, const char *, create_function *,         \
                                        compute_function *, delete_function *))                \
  ITEM(void, TF_KernelBuilder_TypeConstraint, (builder *, const char *, int, status *))        \
  ITEM(void, TF_RegisterKernelBuilder, (const char *, builder *, status *))                    \
  ITEM(void, TF_OpKernelConstruction_GetAttrInt64, (construction *, const char *, int64_t *,   \
                                                    status *))                                 \
  ITEM(void, TF_OpKernelConstruction_Failure, (construction *, status *))                      \
  ITEM(void, TF_OpKernelContext_Failure, (context *, status *))                                \
  ITEM(int, TF_NumInputs, (context *))                                                         \
  ITEM(void, TF_GetInput, (context *, int, tensor **, status *))                               \
  ITEM(void, TF_SetOutput, (context *, int, const tensor *, status *))                         \
  ITEM(tensor *, TF_AllocateOutput, (context *, int, int, const int64_t *, int, size_t,        \
                                     status *))                                                \
  ITEM(tensor *, TF_ForwardInputOrAllocateOutput, (context *, const int *, int, int,           \
                                                   const int64_t *, int, int *, status *))     \
  ITEM(int, TF_TensorType, (const tensor *))                                                   \
  ITEM(int, TF_NumDims, (const tensor *))                                                      \
  ITEM(int64_t, TF_Dim, (const tensor *, int))                                                 \
  ITEM(int64_t, TF_TensorElementCount, (const tensor *))                                       \
  ITEM(void *, TF_TensorData, (const tensor *))                                                \
  ITEM(void, TF_DeleteTensor, (tensor *))
#define MEMBER(result, name, types) result(*name) types;
#define NAME(result, name, types) #name,
static struct { FUNCTIONS(MEMBER) } tf;
static const char *const names[] = {FUNCTIONS(NAME)};
enum { FUNCTION_COUNT = sizeof names / sizeof *names };
_Static_assert(sizeof tf == FUNCTION_COUNT * sizeof(void *), "functions only");

/* The inputs of the losses. The weights are a list of none or one. */
enum { LABELS, LOGITS, POS_WEIGHT, WEIGHTS, INPUT_COUNT };
/* Those of the gradient that the upstream gradient multiplies, before the inputs of the loss. */
enum { UPSTREAM, LOCAL_GRADIENT };

/* The attributes. */
typedef struct {
  int64_t reduction, threads;
} kernel;

static void *create(construction *construction) {
  kernel *const kernel = calloc(1, sizeof *kernel);
  status *const status = tf.TF_NewStatus();
  if (kernel == NULL) {
    tf.TF_SetStatus(status, INVALID_ARGUMENT, "no memory");
  } else {
    tf.TF_OpKernelConstruction_GetAttrInt64(construction, "reduction", &kernel->reduction, status);
    if (tf.TF_GetCode(status) == OK)
      tf.TF_OpKernelConstruction_GetAttrInt64(construction, "threads", &kernel->threads, status);
    if (tf.TF_GetCode(status) == OK && (kernel->reduction < WCE_REDUCTION_NONE ||
                                        kernel->reduction > WCE_REDUCTION_MEAN))
      tf.TF_SetStatus(status, INVALID_ARGUMENT, "unknown reduction");
  }
  if (tf.TF_GetCode(status) != OK) tf.TF_OpKernelConstruction_Failure(construction, status);
  tf.TF_DeleteStatus(status);
  return kernel;
}

static void destroy(void *kernel) { free(kernel); }

/* The inputs of a call from the index `first`, and the shapes. */
typedef struct {
  tensor *inputs[INPUT_COUNT];
  int64_t shape[WCE_MAXIMUM_RANK], pos_weight_shape[WCE_MAXIMUM_RANK];
} arrays;

static bool has_shape(const tensor *tensor, const framework_call *call) {
  bool is_same = tf.TF_NumDims(tensor) == call->rank;
  for (int i = 0; is_same && i < call->rank; i++)
    is_same = tf.TF_Dim(tensor, i) == call->shape[i];
  return is_same;
}

/* Reads the shapes and addresses of a call, or says what is wrong with them. */
static const char *read_arrays(arrays *a, framework_call *call) {
  const tensor *const x = a->inputs[LOGITS], *const q = a->inputs[POS_WEIGHT],
               *const w = a->inputs[WEIGHTS];
  call->is_double = tf.TF_TensorType(x) == DOUBLE;
  call->rank = tf.TF_NumDims(x);
  const int64_t missing = call->rank - tf.TF_NumDims(q);
  if (call->rank > WCE_MAXIMUM_RANK) return "too many axes";
  if (missing < 0) return "pos_weight does not broadcast to the logits";
  call->shape = a->shape;
  call->pos_weight_shape = a->pos_weight_shape;
  for (int i = 0; i < call->rank; i++) {
    a->shape[i] = tf.TF_Dim(x, i);
    a->pos_weight_shape[i] = i < missing ? 1 : tf.TF_Dim(q, i - (int)missing);
  }
  if (!has_shape(a->inputs[LABELS], call) || (w != NULL && !has_shape(w, call)))
    return "logits, labels and weights must have the same shape";
  if (framework_count(call) < 0) return "pos_weight does not broadcast to the logits";
  call->targets = tf.TF_TensorData(a->inputs[LABELS]);
  call->logits = tf.TF_TensorData(x);
  call->pos_weight = tf.TF_TensorData(q);
  call->weights = w == NULL ? NULL : tf.TF_TensorData(w);
  return NULL;
}

static tensor *allocate(context *context, int index, const framework_call *call, bool is_one,
                        status *status) {
  size_t size = call->is_double ? sizeof(double) : sizeof(float);
  for (int i = 0; !is_one && i < call->rank; i++) size *= (size_t)call->shape[i];
  return tf.TF_AllocateOutput(context, index, call->is_double ? DOUBLE : FLOAT, call->shape,
                              is_one ? 0 : (int)call->rank, size, status);
}

static void compute(const kernel *kernel, context *context, bool with_gradient) {
  status *const status = tf.TF_NewStatus();
  arrays a = {.inputs = {NULL}};
  tensor *out = NULL, *gradient = NULL;
  framework_call call = {.with_gradient = with_gradient, .threads = kernel->threads,
                         .reduction = (wce_reduction)kernel->reduction,
                         .name = "weighted_cross_entropy"};
  const int count = tf.TF_NumInputs(context);
  for (int i = 0; i < count && i < INPUT_COUNT && tf.TF_GetCode(status) == OK; i++)
    tf.TF_GetInput(context, i, &a.inputs[i], status);
  const char *problem = tf.TF_GetCode(status) == OK ? read_arrays(&a, &call) : NULL;
  if (problem != NULL) tf.TF_SetStatus(status, INVALID_ARGUMENT, problem);
  if (tf.TF_GetCode(status) == OK)
    out = allocate(context, 0, &call, call.reduction != WCE_REDUCTION_NONE, status);
  if (tf.TF_GetCode(status) == OK && with_gradient)
    gradient = allocate(context, 1, &call, false, status);
  if (tf.TF_GetCode(status) == OK) {
    char message[MESSAGE_CAPACITY];
    call.out = tf.TF_TensorData(out);
    call.gradient = with_gradient ? tf.TF_TensorData(gradient) : NULL;
    if (framework_compute(&call, message) != WCE_OK)
      tf.TF_SetStatus(status, INVALID_ARGUMENT, message);
  }
  if (tf.TF_GetCode(status) != OK) tf.TF_OpKernelContext_Failure(context, status);
  for (int i = 0; i < INPUT_COUNT; i++)
    if (a.inputs[i] != NULL) tf.TF_DeleteTensor(a.inputs[i]);
  if (out != NULL) tf.TF_DeleteTensor(out);
  if (gradient != NULL) tf.TF_DeleteTensor(gradient);
  tf.TF_DeleteStatus(status);
}

static void loss(void *kernel, context *context) { compute(kernel, context, false); }

static void loss_with_gradient(void *kernel, context *context) { compute(kernel, context, true); }

#define MULTIPLY(type)                                                                         \
  do {                                                                                         \
    const type *const u = factors, *const g = gradient;                                        \
    type *const result = out;                                                                  \
    if (is_one)                                                                                \
      for (int64_t i = 0; i < count; i++) result[i] = u[0] * g[i];                             \
    else                                                                                       \
      for (int64_t i = 0; i < count; i++) result[i] = u[i] * g[i];                             \
  } while (0)

/* The gradient times the upstream gradient, in the memory of the gradient if nothing else uses it,
   and the gradient itself if the upstream gradient is 1. */
static void scaled_gradient(void *kernel, context *context) {
  (void)kernel;
  status *const status = tf.TF_NewStatus();
  tensor *upstream = NULL, *local = NULL, *product = NULL;
  tf.TF_GetInput(context, UPSTREAM, &upstream, status);
  if (tf.TF_GetCode(status) == OK) tf.TF_GetInput(context, LOCAL_GRADIENT, &local, status);
  if (tf.TF_GetCode(status) == OK) {
    const bool is_double = tf.TF_TensorType(local) == DOUBLE;
    const bool is_one = tf.TF_NumDims(upstream) == 0;
    const int64_t count = tf.TF_TensorElementCount(local);
    const int rank = tf.TF_NumDims(local);
    const void *const factors = tf.TF_TensorData(upstream), *const gradient =
                                                                tf.TF_TensorData(local);
    int64_t dimensions[WCE_MAXIMUM_RANK];
    if (rank > WCE_MAXIMUM_RANK || (!is_one && tf.TF_TensorElementCount(upstream) != count)) {
      tf.TF_SetStatus(status, INVALID_ARGUMENT, "the gradients must have the same shape");
    } else if (is_one && (is_double ? *(const double *)factors
                                    : (double)*(const float *)factors) == 1) {
      tf.TF_SetOutput(context, 0, local, status);
    } else {
      for (int i = 0; i < rank; i++) dimensions[i] = tf.TF_Dim(local, i);
      /* The context still holds the gradient. With two holders it would not be reused. */
      tf.TF_DeleteTensor(local);
      local = NULL;
      const int candidate = LOCAL_GRADIENT;
      product = tf.TF_ForwardInputOrAllocateOutput(context, &candidate, 1, 0, dimensions, rank,
                                                   NULL, status);
      if (tf.TF_GetCode(status) == OK) {
        void *const out = tf.TF_TensorData(product);
        if (is_double) MULTIPLY(double);
        else MULTIPLY(float);
      }
    }
  }
  if (tf.TF_GetCode(status) != OK) tf.TF_OpKernelContext_Failure(context, status);
  if (upstream != NULL) tf.TF_DeleteTensor(upstream);
  if (local != NULL) tf.TF_DeleteTensor(local);
  if (product != NULL) tf.TF_DeleteTensor(product);
  tf.TF_DeleteStatus(status);
}

/* Gives an output the shape of the logits, or of the other input if only its rank is known. */
static void set_shape(shape_context *context, int output, int input, int other, status *status) {
  shape *const shape = tf.TF_NewShapeHandle();
  tf.TF_ShapeInferenceContextGetInput(context, input, shape, status);
  if (tf.TF_GetCode(status) == OK && !tf.TF_ShapeInferenceContextRankKnown(context, shape))
    tf.TF_ShapeInferenceContextGetInput(context, other, shape, status);
  if (tf.TF_GetCode(status) == OK)
    tf.TF_ShapeInferenceContextSetOutput(context, output, shape, status);
  tf.TF_DeleteShapeHandle(shape);
}

static void reduced(shape_context *context, status *status) {
  shape *const shape = tf.TF_ShapeInferenceContextScalar(context);
  tf.TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
  tf.TF_DeleteShapeHandle(shape);
}

static void elementwise(shape_context *context, status *status) {
  set_shape(context, 0, LOGITS, LABELS, status);
}

static void elementwise_with_gradient(shape_context *context, status *status) {
  elementwise(context, status);
  if (tf.TF_GetCode(status) == OK) set_shape(context, 1, LOGITS, LABELS, status);
}

static void reduced_with_gradient(shape_context *context, status *status) {
  reduced(context, status);
  if (tf.TF_GetCode(status) == OK) set_shape(context, 1, LOGITS, LABELS, status);
}

static void of_local_gradient(shape_context *context, status *status) {
  set_shape(context, 0, LOCAL_GRADIENT, LOCAL_GRADIENT + 1 + LOGITS, status);
}

typedef struct {
  const char *name;
  compute_function *compute;
  shape_function *shapes;
  bool with_gradient, is_gradient;
} operation;

/* A function that infers shapes cannot read an integer, such as the reduction. */
static const operation operations[] = {
    {"WeightedCrossEntropy>Loss", loss, elementwise, false, false},
    {"WeightedCrossEntropy>LossWithGradient", loss_with_gradient, elementwise_with_gradient, true,
     false},
    {"WeightedCrossEntropy>Value", loss, reduced, false, false},
    {"WeightedCrossEntropy>ValueWithGradient", loss_with_gradient, reduced_with_gradient, true,
     false},
    {"WeightedCrossEntropy>ScaledGradient", scaled_gradient, of_local_gradient, false, true},
};

static void register_operation(const operation *operation, status *status) {
  definition *const d = tf.TF_NewOpDefinitionBuilder(operation->name);
  tf.TF_OpDefinitionBuilderAddAttr(d, "T: {float, double}");
  tf.TF_OpDefinitionBuilderAddAttr(d, "N: int >= 0");
  tf.TF_OpDefinitionBuilderAddAttr(d, "reduction: int = 0");
  tf.TF_OpDefinitionBuilderAddAttr(d, "threads: int = 0");
  if (operation->is_gradient) {
    tf.TF_OpDefinitionBuilderAddInput(d, "upstream: T");
    tf.TF_OpDefinitionBuilderAddInput(d, "local_gradient: T");
  }
  tf.TF_OpDefinitionBuilderAddInput(d, "labels: T");
  tf.TF_OpDefinitionBuilderAddInput(d, "logits: T");
  tf.TF_OpDefinitionBuilderAddInput(d, "pos_weight: T");
  tf.TF_OpDefinitionBuilderAddInput(d, "weights: N * T");
  tf.TF_OpDefinitionBuilderAddOutput(d, "out: T");
  if (operation->with_gradient) tf.TF_OpDefinitionBuilderAddOutput(d, "gradient: T");
  tf.TF_OpDefinitionBuilderSetShapeInferenceFunction(d, operation->shapes);
  tf.TF_RegisterOpDefinition(d, status);
  for (int type = FLOAT; type <= DOUBLE; type++) {
    builder *const b =
        tf.TF_NewKernelBuilder(operation->name, "CPU", create, operation->compute, destroy);
    tf.TF_KernelBuilder_TypeConstraint(b, "T", type, status);
    tf.TF_RegisterKernelBuilder(operation->name, b, status);
  }
}

__attribute__((constructor)) static void register_operations(void) {
  void *library = dlopen(library_name, RTLD_LAZY | RTLD_NOLOAD);
  /* TensorFlow may be a part of the program. */
  if (library == NULL) library = dlopen(NULL, RTLD_LAZY);
  void *addresses[FUNCTION_COUNT];
  for (int i = 0; i < FUNCTION_COUNT; i++)
    if ((addresses[i] = dlsym(library, names[i])) == NULL) return;
  memcpy(&tf, addresses, sizeof tf);
  status *const status = tf.TF_NewStatus();
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    register_operation(&operations[i], status);
  tf.TF_DeleteStatus(status);
}
