"""The pages of the served gallery, by what they show; `dataset.gallery.web_app` puts them together."""
