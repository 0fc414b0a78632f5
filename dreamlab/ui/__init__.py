"""The page, the only user of Streamlit; nothing here may import TensorFlow or Keras.

Inside: the page and its server, session state, inputs, dreams and analyses. `app.py` alone may
import from it: `dreamlab.ui.page` and `dreamlab.ui.server`.
Convention: a panel is a module whose function ``show()`` draws it. The page calls ``show()`` once
in each run; it may return the visitor's choice.
"""
