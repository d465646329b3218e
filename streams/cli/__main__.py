"""`python -m streams.cli`: the same as `skg`, also where no entry point is installed."""

from streams.cli import main

if __name__ == "__main__":
    main()
