"""Text as people write it: JSON and YAML that mean one thing only, phrases without invisible characters."""
