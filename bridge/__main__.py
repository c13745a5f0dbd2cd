"""`python -m bridge` is `edibridge`."""

from bridge.cli import main

if __name__ == "__main__":
    main()
