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

#endif
