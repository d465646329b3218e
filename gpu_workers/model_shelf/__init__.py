"""Which published models fit: a list by task, and a check of a folder or a repository that loads nothing."""
