"""The page: `streamlit run app.py`."""

import streamlit as st

from dreamlab.ui import server

if __name__ == "__main__":
    from dreamlab.ui import page  # what it holds in caches needs the server to run already

    page.show()
else:  # imported by the server, which finds here what is to stand before the page
    app = st.App(__file__, lifespan=server.lifespan, middleware=server.middleware())
    server.check()
