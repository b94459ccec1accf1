"""The words that an agreement's legal basis and purposes are chosen from (W3C Data Privacy Vocabulary 2.3)."""

LEGAL_BASIS_PREFIX = "eu-gdpr:"
"""https://w3id.org/dpv/legal/eu/gdpr#"""
PURPOSE_PREFIX = "education:"
"""https://w3id.org/dpv/sector/education#"""

LEGAL_BASES = frozenset(
    {
        "eu-gdpr:A6-1-a",
        "eu-gdpr:A6-1-b",
        "eu-gdpr:A6-1-c",
        "eu-gdpr:A6-1-d",
        "eu-gdpr:A6-1-e",
        "eu-gdpr:A6-1-e-public-interest",
        "eu-gdpr:A6-1-e-official-authority",
        "eu-gdpr:A6-1-f",
    }
)
"""Article 6(1): what makes processing lawful at all."""

CONSENT = "eu-gdpr:A6-1-a"
LEGITIMATE_INTEREST = "eu-gdpr:A6-1-f"

GROUNDS_OF_OTHER_KINDS = frozenset({"eu-gdpr:A9-2-g", "eu-gdpr:A46-2-c"})
"""An exception for special categories, and a safeguard for transfers: each needs a basis in Article 6 besides."""

PURPOSES = frozenset(
    {
        "education:AccessManagement",
        "education:ServiceProvision",
        "education:StaffManagement",
        "education:StudentAttendanceManagement",
        "education:StudentContentDelivery",
        "education:StudentEnrolmentManagement",
        "education:StudentExamAssessment",
        "education:StudentIdentityVerification",
        "education:StudentPerformanceAssessment",
        "education:StudentPersonalisedContentDelivery",
        "education:StudentResourceAccessManagement",
        "education:StudentSpecialNeedsManagement",
    }
)

PURPOSES_OF_IDENTIFICATION = frozenset(
    {"education:StudentIdentityVerification", "education:StudentEnrolmentManagement"}
)
"""Purposes that state a need to know exactly who somebody is."""
