"""The vocabulary: what crossed the wire, what it says, what it disclosed and what was found. Imports nothing of ours."""
