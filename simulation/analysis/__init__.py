"""What a sweep says: paired differences and how sure they are, what they hang on, and in which worlds they break."""
