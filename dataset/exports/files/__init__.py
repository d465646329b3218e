"""The files of exports: shards, pictures, JSON, and folders that appear whole or not at all."""
