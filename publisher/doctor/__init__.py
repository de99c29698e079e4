"""Doctor: whether a site, its machine and its public addresses are as they must be, and what to do where not."""

from publisher.doctor.checkup import examine_site
from publisher.doctor.finding import Finding, FindingState
from publisher.doctor.machine import Machine, Space

__all__ = ["Finding", "FindingState", "Machine", "Space", "examine_site"]
