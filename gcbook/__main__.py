"""``python -m gcbook`` is the command ``gcbook``."""

from gcbook.cli import main

if __name__ == "__main__":
    main()
