"""Mistakes in derivatives: hypotheses that are tried against an answer, and the diagnosis that comes out."""

from .case import CLOSE
from .diagnosis import KINDS, NOT_ANSWERED, Diagnosis
from .dispatch import RELATIVES, diagnosis_of

__all__ = ["CLOSE", "KINDS", "NOT_ANSWERED", "RELATIVES", "Diagnosis", "diagnosis_of"]
