"""A folder of programs that only tests have: what a program declares is all that the bridge needs."""
