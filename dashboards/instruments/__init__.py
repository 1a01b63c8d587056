"""Instruments: what the pages draw with. Each draws what it is given and knows nothing of the model."""
