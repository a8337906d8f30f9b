"""Turns what the engine found into text and JSON. Pure: no I/O, no clock, no environment.

lines              styled lines, the one way text leaves this room for a person
printable          makes what a terminal would obey, or not show, visible
values_text        one value in a few words
field_changes      two values → the places where they differ
text_diff          two texts → hunks
plan_text          a plan, to be read at a glance
diagnostics_text   findings with their places
codes_text         what diagnostic codes mean
report_text        what became of a plan
doctor_text        checks of what an apply needs
outputs_text       outputs as a table or as the environment of one worker
json_documents     all of them for programs
"""

from __future__ import annotations
