"""The program `kb`: one module a command or group, loaded only when it is called.

stdout is data, stderr is talk. Exit codes: 0 done; 1 done in part; 2 wrong use or unreadable input; 3 the knowledge
base is damaged, newer than the program, or locked.
"""

from kb.cli.main import main

__all__ = ["main"]
