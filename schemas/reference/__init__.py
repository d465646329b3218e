"""What is written from the models for people to read: schemas, one AsyncAPI document, examples."""
