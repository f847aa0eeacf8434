"""How fast safety tables are counted here, beside other ways to count them, and how fast the book is built.

``make bench`` measures in one run, on the same made-up trials, and compares every cell before it prints a
ratio. Nothing of the book needs this package.
"""
