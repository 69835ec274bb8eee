// SPDX-License-Identifier: Apache-2.0
/* What the extension modules compute. */
#ifndef WCE_OPERATIONS_H
#define WCE_OPERATIONS_H

/* The operations up to LOSS_WITH_GRADIENT write `out`, the two with a gradient write `gradient`,
   and the last two give one value. */
#define OPERATIONS(ITEM)                                                                       \
  ITEM(LOSS) ITEM(GRADIENT) ITEM(SECOND_DERIVATIVE) ITEM(TARGET_DERIVATIVE)                    \
  ITEM(POSITIVE_WEIGHT_DERIVATIVE) ITEM(LOSS_WITH_GRADIENT) ITEM(VALUE_WITH_GRADIENT) ITEM(VALUE)
#define CODE(operation) operation,
#define NAME_OF(operation) #operation,
enum operation { OPERATIONS(CODE) OPERATION_COUNT };

/* The types of elements, and the format of each in Python's buffers. NumPy has no bfloat16: it is
   passed as its bits. */
enum type { TYPE_F32, TYPE_F64, TYPE_F16, TYPE_BF16 };
#define FORMATS "fdeH"

#endif
