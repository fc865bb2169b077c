"""The records of competence, one noun family a file."""

from competence.models.companies import Company, CompanyPaper, Newcomer
from competence.models.competences import Competence, Rule
from competence.models.records import Exemption, Induction, Record

__all__ = [
    "Company",
    "CompanyPaper",
    "Competence",
    "Exemption",
    "Induction",
    "Newcomer",
    "Record",
    "Rule",
]
