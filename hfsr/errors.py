"""The one exception for mistakes that a user can mend."""


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
