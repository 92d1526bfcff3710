"""The whole product in one process, for trying it out: `make run`."""
