"""How well features tell classes apart, with NumPy alone.

Inside: a linear probe with each picture left out, its accuracy and chance, LogME, selectivity.
May be imported from it: its modules. It imports `errors` alone.
"""
