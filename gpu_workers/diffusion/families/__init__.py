"""The families of models that stock pipelines draw with: a row each, and the one way in which they are called."""
