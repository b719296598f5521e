"""The report: one HTML file that shows how equal two trainings stayed, and opens without a network."""

from __future__ import annotations

from sidebyside.report.files import check_writable, write_report
from sidebyside.report.render import render

__all__ = ["check_writable", "render", "write_report"]
