"""What pages show of a row: values for templates, drawings, pictures that lie over others."""
