"""What came to no sample: dead letters, rejections, requests without an outcome."""
