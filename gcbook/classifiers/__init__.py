"""What turns (images, prompts) into scores: one adapter for each kind of model.

`protocol` says what the scorer asks; `diffusion`, `autoregressive`, `masked` and `discriminative`
answer; `load` finds the right one for a folder, a Hub id or a name of `zoo`. Importing this
package imports no network library; the adapters do.
"""
