"""The page: one module a panel. Nothing here may import TensorFlow or Keras."""
