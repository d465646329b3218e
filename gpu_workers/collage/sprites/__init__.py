"""The sprites: fetched once, measured, cropped and scaled."""
