"""Every setting, its unit and default; read once, all faults reported together."""
