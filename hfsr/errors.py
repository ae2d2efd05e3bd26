"""The exception for mistakes that a user can mend, and the one of its kind that waiting mends."""


class UserError(ValueError):
    """A mistake in the input: one line that names the thing at fault and the way out.

    The command line prints it without a traceback and exits with code 2.

    Examples
    --------
    >>> raise UserError("photo.jpg: no such file")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: photo.jpg: no such file
    """


class TakenError(UserError):
    """Another process is at work in a folder.

    Examples
    --------
    >>> issubclass(TakenError, UserError)
    True
    """
