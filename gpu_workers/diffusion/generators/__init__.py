"""Image generators: GLIGEN and the batched loop, stock pipelines, FLUX.3, and a refiner."""
