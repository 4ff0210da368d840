"""Expected faults of the world, each told in one sentence with the next step; the command line prints nothing else."""


class ShowError(Exception):
    """Say what is wrong and what to do next."""


def sentence(error: BaseException | str) -> str:
    """Return an error of any room as a sentence that begins with a capital and ends with a full stop."""
    text = str(error).strip() or type(error).__name__
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
