# SPDX-License-Identifier: Apache-2.0
"""A plugin of pytest: the losses of this package in place of those that published tests import."""

import importlib.util
import os

if importlib.util.find_spec("keras"):
    import keras.src.losses.losses as keras_losses

    from weighted_cross_entropy.keras import WeightedBinaryCrossentropy

    # Their loss takes probabilities unless told otherwise.
    keras_losses.BinaryCrossentropy = lambda from_logits=False, **more: WeightedBinaryCrossentropy(
        from_logits=from_logits, **more)

if os.environ["KERAS_BACKEND"] == "jax" and importlib.util.find_spec("optax"):
    import optax.losses._classification as optax_losses

    from weighted_cross_entropy.jax import loss

    optax_losses.sigmoid_binary_cross_entropy = lambda logits, labels: loss(labels, logits)
