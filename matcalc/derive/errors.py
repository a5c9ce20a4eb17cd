"""What the engine says when it stops."""


class CannotDerive(ValueError):
    """Something that the engine does not differentiate: says what, and the nearest that it can."""


class FalseLine(AssertionError):
    """A line of a derivation that the numbers contradict. It is not printed; the report says which and by how much."""

    def __init__(self, report):
        self.report = report
        super().__init__(str(report))
