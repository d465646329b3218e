"""Pictures from diffusion models: batches of mixed layouts, guidance by boxes. Imports no broker client and no store."""
