"""How seeds will be understood, and what would become of them, before they are sent."""
