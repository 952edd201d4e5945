"""Only the exceptions that scripts catch: there is no Java here."""
