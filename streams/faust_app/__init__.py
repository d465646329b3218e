"""The agents on Faust: the application, its seed agent, acknowledgement in order."""
