"""Results of dreams: recordings, and the files made of them.

Inside: losses and frames of a run, films, exports, the folder of files, contact sheets.
May be imported from it: its modules; none of them imports TensorFlow.
"""
