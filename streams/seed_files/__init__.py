"""Seeds as people write them: JSON lines, tables with a header, plain lines of text."""
