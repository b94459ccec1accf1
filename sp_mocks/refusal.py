"""Why a message opens no session."""


class Refused(Exception):
    """The message breaks a rule; ``code`` names the rule and never holds a value of the message."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
