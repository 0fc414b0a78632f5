"""The page, the only user of Streamlit; nothing here may import TensorFlow or Keras.

Inside: the page and its server, what a session holds, what a visitor sets, dreams, analyses.
May be imported from it, by `app.py` alone: `dreamlab.ui.page` and `dreamlab.ui.server`.
A panel is a module with a function ``show()`` that draws it, once a run, where it is called;
it may return what the visitor chose.
"""
