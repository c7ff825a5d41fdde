"""``python -m borderflow.cli``: the same program."""

from borderflow.cli import main

if __name__ == "__main__":
    main()
