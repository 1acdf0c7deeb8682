"""What turns (images, prompts) into scores: one adapter for each kind of model.

`protocol` says what the scorer asks; `diffusion`, `autoregressive`, `masked` and `discriminative`
answer. `load` finds the right one for a folder, a Hub id or a name of `zoo`, and hands it a
`checkpoint`, the files in a format that is known. Importing this package imports no network
library; the adapters do.
"""
