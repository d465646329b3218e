"""A generator that draws grey pictures, for what works on the pictures of any."""

from collections.abc import Mapping, Sequence

from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning


class GreyGenerator:
    """Implements `gpu_workers.diffusion.diffusion_renderer.ImageGenerator`, 64 pixels wide."""

    name, side = "plain-1", 64
    parameters: Mapping[str, object] = {"grey": 128}

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """Grey, of the size that is asked for."""
        assert max(size) == self.side
        return [Image.new("RGB", size, (128, 128, 128)) for _ in conditionings]
