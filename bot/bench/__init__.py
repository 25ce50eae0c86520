"""`python -m bot bench`: what the bot promises about time, measured beside the goals.

Every figure that compares is a ratio of two things measured in turn in one run, so that a machine
that is slow today is slow for both. One file for each measurement; `report.py` says what they have
in common, `suite.py` runs them.
"""
