"""Requests without a sample: dead letters, rejections, requests without an outcome."""
