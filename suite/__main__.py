"""python -m suite ..."""

from suite.app.cli import main

if __name__ == "__main__":
    main()
