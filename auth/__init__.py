"""Who is it, on which device, and which rights are stored for them."""
