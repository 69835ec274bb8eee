// SPDX-License-Identifier: Apache-2.0
/* The call of every framework on the CPU: in parts that the library takes. */
#include <math.h>
#include <stddef.h>

#include "_frameworks.h"

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

/* The formula in double, for positive weights that the library refuses, and for one float32
   element, which it computes in less time than a call takes. */
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
  if (p->count == 1 && !call->is_double) {
    compute_by_formula(call, p);
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
