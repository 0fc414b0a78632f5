"""Streamlit's smallest page, to compare with: ``streamlit run tests/support/one_button.py``."""

import streamlit as st

st.button("Dream", type="primary", key="dream")
