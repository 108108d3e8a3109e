"""How fast it is, measured against what the same machine can do at all: `make bench` (docs/performance.md)."""
