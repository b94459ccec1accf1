"""The loops that look at every octet, compiled when they are first called and kept beside their files from then on.

Numpy would need a dozen passes over the same octets for each. Most functions here fill arrays that they are handed,
which are long enough for any buffer of the same size, and return how many entries they have filled. A compiled function
calls others of its own file alone, for what is kept is made anew only when that very file changes; of other files it
takes numbers that never change.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testbed.privacy.kernels import decoding, gluing, letters, lzstring, packings, signs, tokens, words

__all__ = ["decoding", "gluing", "letters", "lzstring", "packings", "signs", "tokens", "words"]


def __getattr__(name: str) -> ModuleType:
    """One of the modules, imported no sooner: most commands never look for anything, and need no compiler."""
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(name)
