"""The pure room: addresses, kinds, normalising, comparing, planning, the lock model.

No I/O, no clock, no environment. Everything the other rooms exchange is defined here as
frozen data:

    Desired   what the folders say            (authoring → engine)
    Lock      what the last apply left        (platform → engine → platform)
    Live      what the platform answered      (platform → engine)
    Plan      what has to be done, and why    (engine → platform, render)
"""
