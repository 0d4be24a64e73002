"""Programs that the benchmarks run on a terminal of their own."""
