"""Statistics on trials and answers, in the order in which they are computed.

What is measured: `metrics` (accuracy, shape bias and the metrics of cues) and
`agreement` (error consistency and the other metrics of two observers), each from counts of any
shape, so that a resample is only another count. How sure it is: `resampling` (designs, weights,
intervals), `jackknife` (what differences vary by), `maxt` (their intervals, and tests of many) and
`conventions` (what else can be chosen).

From the published trials: `responses` (trials as matrices) → `measures` (all metrics of one dataset
under every resample) → `estimates` (the long table of values with intervals) with `comparisons`
(ranks and paired tests) → `summaries` (what ships). Tables of them: `benchmark` with its
`benchmark_notes`, `benchmark_tables`, `differences`; their numbers in sentences: `words`.

From answers of the miniatures: `clustered` (sums and means under resampled silhouettes and seeds) →
`shares` (accuracies and metrics of cues). From those of networks trained on photographs: `crossed`
(resampled shapes and textures, and trainings). Of few observers: `correlation`; of few trials:
`jeffreys`.
"""
