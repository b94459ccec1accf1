"""The vocabulary: what crossed the wire, what it says, what it disclosed, what was found. Imports nothing of ours."""
