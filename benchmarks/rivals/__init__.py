"""What the project's models are measured against: the same models as they are usually written, and a floor.

``published`` and ``geometric`` hold forecasters with the interface of ``core.models``; ``floor`` holds matrix products
alone. Nothing here is for use: each is slower than its twin in ``core.models``, or no model at all.
"""
