"""The answers to kinds of questions that need more than one relation, each derived on its own."""
