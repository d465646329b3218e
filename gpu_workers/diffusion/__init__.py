"""Pictures from diffusion models: batches of mixed layouts, guidance by boxes. Knows no broker and no store."""
