"""``python -m deploy.cli``: the command ``graft`` where it is not installed."""

from deploy.cli.app import main

if __name__ == "__main__":
    main()
