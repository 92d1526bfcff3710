"""All HTTP to SmartHR: typed frozen records out, a small tree of errors, no Django."""
