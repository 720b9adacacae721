"""Tells receivers of events: from rows, in order, until they have it or there is no more hope."""
