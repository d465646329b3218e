"""Pictures from elsewhere, with annotations: read, judged fit, stored and published."""
