"""Live objects, and other tools' files, written as definitions of this project."""
