"""A relay of TCP connections in user space, as bad as it is told to be: many kernels have no netem."""
