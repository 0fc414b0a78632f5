"""The command line, the only user of argparse.

Inside: a module for each family of commands, and their common parts.
May be imported from it: `dreamlab.cli.main.main`.
"""
