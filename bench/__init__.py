"""Side-by-side benchmarks: ours beside its limit and its peers, in one run, judged by CPU."""
