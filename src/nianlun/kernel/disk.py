"""What a disk says when there is no room left."""

import errno


def is_full(fault: OSError) -> bool:
    """Whether the disk is full or the quota used up."""
    return fault.errno in {errno.ENOSPC, errno.EDQUOT}
