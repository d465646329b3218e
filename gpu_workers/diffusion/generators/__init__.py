"""The diffusion models that draw: GLIGEN, ready-made pipelines, FLUX.3, and a second step."""
