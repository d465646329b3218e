"""The energy of backward guidance: the share of an object's attention that lies outside its box, squared.

After Chen, Laina, Vedaldi, "Training-Free Layout Control with Cross-Attention Guidance", arXiv 2304.03373 (2023).
"""

from gpu_workers.diffusion.lazy_imports import Tensor


def energy(attention: Tensor, mask: Tensor) -> Tensor:
    """Between 0 (all inside) and 1; `attention` and `mask` are (height, width), the mask 0 or 1."""
    inside = (attention * mask).sum() / attention.sum().clamp_min(1e-12)
    return (1 - inside) ** 2
