"""What runs a Glue job's script: the launcher, the channel to the server, and the frame engine."""
