"""The verbs of the command line, one file a group; thin."""


def main() -> None:
    """Run the command `edibridge`."""
    from bridge.cli.app import run

    run()
